package dev.duplex.cli.connect;

import java.io.PrintWriter;

/** What is said to a person, which is never payload. Any thread. */
public final class Notes {
    private final PrintWriter err;
    private final boolean quiet;
    private final boolean verbose;

    public Notes(PrintWriter err, boolean quiet, boolean verbose) {
        this.err = err;
        this.quiet = quiet;
        this.verbose = verbose;
    }

    /** For those who want to know all ({@code -v}). */
    void detail(String text) {
        if (verbose) {
            say(text);
        }
    }

    /** For all but those who want to know nothing ({@code -q}). */
    void note(String text) {
        if (!quiet) {
            say(text);
        }
    }

    private void say(String text) {
        line("duplex: " + text);
    }

    /** A line as it is. */
    synchronized void line(String text) {
        err.println(text);
        err.flush();
    }
}
