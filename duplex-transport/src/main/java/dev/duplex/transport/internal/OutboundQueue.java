package dev.duplex.transport.internal;

import dev.duplex.transport.SlowConsumerPolicy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a peer that does not read, in order, within a bound that the policy defends. Messages wait unencoded,
 * so that dropping one never disturbs a compressor. Used by the event loop; other threads may ask for {@link #bytes}.
 */
final class OutboundQueue {
    /** What became of an offered message. */
    enum Outcome {
        /** Taken, maybe at the cost of something older: {@link #takeDropped}. */
        QUEUED,
        DROPPED,
        /** The bound is reached and the policy is to close. */
        OVERFLOW
    }

    private final SlowConsumerPolicy policy;
    private final int maxBytes;
    private final Deque<Entry> entries = new ArrayDeque<>();

    /** The waiting message of each key; there under CONFLATE only. */
    private final @Nullable Map<Object, Entry> byKey;

    /** Written by the event loop alone. */
    private volatile int bytes;

    private int dropped;

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
        this.byKey = policy == SlowConsumerPolicy.CONFLATE ? new HashMap<>() : null;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Payload bytes waiting; any thread. */
    int bytes() {
        return bytes;
    }

    /** What all of it counts against the bound. */
    private long charge() {
        return bytes + (long) entries.size() * Outgoing.OVERHEAD_BYTES;
    }

    /** How many messages made room for others since this was last asked. */
    int takeDropped() {
        int count = dropped;
        dropped = 0;
        return count;
    }

    /**
     * Takes a message if the policy lets it.
     *
     * @param bytesBefore what already waits outside the queue and counts against the bound
     */
    Outcome offer(Outgoing message, long bytesBefore) {
        Object key = byKey == null ? null : message.conflationKey();
        Entry waiting = key == null || byKey == null ? null : byKey.get(key);
        long excess = bytesBefore + charge() + message.charge() - maxBytes;
        if (waiting != null) {
            if (excess > waiting.outgoing.charge()) {
                return Outcome.OVERFLOW;
            }
            addBytes(message.bytes() - waiting.outgoing.bytes());
            waiting.outgoing = message;
            dropped++;
            return Outcome.QUEUED;
        }
        if (excess > 0) {
            switch (policy) {
                case DROP_NEWEST -> {
                    return Outcome.DROPPED;
                }
                case DROP_OLDEST -> {
                    if (!makeRoom(excess)) {
                        return Outcome.DROPPED;
                    }
                }
                default -> {
                    return Outcome.OVERFLOW;
                }
            }
        }
        append(message);
        return Outcome.QUEUED;
    }

    /** Whether something may be {@link #add}ed within the bound. */
    boolean hasRoomFor(Outgoing outgoing, long bytesBefore) {
        return bytesBefore + charge() + outgoing.charge() <= maxBytes;
    }

    /** Takes what no policy applies to: parts, control frames, and what had been taken before. */
    void add(Outgoing outgoing) {
        append(outgoing);
    }

    /** Takes over all that waits in another queue, behind what waits here. */
    void addAll(OutboundQueue others) {
        for (Entry entry : others.entries) {
            append(entry.outgoing);
        }
        dropped += others.dropped;
        others.clear();
    }

    @Nullable
    Outgoing poll() {
        Entry entry = entries.poll();
        if (entry == null) {
            return null;
        }
        Object key = byKey == null ? null : entry.outgoing.conflationKey();
        if (key != null && byKey != null) {
            byKey.remove(key, entry);
        }
        addBytes(-entry.outgoing.bytes());
        return entry.outgoing;
    }

    void clear() {
        entries.clear();
        if (byKey != null) {
            byKey.clear();
        }
        bytes = 0;
        dropped = 0;
    }

    private void append(Outgoing outgoing) {
        Entry entry = new Entry(outgoing);
        entries.add(entry);
        addBytes(outgoing.bytes());
        Object key = byKey == null ? null : outgoing.conflationKey();
        if (key != null && byKey != null) {
            byKey.put(key, entry);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    private void addBytes(int more) {
        bytes += more;
    }

    /** Drops the oldest messages that count for so much; none at all if even that would not make room. */
    private boolean makeRoom(long excess) {
        long droppable = 0;
        for (Iterator<Entry> oldest = entries.iterator(); droppable < excess && oldest.hasNext(); ) {
            Outgoing outgoing = oldest.next().outgoing;
            droppable += outgoing.isMessage() ? outgoing.charge() : 0;
        }
        if (droppable < excess) {
            return false;
        }
        long freed = 0;
        for (Iterator<Entry> oldest = entries.iterator(); freed < excess; ) {
            Outgoing outgoing = oldest.next().outgoing;
            if (outgoing.isMessage()) {
                oldest.remove();
                addBytes(-outgoing.bytes());
                freed += outgoing.charge();
                dropped++;
            }
        }
        return true;
    }
}
