package dev.duplex.cli.serve;

import java.time.Duration;

/** How long to wait before a program is started again: longer and longer, until one has run well. Guarded by its owner. */
final class RestartPause {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private Duration next = FIRST;

    /** This time; the next one is twice as long. */
    Duration take() {
        Duration now = next;
        Duration doubled = now.multipliedBy(2);
        next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
        return now;
    }

    /** One has run well. */
    void reset() {
        next = FIRST;
    }
}
