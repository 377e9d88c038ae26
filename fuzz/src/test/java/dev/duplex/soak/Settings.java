package dev.duplex.soak;

import dev.duplex.core.Limits;
import java.time.Duration;

/** How a run differs from others: its deadlines, and how many of each kind are at work. */
record Settings(Duration handshake, Duration keepalive, Duration pong, Duration close, int threadsOfAKind) {
    /** For minutes. */
    static final Settings LONG =
            new Settings(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(2), 2);

    /** For the build. */
    static final Settings SHORT = new Settings(
            Duration.ofSeconds(10), Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ofMillis(500), 1);

    Limits limits() {
        return Limits.DEFAULTS
                .withHandshakeTimeout(handshake)
                .withKeepalive(keepalive, pong)
                .withCloseTimeout(close)
                .withMaxBufferedBytes(128 * 1024);
    }
}
