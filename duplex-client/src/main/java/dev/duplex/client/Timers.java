package dev.duplex.client;

import dev.duplex.client.internal.ClientLoops;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Time, for those who wait; tests have one of their own. */
interface Timers {
    long nanoTime();

    Instant wallClock();

    /** Runs something later, on a thread that it must not block; returns what calls it off. */
    Runnable after(Duration delay, Runnable task);

    /** The time of this machine, on one of the event loops. */
    static Timers ofClientLoops() {
        EventLoop loop = ClientLoops.next();
        return new Timers() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public Instant wallClock() {
                return Instant.now();
            }

            @Override
            public Runnable after(Duration delay, Runnable task) {
                ScheduledFuture<?> scheduled = loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
                return () -> scheduled.cancel(false);
            }
        };
    }
}
