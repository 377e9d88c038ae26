package dev.duplex.cli.bench;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Numbers as people read them. */
final class Figures {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MEGA = 1e6;

    private Figures() {}

    /** Of a histogram of nanoseconds: milliseconds within which so many of a hundred are; never more than the most. */
    static double millis(Histogram histogram, double percentile) {
        return Math.min(histogram.getMaxValue(), histogram.getValueAtPercentile(percentile)) / NANOS_PER_MILLI;
    }

    /** The most, in milliseconds. */
    static double maxMillis(Histogram histogram) {
        return histogram.getMaxValue() / NANOS_PER_MILLI;
    }

    /** Milliseconds with three digits that count, as far as there are so many after the point. */
    static String millis(double millis) {
        String format = millis < 10 ? "%.3f" : millis < 100 ? "%.2f" : millis < 1000 ? "%.1f" : "%,.0f";
        return String.format(Locale.ROOT, format, millis);
    }

    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** So many in a second, without digits that say nothing. */
    static String rate(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 100 ? "%.1f" : "%,.0f", perSecond);
    }

    /** Megabytes, of a million bytes, in a second. */
    static String megabytes(double bytesPerSecond) {
        double mega = bytesPerSecond / MEGA;
        return String.format(Locale.ROOT, mega < 10 ? "%.2f" : "%,.0f", mega);
    }

    /** Of 1,048,576 bytes. */
    static String mebibytes(long bytes) {
        double mebi = bytes / 1048576.0;
        return String.format(Locale.ROOT, mebi < 10 ? "%.2f" : mebi < 100 ? "%.1f" : "%,.0f", mebi);
    }

    static String seconds(double seconds) {
        return String.format(Locale.ROOT, seconds < 10 ? "%.2f" : "%.1f", seconds);
    }

    static String percent(double share) {
        double percent = 100 * share;
        return String.format(Locale.ROOT, percent < 10 && percent > 0 ? "%.1f" : "%.0f", percent);
    }
}
