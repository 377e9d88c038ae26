package dev.duplex.cli.websocketd;

import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Finds the names of clients by DNS. A question may wait for many seconds, and nobody can call it off: so it has threads of
 * its own, lest it holds up what ends programs, and only so many wait.
 */
final class HostNames {
    static final int THREADS = 4;
    static final int MOST_WAITING = 64;
    private static final long LOOKUP_SECONDS = 2;

    private final Function<InetAddress, String> lookup;
    private final ThreadPoolExecutor threads;

    HostNames() {
        this(InetAddress::getCanonicalHostName);
    }

    /** @param lookup asks, and waits for the answer */
    HostNames(Function<InetAddress, String> lookup) {
        this.lookup = lookup;
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), task -> {
                    Thread thread = new Thread(task, "duplex-names");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** The name of an address; empty if that takes too long, or too many are asked for. */
    CompletionStage<String> of(InetAddress address) {
        try {
            return CompletableFuture.supplyAsync(() -> lookup.apply(address), threads)
                    .completeOnTimeout("", LOOKUP_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture("");
        }
    }
}
