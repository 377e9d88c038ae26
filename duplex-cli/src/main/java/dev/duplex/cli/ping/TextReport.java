package dev.duplex.cli.ping;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** For people, in the manner of ping(8). */
public final class TextReport implements PingReport {
    private final PrintWriter out;
    private final String url;
    private final boolean quiet;

    /**
     * A report.
     *
     * @param quiet whether the statistics are enough
     */
    public TextReport(PrintWriter out, String url, boolean quiet) {
        this.out = out;
        this.url = url;
        this.quiet = quiet;
    }

    private void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }

    private static String millis(Duration time) {
        return millis(time.toNanos() / 1e6);
    }

    /** Three digits after the point below 10, and fewer the longer it is, as ping(8) does. */
    private static String millis(double millis) {
        return String.format(
                Locale.ROOT, millis < 10 ? "%.3f" : millis < 100 ? "%.2f" : millis < 1000 ? "%.1f" : "%.0f", millis);
    }

    @Override
    public void opened(Duration after) {
        if (!quiet) {
            line("PING %s, open after %s ms", url, millis(after));
        }
    }

    @Override
    public void answered(long number, Duration roundTrip) {
        if (!quiet) {
            line("seq=%d time=%s ms", number, millis(roundTrip));
        }
    }

    @Override
    public void lost(long number, Duration waited) {
        if (!quiet) {
            line("seq=%d no answer within %s ms", number, millis(waited));
        }
    }

    @Override
    public void late(long number, Duration roundTrip) {
        if (!quiet) {
            line("seq=%d time=%s ms, too late", number, millis(roundTrip));
        }
    }

    @Override
    public void statistics(Statistics statistics) {
        if (!quiet) {
            line("");
        }
        line("--- %s ping statistics ---", url);
        line(
                "%d sent, %d answered, %s%% lost, time %d ms",
                statistics.sent(),
                statistics.answered(),
                percent(statistics.lossPercent()),
                statistics.time().toMillis());
        if (statistics.answered() > 0) {
            line(
                    "round trip min/avg/max/mdev = %s/%s/%s/%s ms",
                    millis(statistics.min()),
                    millis(statistics.mean()),
                    millis(statistics.max()),
                    millis(statistics.deviation()));
        }
        if (statistics.percentiles()) {
            line(
                    "percentiles p50/p90/p99 = %s/%s/%s ms",
                    millis(statistics.p50()), millis(statistics.p90()), millis(statistics.p99()));
        }
    }

    private static String percent(double percent) {
        return percent == Math.rint(percent)
                ? Long.toString((long) percent)
                : String.format(Locale.ROOT, "%.2f", percent);
    }
}
