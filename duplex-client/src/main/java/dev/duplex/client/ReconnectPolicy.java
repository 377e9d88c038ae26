package dev.duplex.client;

import java.time.Duration;
import java.util.function.IntPredicate;

/**
 * When a {@link ReconnectingWebSocket} tries again; its builder says what each of these means.
 *
 * @param maxAttempts zero for no limit
 * @param giveUpAfter zero for never
 */
record ReconnectPolicy(
        Duration backoffBase,
        Duration backoffCap,
        Duration stableAfter,
        int maxAttempts,
        Duration giveUpAfter,
        Duration maxRetryAfter,
        IntPredicate terminalCloseCodes,
        IntPredicate terminalStatuses) {

    static final ReconnectPolicy DEFAULT = new ReconnectPolicy(
            Duration.ofSeconds(1),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            0,
            Duration.ZERO,
            Duration.ofMinutes(5),
            ReconnectPolicy::isTerminalCloseCode,
            ReconnectPolicy::isTerminalStatus);

    /**
     * Codes by which a server says that it is done, or that the same would happen again. What is not here passes: 1001
     * and 1012 (it goes away, it restarts), 1011, 1013 and 1014 (it, or a gateway, has trouble), 1005 (no code), 1006 (no
     * close frame), and the applications' own, of which only the application knows.
     */
    private static boolean isTerminalCloseCode(int code) {
        return switch (code) {
            case 1000, // done
                    1002, // a protocol error of ours
                    1003, // it does not take this type of data
                    1007, // data that is not what it says it is
                    1008, // against its policy
                    1009, // our message is too big for it
                    1010, // it lacks an extension
                    3000, // unauthorized (IANA registry of close codes)
                    3003 // forbidden
            -> true;
            default -> false;
        };
    }

    /** Answers that would be the same again: all but those that speak of overload, of a timeout or of trouble within. */
    private static boolean isTerminalStatus(int status) {
        return switch (status) {
            case 408, 425, 429 -> false;
            case 501, 505 -> true;
            default -> status < 500;
        };
    }
}
