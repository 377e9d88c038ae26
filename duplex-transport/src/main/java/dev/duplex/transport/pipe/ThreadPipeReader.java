package dev.duplex.transport.pipe;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads a pipe on a thread. */
final class ThreadPipeReader implements PipeReader {
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int FIRST_CHUNK_BYTES = 4 * 1024;

    /** A thread that waits in a read cannot be told that a program has ended whose children hold the other end. */
    private static final long LINGER_MILLIS = 200;

    private final Executor threads;
    private final InputStream in;

    // Guarded by this.
    private @Nullable Listener listener;
    private boolean paused;
    private boolean ended;
    private boolean finishing;
    private long reads;

    /** Held while the listener is told. */
    private final Object telling = new Object();

    ThreadPipeReader(Executor threads, InputStream in) {
        this.threads = threads;
        this.in = in;
    }

    @Override
    public void start(Listener to) {
        synchronized (this) {
            listener = to;
            if (finishing) {
                lingerThenEnd(to, reads);
            }
        }
        try {
            threads.execute(() -> run(to));
        } catch (RejectedExecutionException stopped) {
            close();
        }
    }

    private void run(Listener to) {
        byte[] buffer = new byte[FIRST_CHUNK_BYTES];
        while (awaitWanted()) {
            int length;
            try {
                length = in.read(buffer);
            } catch (IOException e) {
                length = -1;
            }
            if (length < 0) {
                tellEnd(to);
                return;
            }
            synchronized (telling) {
                synchronized (this) {
                    reads++;
                    if (ended) {
                        return;
                    }
                    if (finishing) {
                        lingerThenEnd(to, reads);
                    }
                }
                to.bytes(buffer, length);
            }
            if (length == buffer.length && length < CHUNK_BYTES) {
                buffer = new byte[CHUNK_BYTES];
            }
        }
    }

    /** False once nothing is to be read any more. */
    private synchronized boolean awaitWanted() {
        while (paused && !ended) {
            try {
                wait();
            } catch (InterruptedException e) {
                return false;
            }
        }
        return !ended;
    }

    private void tellEnd(Listener to) {
        synchronized (telling) {
            synchronized (this) {
                if (ended) {
                    return;
                }
                ended = true;
            }
            closeQuietly();
            to.end();
        }
    }

    @Override
    public synchronized void pause() {
        paused = true;
    }

    @Override
    public synchronized void resume() {
        paused = false;
        notifyAll();
    }

    @Override
    public void finish() {
        synchronized (this) {
            finishing = true;
            Listener to = listener;
            if (to != null) {
                lingerThenEnd(to, reads);
            }
        }
    }

    private void lingerThenEnd(Listener to, long seen) {
        CompletableFuture.delayedExecutor(LINGER_MILLIS, TimeUnit.MILLISECONDS, threads)
                .execute(() -> {
                    synchronized (this) {
                        if (ended || reads != seen) {
                            return;
                        }
                        if (paused) {
                            lingerThenEnd(to, seen);
                            return;
                        }
                    }
                    tellEnd(to);
                });
    }

    @Override
    public void close() {
        synchronized (this) {
            ended = true;
            notifyAll();
        }
        closeQuietly();
    }

    private void closeQuietly() {
        try {
            threads.execute(this::closeStream); // it waits for a thread that reads
        } catch (RejectedExecutionException stopped) {
            closeStream();
        }
    }

    private void closeStream() {
        try {
            in.close();
        } catch (IOException e) {
            return; // it is closed in any case
        }
    }
}
