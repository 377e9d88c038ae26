package dev.duplex.transport.pipe;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The JDK's own pipes: a thread for each that is read, and one for each that is written while its program does not read.
 * Platform threads, since a read of a pipe holds the carrier of a virtual one: 256 of them would hold them all.
 */
final class ThreadPipes implements Pipes {
    private static final int STACK_BYTES = 128 * 1024;
    private static final int IDLE_SECONDS = 10;

    private final ExecutorService threads;

    ThreadPipes(String threadName) {
        AtomicInteger number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread =
                            new Thread(null, task, threadName + "-" + number.incrementAndGet(), STACK_BYTES, false);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    @Override
    public Piped start(ProcessBuilder program, boolean err) throws IOException {
        Process process = program.redirectInput(ProcessBuilder.Redirect.PIPE)
                .redirectOutput(ProcessBuilder.Redirect.PIPE)
                .start();
        return new Piped(
                process,
                new ThreadPipeWriter(threads, process.getOutputStream()),
                new ThreadPipeReader(threads, process.getInputStream()),
                err ? Optional.of(new ThreadPipeReader(threads, process.getErrorStream())) : Optional.empty());
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
