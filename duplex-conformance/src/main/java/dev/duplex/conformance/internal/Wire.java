package dev.duplex.conformance.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bytes over a socket, plain or TLS, with a deadline on every wait. A thread of its own reads, so that a peer which
 * answers while we still send cannot bring both to a standstill.
 */
final class Wire implements AutoCloseable {
    /** What {@link #read} gives when nothing more will come. */
    static final byte[] END = {};

    private static final int CHUNK = 16 * 1024;
    /** Unread chunks; beyond them the peer waits, as it would for any slow reader. */
    private static final int MOST_CHUNKS = 4096;

    private final Socket socket;
    private final ScheduledExecutorService timer;
    private final BlockingQueue<byte[]> chunks = new LinkedBlockingQueue<>(MOST_CHUNKS);
    private volatile String end = "";
    private volatile boolean closed;

    Wire(Socket socket, ScheduledExecutorService timer) throws IOException {
        this.socket = socket;
        this.timer = timer;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(0);
        Thread reader = new Thread(this::readAll, "duplex-check-reader");
        reader.setDaemon(true);
        reader.start();
    }

    private void readAll() {
        try {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[CHUNK];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                offer(Arrays.copyOf(buffer, read));
            }
            end = "the peer has ended the TCP connection";
        } catch (IOException e) {
            end = closed ? "the connection was closed here" : "the peer has cut the TCP connection: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            offer(END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void offer(byte[] chunk) throws InterruptedException {
        while (!chunks.offer(chunk, 1, TimeUnit.SECONDS)) {
            if (closed) {
                throw new InterruptedException("nobody reads any more");
            }
        }
    }

    /** The next bytes, {@link #END} when there will be none, or null if nothing came in this time. */
    byte @Nullable [] read(Duration wait) throws InterruptedException {
        byte[] chunk = chunks.poll(Math.max(0, wait.toNanos()), TimeUnit.NANOSECONDS);
        if (chunk == END) {
            chunks.add(END);
        }
        return chunk;
    }

    /** How the connection has ended, in a clause; empty while it has not. */
    String end() {
        return end;
    }

    /** Writes; a peer that takes nothing for so long loses the connection. */
    void write(byte[] bytes, Duration deadline) throws IOException {
        for (int i = 0; i < bytes.length; i += CHUNK) {
            ScheduledFuture<?> watch = timer.schedule(this::close, deadline.toMillis(), TimeUnit.MILLISECONDS);
            try {
                socket.getOutputStream().write(bytes, i, Math.min(CHUNK, bytes.length - i));
            } finally {
                watch.cancel(false);
            }
        }
    }

    /** Says that nothing more will be sent, and goes on reading. */
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone, which is what was asked for.
            end = "the connection was closed here: " + e.getMessage();
        }
    }
}
