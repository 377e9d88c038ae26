package dev.duplex.server.internal;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of one session on an executor, one at a time and in order. It tells when more wait than should, so that
 * the session stops reading, and when they have been worked off.
 */
final class SerialExecutor {
    /** More waiting tasks than this pause the session; half as many resume it. */
    static final int HIGH_WATER = 64;

    private final Executor executor;
    private final Runnable pause;
    private final Runnable resume;
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean running;
    private boolean paused;

    SerialExecutor(Executor executor, Runnable pause, Runnable resume) {
        this.executor = executor;
        this.pause = pause;
        this.resume = resume;
    }

    void execute(Runnable task) {
        boolean start;
        boolean full;
        synchronized (tasks) {
            tasks.add(task);
            start = !running;
            running = true;
            full = !paused && tasks.size() >= HIGH_WATER;
            paused |= full;
        }
        if (full) {
            pause.run();
        }
        if (start) {
            executor.execute(this::run);
        }
    }

    private void run() {
        for (Runnable task = next(); task != null; task = next()) {
            task.run();
        }
    }

    private @Nullable Runnable next() {
        Runnable task;
        boolean workedOff;
        synchronized (tasks) {
            task = tasks.poll();
            running = task != null;
            workedOff = paused && tasks.size() <= HIGH_WATER / 2;
            if (workedOff) {
                paused = false;
            }
        }
        if (workedOff) {
            resume.run();
        }
        return task;
    }
}
