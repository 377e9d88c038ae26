package dev.duplex.cli.bench;

import java.io.PrintWriter;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** For spreadsheets: a row for each second. */
public final class CsvReport implements BenchReport {
    private static final String HEADER = "phase,end_s,seconds,open,opened,failed,lost,sent,received,sent_bytes,"
            + "received_bytes,errors,p50_ms,p90_ms,p99_ms,max_ms,cpu";

    private final PrintWriter out;
    private boolean begun;

    public CsvReport(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void second(Second second) {
        if (!begun) {
            begun = true;
            out.println(HEADER);
        }
        Counters counted = second.counted();
        Histogram times = second.latency();
        out.println(String.format(
                Locale.ROOT,
                "%s,%.3f,%.3f,%d,%d,%d,%d,%d,%d,%d,%d,%d,%s,%s,%s,%s,%.3f",
                second.phase().name().toLowerCase(Locale.ROOT),
                second.end(),
                second.seconds(),
                second.open(),
                counted.opened,
                counted.failed,
                counted.lost,
                counted.sent,
                counted.received,
                counted.sentBytes,
                counted.receivedBytes,
                second.errors(),
                millis(times, 50),
                millis(times, 90),
                millis(times, 99),
                millis(times, 100),
                second.cpu().process()));
        out.flush();
    }

    /** Nothing where nothing was measured, which is not the same as 0. */
    private static String millis(Histogram times, double percentile) {
        return times.getTotalCount() == 0 ? "" : String.format(Locale.ROOT, "%.6f", Figures.millis(times, percentile));
    }

    @Override
    public void result(BenchResult result) {
        out.flush();
    }
}
