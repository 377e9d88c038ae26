package dev.duplex.cli.bench;

/**
 * An even pace: when the events of one connection are due, the first of all, the second, and so on, however late one of
 * them was. That is what makes a load an open loop: a server that stalls is not spared what would have come meanwhile.
 */
final class Pace {
    private static final double NANOS = 1e9;

    /** Multiples of it fill an interval evenly, however many there are. */
    private static final double GOLDEN = 0.618_033_988_749_894_9;

    private final double interval;

    /** @param perSecond how many events in a second */
    Pace(double perSecond) {
        this.interval = NANOS / perSecond;
    }

    /** How long after the beginning the n-th event is due, from 0 on; in nanoseconds. */
    long due(long n) {
        return (long) (n * interval);
    }

    /** How many events are due before this time, in nanoseconds after the beginning. */
    long dueBefore(long time) {
        if (time <= 0) {
            return 0;
        }
        long n = (long) (time / interval);
        // A product that was rounded may be on the other side of it.
        while (n > 0 && due(n - 1) >= time) {
            n--;
        }
        while (due(n) < time) {
            n++;
        }
        return n;
    }

    /** How long this connection waits before it begins, so that not all of them send at once; in nanoseconds. */
    long offset(long connection) {
        double part = connection * GOLDEN;
        return (long) ((part - Math.floor(part)) * interval);
    }
}
