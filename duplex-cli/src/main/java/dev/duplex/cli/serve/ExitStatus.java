package dev.duplex.cli.serve;

import dev.duplex.core.CloseCode;
import java.util.Map;

/**
 * How a program has ended.
 *
 * @param value as a shell has it: its exit code, or 128 and the number of the signal that has ended it
 */
public record ExitStatus(int value) {
    private static final int SIGNALLED = 128;
    private static final int MOST_SIGNALS = 64;

    /** Those numbers that are the same on Linux, macOS and the BSDs, and the others of Linux. */
    private static final Map<Integer, String> SIGNALS = Map.ofEntries(
            Map.entry(1, "HUP"),
            Map.entry(2, "INT"),
            Map.entry(3, "QUIT"),
            Map.entry(4, "ILL"),
            Map.entry(5, "TRAP"),
            Map.entry(6, "ABRT"),
            Map.entry(7, "BUS"),
            Map.entry(8, "FPE"),
            Map.entry(9, "KILL"),
            Map.entry(10, "USR1"),
            Map.entry(11, "SEGV"),
            Map.entry(12, "USR2"),
            Map.entry(13, "PIPE"),
            Map.entry(14, "ALRM"),
            Map.entry(15, "TERM"),
            Map.entry(24, "XCPU"),
            Map.entry(25, "XFSZ"),
            Map.entry(31, "SYS"));

    /** What the client is told: 1000 for success, 1011 for anything else. */
    public int closeCode() {
        return value == 0 ? CloseCode.NORMAL : CloseCode.INTERNAL_ERROR;
    }

    /** Such as {@code exit 3} or {@code signal SEGV}; empty for success. */
    public String reason() {
        return value == 0 ? "" : toString();
    }

    /** Whether a signal has ended it; a shell that says so of what it has run cannot be told apart. */
    boolean isSignal() {
        return value > SIGNALLED && value <= SIGNALLED + MOST_SIGNALS;
    }

    @Override
    public String toString() {
        int signal = value - SIGNALLED;
        if (isSignal()) {
            String name = SIGNALS.get(signal);
            return "signal " + (name == null ? Integer.toString(signal) : name);
        }
        return "exit " + value;
    }
}
