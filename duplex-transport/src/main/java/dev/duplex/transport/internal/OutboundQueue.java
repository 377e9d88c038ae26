package dev.duplex.transport.internal;

import dev.duplex.transport.SlowConsumerPolicy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a peer that does not read, in order, within a bound that the policy defends. Messages wait unencoded,
 * so that dropping one never disturbs a compressor. Not thread-safe.
 */
final class OutboundQueue {
    /** What became of an offered message. */
    enum Outcome {
        QUEUED,
        /** Queued, and something older was dropped for it. */
        QUEUED_FOR_OLDER,
        DROPPED,
        /** The bound is reached and the policy is to close. */
        OVERFLOW
    }

    private final SlowConsumerPolicy policy;
    private final int maxBytes;
    private final Deque<Entry> entries = new ArrayDeque<>();

    /** Under CONFLATE, the waiting message of each key. */
    private final Map<Object, Entry> byKey = new LinkedHashMap<>();

    private int bytes;

    /** A place in the queue; what stands in it can be replaced. */
    private static final class Entry {
        Outgoing outgoing;

        Entry(Outgoing outgoing) {
            this.outgoing = outgoing;
        }
    }

    OutboundQueue(SlowConsumerPolicy policy, int maxBytes) {
        this.policy = policy;
        this.maxBytes = maxBytes;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Payload bytes waiting. */
    int bytes() {
        return bytes;
    }

    /**
     * Takes a message if the policy lets it.
     *
     * @param bytesBefore what already waits outside the queue and counts against the bound
     */
    Outcome offer(Outgoing message, long bytesBefore) {
        Object key = policy == SlowConsumerPolicy.CONFLATE ? message.conflationKey() : null;
        if (key != null) {
            Entry waiting = byKey.get(key);
            if (waiting != null) {
                bytes += message.bytes() - waiting.outgoing.bytes();
                waiting.outgoing = message;
                return Outcome.QUEUED_FOR_OLDER;
            }
        }
        Outcome outcome = Outcome.QUEUED;
        if (bytesBefore + bytes + message.bytes() > maxBytes) {
            switch (policy) {
                case DROP_NEWEST -> {
                    return Outcome.DROPPED;
                }
                case DROP_OLDEST -> {
                    if (!makeRoom(maxBytes - bytesBefore - message.bytes())) {
                        return Outcome.DROPPED;
                    }
                    outcome = Outcome.QUEUED_FOR_OLDER;
                }
                default -> {
                    return Outcome.OVERFLOW;
                }
            }
        }
        Entry entry = append(message);
        if (key != null) {
            byKey.put(key, entry);
        }
        return outcome;
    }

    /** Takes what no policy applies to: parts, control frames. */
    void add(Outgoing outgoing) {
        append(outgoing);
    }

    @Nullable
    Outgoing poll() {
        Entry entry = entries.poll();
        if (entry == null) {
            return null;
        }
        Object key = entry.outgoing.conflationKey();
        if (key != null) {
            byKey.remove(key, entry);
        }
        bytes -= entry.outgoing.bytes();
        return entry.outgoing;
    }

    void clear() {
        entries.clear();
        byKey.clear();
        bytes = 0;
    }

    private Entry append(Outgoing outgoing) {
        Entry entry = new Entry(outgoing);
        entries.add(entry);
        bytes += outgoing.bytes();
        return entry;
    }

    /** Drops the oldest messages until at most {@code most} bytes wait; false if not even that makes room. */
    private boolean makeRoom(long most) {
        for (Iterator<Entry> oldest = entries.iterator(); bytes > most && oldest.hasNext(); ) {
            Outgoing outgoing = oldest.next().outgoing;
            if (outgoing.isMessage()) {
                oldest.remove();
                bytes -= outgoing.bytes();
            }
        }
        return bytes <= most;
    }
}
