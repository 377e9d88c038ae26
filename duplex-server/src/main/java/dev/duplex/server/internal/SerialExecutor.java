package dev.duplex.server.internal;

import dev.duplex.transport.internal.BlockingExecutor;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of one session on an executor, one at a time and in order. It tells when more wait than should, so that
 * the session stops reading, and when they have been worked off. If the executor refuses, which ends the session, what
 * waits and its end are run all the same, on {@link BlockingExecutor}.
 */
final class SerialExecutor {
    /** More waiting tasks than this pause the session; half as many resume it. */
    static final int HIGH_WATER = 64;

    /** The same for the bytes that they hold. */
    static final int HIGH_WATER_BYTES = 1024 * 1024;

    /** What it tells the session; from any thread. */
    interface Owner {
        void tooManyWait();

        void workedOff();

        void refused(RejectedExecutionException why);

        /** A task has thrown what it should have caught. */
        void failed(Throwable error);
    }

    private record Task(Runnable action, int bytes) {}

    private final Executor executor;
    private final Owner owner;
    private final Queue<Task> tasks = new ArrayDeque<>();
    private long bytes;
    private boolean running;
    private boolean full;

    SerialExecutor(Executor executor, Owner owner) {
        this.executor = executor;
        this.owner = owner;
    }

    /**
     * Runs it behind what waits.
     *
     * @param held how much memory it holds until then
     */
    void execute(Runnable action, int held) {
        boolean start;
        boolean filled;
        synchronized (tasks) {
            tasks.add(new Task(action, held));
            bytes += held;
            start = !running;
            running = true;
            filled = !full && (tasks.size() >= HIGH_WATER || bytes >= HIGH_WATER_BYTES);
            full |= filled;
        }
        if (filled) {
            owner.tooManyWait();
        }
        if (start) {
            try {
                executor.execute(this::run);
            } catch (RejectedExecutionException e) {
                owner.refused(e);
                BlockingExecutor.shared().execute(this::run);
            }
        }
    }

    private void run() {
        for (Runnable action = next(); action != null; action = next()) {
            try {
                action.run();
            } catch (RuntimeException | Error error) {
                owner.failed(error);
            }
        }
    }

    private @Nullable Runnable next() {
        Task task;
        boolean workedOff;
        synchronized (tasks) {
            task = tasks.poll();
            running = task != null;
            bytes -= task == null ? 0 : task.bytes();
            workedOff = full && tasks.size() <= HIGH_WATER / 2 && bytes <= HIGH_WATER_BYTES / 2;
            if (workedOff) {
                full = false;
            }
        }
        if (workedOff) {
            owner.workedOff();
        }
        return task == null ? null : task.action();
    }
}
