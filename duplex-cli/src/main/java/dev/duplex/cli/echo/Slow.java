package dev.duplex.cli.echo;

import dev.duplex.server.Message;
import dev.duplex.server.Query;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.transport.CloseEvent;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes its time with each message, and reads no further meanwhile. The peer's {@code bufferedAmount} grows once the
 * buffers in between are full.
 */
final class Slow implements WebSocketHandler {
    private static final int DEFAULT_MS = 1000;
    private static final int MAX_MS = 60_000;

    private final ScheduledExecutorService timer;
    private final int millis;
    private @Nullable Future<?> waits;

    Slow(Query query, ScheduledExecutorService timer) {
        this.millis = query.integer("ms", DEFAULT_MS, 1, MAX_MS);
        this.timer = timer;
    }

    @Override
    public void onMessage(Session session, Message message) {
        Copy copy = Copy.of(message);
        session.pause();
        waits = timer.schedule(
                () -> {
                    copy.sendTo(session);
                    session.resume();
                },
                millis,
                TimeUnit.MILLISECONDS);
    }

    /** Nobody waits for the message any more, and it may be large. */
    @Override
    public void onClose(Session session, CloseEvent event) {
        if (waits != null) {
            waits.cancel(false);
        }
    }
}
