package dev.duplex.cli.echo;

import dev.duplex.core.CloseCode;
import dev.duplex.server.BadRequestException;
import dev.duplex.server.Query;
import dev.duplex.server.Session;
import dev.duplex.transport.CloseEvent;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Ends the connection after some time: with a close frame, or by cutting it. */
final class CloseAfter extends Echo {
    private static final int MAX_CODE = 65_535;
    private static final Duration MOST = Duration.ofHours(1);

    private final ScheduledExecutorService timer;
    private final Duration after;
    private final Consumer<Session> ending;
    private @Nullable Future<?> ends;

    private CloseAfter(Query query, ScheduledExecutorService timer, Consumer<Session> ending) {
        this.after = Parameters.duration(query, "after", Duration.ZERO, Duration.ZERO, MOST);
        this.timer = timer;
        this.ending = ending;
    }

    /** Closes with {@code code} and {@code reason}. */
    static CloseAfter closing(Query query, ScheduledExecutorService timer) {
        int code = query.integer("code", CloseCode.NORMAL, 0, MAX_CODE);
        String reason = query.first("reason").orElse("");
        try {
            CloseCode.check(code, reason);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(String.valueOf(e.getMessage()));
        }
        return new CloseAfter(query, timer, session -> session.close(code, reason));
    }

    /** Cuts the TCP connection, so that the peer sees 1006. */
    static CloseAfter cutting(Query query, ScheduledExecutorService timer) {
        return new CloseAfter(query, timer, Session::terminate);
    }

    @Override
    public void onOpen(Session session) {
        // On the timer even if at once: the answer to the opening handshake has to be out before a cut.
        ends = timer.schedule(() -> ending.accept(session), after.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void onClose(Session session, CloseEvent event) {
        if (ends != null) {
            ends.cancel(false);
        }
    }
}
