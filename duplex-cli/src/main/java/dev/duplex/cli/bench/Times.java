package dev.duplex.cli.bench;

import org.HdrHistogram.Histogram;

/** Histograms of nanoseconds: three digits, up to an hour, and what takes longer counts as an hour. */
final class Times {
    private static final int DIGITS = 3;
    private static final long LONGEST = 3_600_000_000_000L;

    /** Nobody needs to tell 100 ns from 150, and memory that is not touched does not displace what is. */
    private static final long SHORTEST = 64;

    private Times() {}

    static Histogram histogram() {
        return new Histogram(SHORTEST, LONGEST, DIGITS);
    }

    static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.max(0, Math.min(LONGEST, nanos)));
    }
}
