package dev.duplex.socketio;

import java.time.Duration;

/**
 * Whether clients that were lost for a while find their id, rooms and data again, and get the events that they have
 * missed. Immutable.
 *
 * @param maxDisconnectionDuration how long they are remembered
 * @param skipMiddlewares whether the middlewares of the namespace are left out for those who come back; what was decided
 *     about them may have changed since
 * @param maxEvents most events, and most clients, that are remembered per namespace
 */
public record ConnectionStateRecovery(Duration maxDisconnectionDuration, boolean skipMiddlewares, int maxEvents) {
    /** Two minutes, with middlewares, 100,000 events. */
    public static final ConnectionStateRecovery DEFAULTS =
            new ConnectionStateRecovery(Duration.ofMinutes(2), false, 100_000);

    public ConnectionStateRecovery {
        if (maxDisconnectionDuration.toMillis() < 1 || maxEvents < 1) {
            throw new IllegalArgumentException(
                    "maxDisconnectionDuration must be at least a millisecond and maxEvents at" + " least 1 but were "
                            + maxDisconnectionDuration + " and " + maxEvents);
        }
    }

    public ConnectionStateRecovery withMaxDisconnectionDuration(Duration longest) {
        return new ConnectionStateRecovery(longest, skipMiddlewares, maxEvents);
    }

    public ConnectionStateRecovery withSkipMiddlewares(boolean skipped) {
        return new ConnectionStateRecovery(maxDisconnectionDuration, skipped, maxEvents);
    }

    public ConnectionStateRecovery withMaxEvents(int most) {
        return new ConnectionStateRecovery(maxDisconnectionDuration, skipMiddlewares, most);
    }
}
