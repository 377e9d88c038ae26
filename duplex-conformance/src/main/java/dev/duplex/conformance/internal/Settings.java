package dev.duplex.conformance.internal;

import java.time.Duration;

/**
 * How long is waited.
 *
 * @param deadline for anything a peer owes; after it, the peer hangs
 * @param patience for what a peer may do and need not, such as failing before the last byte of a frame
 */
public record Settings(Duration deadline, Duration patience) {
    private static final int MUCH_DATA_TIMES = 12;

    /** With a patience that fits. */
    public static Settings of(Duration deadline) {
        Duration second = Duration.ofSeconds(1);
        return new Settings(deadline, deadline.compareTo(second) < 0 ? deadline : second);
    }

    /** For cases with much data, which take their time on a slow machine. */
    Settings patientWithMuchData() {
        return new Settings(deadline.multipliedBy(MUCH_DATA_TIMES), patience);
    }

    String deadlineInWords() {
        return words(deadline);
    }

    static String words(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
