package dev.duplex.transport.pipe;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Writes a pipe, on a thread while there is something to write. */
final class ThreadPipeWriter implements PipeWriter {
    private final Executor threads;
    private final OutputStream out;

    // Guarded by this.
    private final ArrayDeque<byte[]> queue = new ArrayDeque<>(4);
    private @Nullable Listener listener;
    private long waiting;
    private boolean running;
    private boolean ending;
    private boolean broken;

    ThreadPipeWriter(Executor threads, OutputStream out) {
        this.threads = threads;
        this.out = out;
    }

    @Override
    public synchronized void start(Listener to) {
        listener = to;
    }

    @Override
    public synchronized long write(byte[] bytes) {
        if (broken || ending) {
            return 0;
        }
        queue.add(bytes);
        waiting += bytes.length + OVERHEAD_BYTES;
        runUnlessRunning();
        return waiting;
    }

    private void runUnlessRunning() {
        if (!running) {
            running = true;
            try {
                threads.execute(this::run);
            } catch (RejectedExecutionException stopped) {
                broken = true;
            }
        }
    }

    @Override
    public synchronized long waiting() {
        return waiting;
    }

    private void run() {
        try {
            for (byte[] bytes = next(); bytes != null; bytes = next()) {
                out.write(bytes);
                out.flush();
                Listener to = written(bytes);
                if (to != null) {
                    to.drained();
                }
            }
        } catch (IOException e) {
            Listener to = drop();
            if (to != null) {
                to.broken();
            }
        }
    }

    private synchronized byte @Nullable [] next() {
        byte[] bytes = queue.peek();
        if (bytes == null || broken) {
            running = false;
            if (ending || broken) {
                closeQuietly();
            }
            return null;
        }
        return bytes;
    }

    /** Who is to be told, if that was the last. */
    private synchronized @Nullable Listener written(byte[] bytes) {
        if (broken) {
            return null;
        }
        queue.remove();
        waiting -= bytes.length + OVERHEAD_BYTES;
        return queue.isEmpty() ? listener : null;
    }

    private synchronized @Nullable Listener drop() {
        boolean already = broken;
        broken = true;
        running = false;
        queue.clear();
        waiting = 0;
        closeQuietly();
        return already ? null : listener;
    }

    private void closeQuietly() {
        try {
            out.close();
        } catch (IOException e) {
            return; // it is closed in any case
        }
    }

    @Override
    public synchronized void end() {
        if (!ending) {
            ending = true;
            runUnlessRunning();
        }
    }

    @Override
    public synchronized void close() {
        ending = true;
        broken = true;
        queue.clear();
        waiting = 0;
        runUnlessRunning();
    }
}
