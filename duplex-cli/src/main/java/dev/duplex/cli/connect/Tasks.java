package dev.duplex.cli.connect;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All that happens, one after the other on the thread that has called {@link #run}: what the socket tells, what the
 * input tells, and what is due by time. So nothing of a conversation needs a lock.
 */
final class Tasks implements Executor {
    private record Due(long nanos, Runnable action) {}

    private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final PriorityQueue<Due> timers = new PriorityQueue<>(Comparator.comparingLong(Due::nanos));
    private final long origin = System.nanoTime();
    private final Runnable whenIdle;
    private boolean ended;

    /** @param whenIdle called each time when there is nothing left to do, before waiting */
    Tasks(Runnable whenIdle) {
        this.whenIdle = whenIdle;
    }

    /** Any thread. */
    @Override
    public void execute(Runnable task) {
        queue.add(task);
    }

    /** Nanoseconds since the beginning. Any thread. */
    long now() {
        return System.nanoTime() - origin;
    }

    /** To be called on the thread of the tasks, or before it runs. */
    void after(Duration time, Runnable action) {
        timers.add(new Due(now() + time.toNanos(), action));
    }

    void end() {
        ended = true;
    }

    void run() throws InterruptedException {
        while (!ended) {
            Runnable task = queue.poll();
            if (task == null) {
                whenIdle.run();
                task = ended ? null : awaited();
            }
            if (task != null) {
                task.run();
            }
            runDue();
        }
    }

    private @Nullable Runnable awaited() throws InterruptedException {
        Due next = timers.peek();
        return next == null ? queue.take() : queue.poll(next.nanos() - now(), TimeUnit.NANOSECONDS);
    }

    /** Runs what is due; for tasks that take long, too. */
    void runDue() {
        Due next = timers.peek();
        while (next != null && next.nanos() <= now() && !ended) {
            timers.remove();
            next.action().run();
            next = timers.peek();
        }
    }
}
