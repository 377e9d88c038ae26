package dev.duplex.cli.ping;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * Round-trip times in numbers: least, mean, most and deviation exactly, percentiles to three digits. Takes the same
 * memory for any number of them.
 */
public final class RoundTrips {
    private static final int DIGITS = 3;

    private final Histogram histogram = new Histogram(DIGITS);
    private long count;
    private long min = Long.MAX_VALUE;
    private long max;
    private double mean;

    /** Of the squared differences from the mean (Welford). */
    private double squares;

    public void add(Duration time) {
        long nanos = Math.max(0, time.toNanos());
        count++;
        min = Math.min(min, nanos);
        max = Math.max(max, nanos);
        double before = nanos - mean;
        mean += before / count;
        squares += before * (nanos - mean);
        histogram.recordValue(nanos);
    }

    public long count() {
        return count;
    }

    public double minMillis() {
        return count == 0 ? 0 : min / 1e6;
    }

    public double meanMillis() {
        return mean / 1e6;
    }

    public double maxMillis() {
        return max / 1e6;
    }

    /** Standard deviation of all of them, as ping(8) has it. */
    public double deviationMillis() {
        return count == 0 ? 0 : Math.sqrt(squares / count) / 1e6;
    }

    /** The time within which so many of a hundred have come back; never more than the most. */
    double percentileMillis(double percentile) {
        return Math.min(max, histogram.getValueAtPercentile(percentile)) / 1e6;
    }
}
