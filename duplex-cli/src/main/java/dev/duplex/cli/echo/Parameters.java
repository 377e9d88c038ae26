package dev.duplex.cli.echo;

import dev.duplex.server.BadRequestException;
import dev.duplex.server.Query;
import java.time.Duration;

/** Reads query parameters within bounds. */
final class Parameters {
    private Parameters() {}

    /**
     * A length of time.
     *
     * @throws BadRequestException if it is none, or out of the bounds
     */
    static Duration duration(Query query, String name, Duration fallback, Duration least, Duration most) {
        Duration value = query.duration(name, fallback);
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new BadRequestException("expected " + least.toMillis() + " ms to " + most.toMillis()
                    + " ms for the query parameter " + name + " but got " + value.toMillis() + " ms");
        }
        return value;
    }
}
