package dev.duplex.transport.internal;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of one connection on an executor, one at a time and in order: handlers of a server's session, events of a
 * client's socket. It says when so much waits that no more should be read, and when that has been worked off. If the
 * executor refuses, which ends the connection, what waits and its end are run all the same, on {@link BlockingExecutor}.
 */
public final class SerialTasks {
    /** More waiting tasks than this pause the connection; half as many resume it. */
    private static final int HIGH_WATER = 64;

    /** The same for the bytes that they hold. */
    private static final int HIGH_WATER_BYTES = 1024 * 1024;

    /** What the owner of the connection is told; on any thread. */
    public interface Owner {
        /** {@link SerialTasks#isFull} has changed. */
        void pressureChanged();

        void refused(RejectedExecutionException why);

        /** A task has thrown what it should have caught. */
        void failed(Throwable thrown);
    }

    private record Task(Runnable action, int bytes) {}

    private final Executor executor;
    private final Owner owner;
    private final Queue<Task> tasks = new ArrayDeque<>();
    private long bytes;
    private boolean running;
    private boolean full;
    private volatile @Nullable Thread thread;
    private long number;

    public SerialTasks(Executor executor, Owner owner) {
        this.executor = executor;
        this.owner = owner;
    }

    /**
     * Runs it behind what waits.
     *
     * @param held how many bytes it keeps in memory until then
     */
    public void queue(Runnable action, int held) {
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
            owner.pressureChanged();
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

    /** Whether more waits than should. */
    public boolean isFull() {
        synchronized (tasks) {
            return full;
        }
    }

    /** The number of the task of these that the calling thread runs, or -1 if it runs none. */
    public long currentTask() {
        if (thread != Thread.currentThread()) {
            return -1;
        }
        synchronized (tasks) {
            return number;
        }
    }

    private void run() {
        for (Runnable action = next(); action != null; action = next()) {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                owner.failed(e);
            }
        }
    }

    private @Nullable Runnable next() {
        Task task;
        boolean workedOff;
        synchronized (tasks) {
            task = tasks.poll();
            running = task != null;
            thread = running ? Thread.currentThread() : null;
            number++;
            bytes -= task == null ? 0 : task.bytes();
            workedOff = full && tasks.size() <= HIGH_WATER / 2 && bytes <= HIGH_WATER_BYTES / 2;
            if (workedOff) {
                full = false;
            }
        }
        if (workedOff) {
            owner.pressureChanged();
        }
        return task == null ? null : task.action();
    }
}
