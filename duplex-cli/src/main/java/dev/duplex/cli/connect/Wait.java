package dev.duplex.cli.connect;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long to read on after the end of the input.
 *
 * @param time so long; null where {@code forever} or the replies decide
 * @param forever until the server closes
 */
public record Wait(@Nullable Duration time, boolean forever) {
    /** Until the replies stop. */
    public static final Wait FOR_REPLIES = new Wait(null, false);

    /** Until the server closes. */
    public static final Wait FOR_CLOSE = new Wait(null, true);
}
