package dev.duplex.socketio.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that run one after the other, in the order in which they came, on the threads that bring them: whoever finds
 * nobody at work does what there is, also what others bring meanwhile, and nobody waits. A task may bring another one,
 * which runs after it.
 */
public final class Serial {
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger size = new AtomicInteger();
    private final Consumer<Throwable> failures;

    /** Who runs tasks now. */
    private volatile @Nullable Thread worker;

    /** @param failures told of what a task throws; the next one runs all the same */
    public Serial(Consumer<Throwable> failures) {
        this.failures = failures;
    }

    public void add(Runnable task) {
        size.incrementAndGet();
        tasks.add(task);
    }

    /** How many tasks wait, about. */
    public int size() {
        return size.get();
    }

    public boolean isEmpty() {
        return size.get() == 0;
    }

    public void run(Runnable task) {
        add(task);
        run();
    }

    /** Runs what there is, unless another thread, or a task below this call, does so already. */
    public void run() {
        if (asked.getAndIncrement() == 0) {
            work();
        }
    }

    /** Has an executor run what there is, unless somebody does so already; on this thread if the executor refuses. */
    public void runOn(Executor executor) {
        if (asked.getAndIncrement() != 0) {
            return;
        }
        try {
            executor.execute(this::work);
        } catch (RejectedExecutionException refused) {
            work();
        }
    }

    /** Whether the calling thread is within one of the tasks. */
    public boolean isCurrent() {
        return worker == Thread.currentThread();
    }

    private void work() {
        int missed = 1;
        do {
            worker = Thread.currentThread();
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                size.decrementAndGet();
                try {
                    task.run();
                } catch (Throwable error) {
                    failures.accept(error);
                }
            }
            worker = null;
            missed = asked.addAndGet(-missed);
        } while (missed != 0);
    }
}
