package dev.duplex.cli.echo;

import dev.duplex.server.Query;
import dev.duplex.server.Session;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.SendResult;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells the time (ISO 8601), now and then at intervals. To one who does not listen, it leaves ticks out. */
final class Ticker extends Echo {
    private static final Duration DEFAULT = Duration.ofSeconds(1);
    private static final Duration LEAST = Duration.ofMillis(10);
    private static final Duration MOST = Duration.ofHours(1);

    private final ScheduledExecutorService timer;
    private final Clock clock;
    private final Duration every;

    private volatile boolean waits;
    private @Nullable Future<?> ticking;

    Ticker(Query query, ScheduledExecutorService timer, Clock clock) {
        this.every = Parameters.duration(query, "every", DEFAULT, LEAST, MOST);
        this.timer = timer;
        this.clock = clock;
    }

    @Override
    public void onOpen(Session session) {
        long nanos = every.toNanos();
        tick(session);
        ticking = timer.scheduleAtFixedRate(() -> tick(session), nanos, nanos, TimeUnit.NANOSECONDS);
    }

    private void tick(Session session) {
        if (!waits) {
            waits = session.send(clock.instant().toString()) == SendResult.QUEUED;
        }
    }

    @Override
    public void onDrain(Session session) {
        waits = false;
    }

    @Override
    public void onClose(Session session, CloseEvent event) {
        if (ticking != null) {
            ticking.cancel(false);
        }
    }
}
