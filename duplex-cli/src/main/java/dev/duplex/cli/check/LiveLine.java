package dev.duplex.cli.check;

import dev.duplex.conformance.CaseResult;
import dev.duplex.conformance.Verdict;
import java.io.PrintWriter;
import java.time.Duration;

/** One line in a terminal that says how far the run is, written over itself. */
public final class LiveLine implements AutoCloseable {
    private static final long EVERY = Duration.ofMillis(80).toNanos();
    private static final String CLEAR = "\r\u001B[K";

    private final PrintWriter err;
    private final int all;
    private int done;
    private int failed;
    private long shown;

    /**
     * @param err a terminal
     * @param all how many cases there will be
     */
    public LiveLine(PrintWriter err, int all) {
        this.err = err;
        this.all = all;
    }

    /** Counts a case. */
    public void add(CaseResult result) {
        done++;
        failed += result.verdict() == Verdict.FAIL ? 1 : 0;
        long now = System.nanoTime();
        if (now - shown > EVERY) {
            shown = now;
            err.print(CLEAR + done + " of " + all + (failed == 0 ? "" : ", " + failed + " failed") + "  "
                    + result.info().id());
            err.flush();
        }
    }

    @Override
    public void close() {
        err.print(CLEAR);
        err.flush();
    }
}
