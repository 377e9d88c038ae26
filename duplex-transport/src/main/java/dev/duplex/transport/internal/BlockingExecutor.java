package dev.duplex.transport.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Where handlers may block: a virtual thread per task on Java 21 and later, otherwise a pool that grows as needed. */
public final class BlockingExecutor {
    private static final int IDLE_SECONDS = 30;

    private BlockingExecutor() {}

    private static final class Holder {
        static final Executor INSTANCE = create();
    }

    /** The one of this JVM. Its threads are daemons. */
    public static Executor shared() {
        return Holder.INSTANCE;
    }

    private static Executor create() {
        try {
            // Found at run time: this is compiled for Java 17.
            return (ExecutorService) MethodHandles.publicLookup()
                    .findStatic(
                            Executors.class,
                            "newVirtualThreadPerTaskExecutor",
                            MethodType.methodType(ExecutorService.class))
                    .invoke();
        } catch (NoSuchMethodException | UnsupportedOperationException e) {
            return new ThreadPoolExecutor(
                    0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons());
        } catch (Throwable e) {
            throw new IllegalStateException("virtual threads cannot be started: " + e, e);
        }
    }

    private static ThreadFactory daemons() {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "duplex-blocking-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
