package dev.duplex.client;

import dev.duplex.transport.internal.BlockingExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Completes stages on the executor of the program: not on an event loop, since what depends on them may block, and not in
 * order with listeners, so that a listener can wait for one.
 */
final class Elsewhere {
    private final Executor executor;

    Elsewhere(Executor executor) {
        this.executor = executor;
    }

    void run(Runnable completion) {
        try {
            executor.execute(completion);
        } catch (RejectedExecutionException e) {
            BlockingExecutor.shared().execute(completion);
        }
    }
}
