package dev.duplex.cli.bench;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The latest messages of a broadcast: when each was scheduled, who has sent it, and how many others have yet to get it.
 * Used by all lanes.
 */
final class Publications {
    /** So many are remembered; what comes so late that its place is taken counts as a message without a latency. */
    private static final int REMEMBERED = 1 << 16;

    /** No such message is remembered. */
    static final long UNKNOWN = Long.MIN_VALUE;

    private final AtomicLongArray numbers = new AtomicLongArray(REMEMBERED);
    private final AtomicLongArray times = new AtomicLongArray(REMEMBERED);
    private final AtomicLongArray senders = new AtomicLongArray(REMEMBERED);
    private final AtomicIntegerArray missing = new AtomicIntegerArray(REMEMBERED);
    private final AtomicLong incomplete = new AtomicLong();

    Publications() {
        for (int i = 0; i < REMEMBERED; i++) {
            numbers.setPlain(i, -1);
        }
    }

    private static int place(long number) {
        return (int) number & (REMEMBERED - 1);
    }

    /**
     * A message is about to be sent.
     *
     * @param others how many should get it, its sender left out, since servers differ in that; if there are none, the
     *     sender itself is waited for
     */
    void published(long number, long scheduled, long sender, int others) {
        int place = place(number);
        numbers.set(place, -1);
        times.setPlain(place, scheduled);
        senders.setPlain(place, others > 0 ? sender : ~sender);
        missing.setPlain(place, Math.max(1, others));
        numbers.set(place, number);
        incomplete.incrementAndGet();
    }

    /** When the message was scheduled, or {@link #UNKNOWN}. */
    long scheduled(long number) {
        int place = place(number);
        if (number < 0 || numbers.get(place) != number) {
            return UNKNOWN;
        }
        long time = times.get(place);
        return numbers.get(place) == number ? time : UNKNOWN;
    }

    /** Who has sent the message, which must be known. */
    long sender(long number) {
        long sender = senders.get(place(number));
        return sender < 0 ? ~sender : sender;
    }

    /** Notes that a connection has got the message; true if that was the last that should. */
    boolean delivered(long number, long receiver) {
        if (senders.get(place(number)) == receiver || missing.decrementAndGet(place(number)) != 0) {
            return false;
        }
        incomplete.decrementAndGet();
        return true;
    }

    /** Messages that some have not got. */
    long incomplete() {
        return incomplete.get();
    }
}
