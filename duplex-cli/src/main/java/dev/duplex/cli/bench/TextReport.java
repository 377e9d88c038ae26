package dev.duplex.cli.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** For people: a line for each second, drawn over itself in a terminal, and a summary. */
public final class TextReport implements BenchReport {
    private static final String CLEAR = "\r\u001B[K";
    /** A longer line would begin a second one, and could not be drawn over. */
    private static final int COLUMNS = 79;

    private static final double[] PERCENTILES = {50, 90, 95, 99, 99.9};

    private final PrintWriter out;
    private final boolean terminal;
    private final boolean quiet;

    /**
     * A report.
     *
     * @param terminal whether a line may be drawn over itself
     * @param quiet whether the summary is enough
     */
    public TextReport(PrintWriter out, boolean terminal, boolean quiet) {
        this.out = out;
        this.terminal = terminal;
        this.quiet = quiet;
    }

    private void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }

    // -------------------------------------------------------------------------------------------------- each second

    @Override
    public void second(Second second) {
        if (quiet) {
            return;
        }
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%-7s %3.0fs %6s open %8s out/s %8s in/s",
                second.phase().name().toLowerCase(Locale.ROOT),
                second.end(),
                Figures.count(second.open()),
                Figures.rate(second.sentPerSecond()),
                Figures.rate(second.receivedPerSecond())));
        Histogram latency = second.latency();
        if (latency.getTotalCount() > 0) {
            text.append("  p50 ")
                    .append(Figures.millis(Figures.millis(latency, 50)))
                    .append("  p99 ")
                    .append(Figures.millis(Figures.millis(latency, 99)))
                    .append(" ms");
        }
        if (second.errors() > 0) {
            text.append("  err ").append(Figures.count(second.errors()));
        }
        if (terminal) {
            out.print(CLEAR + (text.length() > COLUMNS ? text.substring(0, COLUMNS) : text));
        } else {
            out.println(text);
        }
        out.flush();
    }

    // -------------------------------------------------------------------------------------------------- the summary

    @Override
    public void result(BenchResult result) {
        if (!quiet) {
            out.print(terminal ? CLEAR : System.lineSeparator());
        }
        line(
                "--- bench of %s: %s%s ---",
                result.plan().shown(), result.plan().scenario().word(), result.interrupted() ? ", interrupted" : "");
        connections(result);
        steps(result);
        if (result.plan().step() == null) {
            messages(result);
            latency(result);
        }
        usage(result);
        tally("failed to connect", result.failures());
        tally("closed", result.closes());
        thresholds(result);
        out.flush();
    }

    private void connections(BenchResult result) {
        Counters all = result.all();
        line(
                "connections  %s of %s opened%s, %s failed, %s lost",
                Figures.count(all.opened),
                Figures.count(all.begun),
                result.plan().scenario() == Scenario.CHURN
                        ? ""
                        : " in " + Figures.seconds(result.connectSeconds()) + " s",
                Figures.count(all.failed),
                Figures.count(all.lost));
        if (all.opened == 0) {
            return;
        }
        line("connect ms   %9s %9s %9s %9s", "p50", "p90", "p99", "max");
        for (Map.Entry<String, Histogram> part : result.connects().parts().entrySet()) {
            Histogram times = part.getValue();
            line(
                    "  %-10s %9s %9s %9s %9s",
                    part.getKey(),
                    Figures.millis(Figures.millis(times, 50)),
                    Figures.millis(Figures.millis(times, 90)),
                    Figures.millis(Figures.millis(times, 99)),
                    Figures.millis(Figures.maxMillis(times)));
        }
    }

    private void steps(BenchResult result) {
        if (result.plan().step() == null) {
            return;
        }
        line("%11s %12s %9s %9s %9s %9s", "connections", "in/s", "p50 ms", "p95", "p99", "max");
        for (StepResult step : result.steps()) {
            Histogram times = step.latency();
            line(
                    "%11s %12s %9s %9s %9s %9s%s",
                    Figures.count(step.connections()),
                    Figures.rate(step.counted().received / step.seconds()),
                    Figures.millis(Figures.millis(times, 50)),
                    Figures.millis(Figures.millis(times, 95)),
                    Figures.millis(Figures.millis(times, 99)),
                    Figures.millis(Figures.maxMillis(times)),
                    step.held() ? "" : "  too much");
        }
        line("%11s connections are the most within the limit", Figures.count(result.connections()));
    }

    private void messages(BenchResult result) {
        Counters measured = result.measured();
        double seconds = result.seconds();
        line("measured     %s s", Figures.seconds(seconds));
        if (measured.opened > 0) {
            line(
                    "  opened     %12s connects %12s/s",
                    Figures.count(measured.opened), Figures.rate(measured.opened / seconds));
        }
        line(
                "  sent       %12s messages %12s/s %10s MB/s",
                Figures.count(measured.sent),
                Figures.rate(measured.sent / seconds),
                Figures.megabytes(measured.sentBytes / seconds));
        line(
                "  received   %12s messages %12s/s %10s MB/s",
                Figures.count(measured.received),
                Figures.rate(measured.received / seconds),
                Figures.megabytes(measured.receivedBytes / seconds));
        if (result.unanswered() > 0) {
            line("  unanswered %12s messages", Figures.count(result.unanswered()));
        }
        if (measured.wrong > 0) {
            line(
                    "  wrong      %12s answers that differ from what was sent (--any-answer)",
                    Figures.count(measured.wrong));
        }
        if (measured.unasked > 0) {
            line("  unasked    %12s messages that answer nothing", Figures.count(measured.unasked));
        }
    }

    private void latency(BenchResult result) {
        if (result.latency().getTotalCount() == 0) {
            return;
        }
        boolean open = result.plan().load() instanceof Load.Open;
        line("latency ms   %s", Words.ofLatency(result.plan()));
        percentiles(result.latency());
        if (result.complete().getTotalCount() > 0) {
            line("complete ms  until everybody had a message");
            percentiles(result.complete());
        }
        if (open && result.plan().scenario().sends()) {
            line("lateness ms  of this program, contained in the latency");
            percentiles(result.lateness());
        }
    }

    private void percentiles(Histogram times) {
        StringBuilder names = new StringBuilder("  ");
        StringBuilder values = new StringBuilder("  ");
        for (double percentile : PERCENTILES) {
            String name = percentile == Math.rint(percentile) ? "p" + (int) percentile : "p" + percentile;
            names.append(String.format(Locale.ROOT, "%10s", name));
            values.append(String.format(Locale.ROOT, "%10s", Figures.millis(Figures.millis(times, percentile))));
        }
        out.println(names + String.format(Locale.ROOT, "%10s", "max"));
        out.println(values + String.format(Locale.ROOT, "%10s", Figures.millis(Figures.maxMillis(times))));
    }

    private void usage(BenchResult result) {
        ServerUsage.Course server = result.server();
        if (server != null) {
            line(
                    "server       %s s of CPU, %s %% of a processor, %s us for each %s",
                    Figures.seconds(server.cpuSeconds()),
                    Figures.percent(server.cpuSeconds() / result.seconds()),
                    Figures.millis(server.cpuMicros(result.units())),
                    Words.ofUnit(result));
            line(
                    "  memory     %s MiB before, %s MiB when measuring began, %s MiB at its end",
                    Figures.mebibytes(server.before().rssBytes()),
                    Figures.mebibytes(server.from().rssBytes()),
                    Figures.mebibytes(server.until().rssBytes()));
        }
        line(
                "this program %s %% of a processor; its busiest loop %s %%",
                Figures.percent(result.own().process()),
                Figures.percent(result.own().busiest()));
        Warnings.of(result).forEach(warning -> line("warning: %s", warning));
    }

    private void thresholds(BenchResult result) {
        for (Threshold.Outcome outcome : result.outcomes()) {
            line(
                    "%-6s %s: %s",
                    outcome.held() ? "ok" : "FAILED", outcome.threshold().text(), outcome.actual());
        }
    }

    private void tally(String title, Tally tally) {
        if (tally.counts().isEmpty()) {
            return;
        }
        line("%s", title);
        List<Map.Entry<String, Long>> entries = List.copyOf(tally.counts().entrySet());
        entries.forEach(entry -> line("  %10s  %s", Figures.count(entry.getValue()), entry.getKey()));
    }
}
