package dev.duplex.socketio.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The clock of the sessions of one server, and a thread for what no event loop brings, such as the end of a session
 * that has timed out. Both threads are daemons; the second one is there only while it is needed.
 */
public final class Timers implements AutoCloseable {
    private final ScheduledThreadPoolExecutor scheduler;
    private final ThreadPoolExecutor events;

    public Timers(String name) {
        scheduler = new ScheduledThreadPoolExecutor(1, task -> daemon(name + "-timer", task));
        scheduler.setRemoveOnCancelPolicy(true);
        scheduler.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        events = new ThreadPoolExecutor(
                1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> daemon(name + "-events", task));
        events.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Milliseconds that only go forward. */
    public static long now() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** Runs it after so many milliseconds; null if the server has stopped. */
    public @Nullable Future<?> schedule(Runnable action, long millis) {
        try {
            return scheduler.schedule(action, Math.max(0, millis), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            return null;
        }
    }

    /** Runs handlers where no event loop does; refuses once the server has stopped. */
    public Executor events() {
        return events;
    }

    @Override
    public void close() {
        scheduler.shutdown();
        events.shutdown();
    }
}
