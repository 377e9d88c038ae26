package dev.duplex.client;

import dev.duplex.transport.CloseKind;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.internal.BlockingExecutor;
import dev.duplex.transport.internal.SerialTasks;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a socket sends, in the order of calls: messages, which the connection takes at once, and Blobs that are read as
 * the network takes them, behind which everything else waits. Counts {@code bufferedAmount}. Any thread may use it.
 */
final class Sender {
    private static final int CHUNK_BYTES = 64 * 1024;

    /** What a message takes besides its bytes, so that no bytes at all are not free either. */
    private static final int MESSAGE_CHARGE = 64;

    private final int maxBufferedBytes;
    private final SerialTasks tasks;
    private final Runnable whenFull;

    private final Object lock = new Object();
    private @Nullable WebSocketConnection connection;

    /** No message leaves any more. */
    private boolean ended;

    /** Whether a Blob is being read, and what comes after it. */
    private boolean reading;

    private final Queue<Runnable> behind = new ArrayDeque<>();
    private long behindBytes;
    private long unreadBytes;

    /** Bytes handed to the connection of which it is not known that they are out. */
    private long handed;

    /** Bytes that will never be sent: {@code bufferedAmount} "does not reset to zero once the connection closes". */
    private long lost;

    /** Counts drain events, so that none is waited for that has been. */
    private long drains;

    // The task that has sent last, what was buffered before it did, and what it has sent since.
    private long task = -1;
    private long bufferedBeforeTask;
    private long sentInTask;

    /**
     * @param maxBufferedBytes most bytes that may wait behind a Blob, and for each 64 of them one message
     * @param whenFull called if something cannot be buffered
     */
    Sender(int maxBufferedBytes, SerialTasks tasks, Runnable whenFull) {
        this.maxBufferedBytes = maxBufferedBytes;
        this.tasks = tasks;
        this.whenFull = whenFull;
    }

    void attach(WebSocketConnection established) {
        synchronized (lock) {
            connection = established;
        }
    }

    // -------------------------------------------------------------------------------------------------------- sending

    void send(String text, int bytes) {
        send(bytes, to -> to.sendText(text, null));
    }

    /** Sends a binary message; the bytes are read before this returns, unless a Blob is in the way: then they are kept. */
    void send(byte[] bytes) {
        ByteBuf payload = Unpooled.wrappedBuffer(bytes);
        send(bytes.length, to -> to.sendBytes(false, payload, 0, bytes.length, null));
    }

    private void send(int bytes, Function<WebSocketConnection, SendResult> how) {
        synchronized (lock) {
            countTask(bytes);
            if (ended || connection == null) {
                lost += bytes;
            } else if (!reading) {
                transmit(connection, bytes, how);
            } else if (isFullBehind(bytes)) {
                lost += bytes;
                whenFull.run();
            } else {
                WebSocketConnection to = connection;
                behindBytes += bytes;
                behind.add(() -> {
                    behindBytes -= bytes;
                    transmit(to, bytes, how);
                });
            }
        }
    }

    /** Whether no more can wait behind a Blob. */
    private boolean isFullBehind(int bytes) {
        return (behindBytes > 0 && behindBytes + bytes > maxBufferedBytes)
                || behind.size() >= maxBufferedBytes / MESSAGE_CHARGE;
    }

    private void transmit(WebSocketConnection to, int bytes, Function<WebSocketConnection, SendResult> how) {
        long before = inConnection(to);
        SendResult result = how.apply(to);
        if (result.isAccepted()) {
            handed = before + bytes;
            return;
        }
        lost += bytes;
        if (result == SendResult.DROPPED) {
            whenFull.run();
        }
    }

    void send(Blob blob) {
        if (blob.isInMemory()) {
            send(blob.inMemory());
            return;
        }
        synchronized (lock) {
            countTask(blob.size());
            if (ended || connection == null) {
                lost += blob.size();
                return;
            }
            if (reading && isFullBehind(0)) {
                lost += blob.size();
                whenFull.run();
                return;
            }
            WebSocketConnection to = connection;
            unreadBytes += blob.size();
            if (reading) {
                behind.add(() -> read(to, blob));
            } else {
                read(to, blob);
            }
        }
    }

    /** Begins the closing handshake behind everything that was sent before. */
    void close(int code, String reason) {
        synchronized (lock) {
            WebSocketConnection to = connection;
            if (ended || to == null) {
                return;
            }
            if (reading) {
                behind.add(() -> close(code, reason));
            } else {
                ended = true;
                to.close(code, reason);
            }
        }
    }

    /** Nothing is sent any more: the connection closes, or is closed. */
    void stop() {
        synchronized (lock) {
            ended = true;
            lost += behindBytes + unreadBytes;
            behindBytes = 0;
            unreadBytes = 0;
            behind.clear();
            lock.notifyAll();
        }
    }

    /** The connection takes bytes again. */
    void drained() {
        synchronized (lock) {
            drains++;
            lock.notifyAll();
        }
    }

    // ---------------------------------------------------------------------------------------------------------- Blobs

    private void read(WebSocketConnection to, Blob blob) {
        reading = true;
        try {
            BlockingExecutor.shared().execute(() -> readAndSend(to, blob));
        } catch (RejectedExecutionException e) {
            to.terminate(CloseKind.FAILED, "no thread to read a Blob: " + e.getMessage());
        }
    }

    private void readAndSend(WebSocketConnection to, Blob blob) {
        try (InputStream in = blob.stream()) {
            byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, Math.max(1, blob.size()))];
            long left = blob.size();
            do {
                int wanted = (int) Math.min(left, chunk.length);
                int length = in.readNBytes(chunk, 0, wanted);
                if (length < wanted) {
                    throw new EOFException(
                            "it ended after " + (blob.size() - left + length) + " of " + blob.size() + " bytes");
                }
                left -= length;
                if (!sendPart(to, ByteBuffer.wrap(chunk, 0, length), left == 0)) {
                    return;
                }
            } while (left > 0);
            goOn();
        } catch (IOException | RuntimeException e) {
            // RFC 6455 has no way to take back a message that has begun.
            to.terminate(CloseKind.FAILED, "a Blob could not be read: " + e.getMessage());
        }
    }

    /** Sends a part and waits until the connection wants more; false if it wants none any more. */
    private boolean sendPart(WebSocketConnection to, ByteBuffer part, boolean last) throws InterruptedIOException {
        int length = part.remaining();
        while (true) {
            long drainsBefore;
            SendResult result;
            synchronized (lock) {
                if (ended) {
                    return false;
                }
                drainsBefore = drains;
                long before = inConnection(to);
                result = to.sendPart(false, part, last);
                if (result == SendResult.CLOSED) {
                    return false;
                }
                if (result.isAccepted()) {
                    unreadBytes -= length;
                    handed = before + length;
                }
            }
            if (result == SendResult.SENT || (result == SendResult.QUEUED && last)) {
                return true;
            }
            awaitDrain(drainsBefore);
            if (result == SendResult.QUEUED) {
                return true;
            }
        }
    }

    private void awaitDrain(long drainsBefore) throws InterruptedIOException {
        synchronized (lock) {
            while (drains == drainsBefore && !ended) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted while the network took none of it");
                }
            }
        }
    }

    /** The Blob is out: now what was sent after it. */
    private void goOn() {
        synchronized (lock) {
            reading = false;
            while (!reading && !ended) {
                Runnable next = behind.poll();
                if (next == null) {
                    return;
                }
                next.run();
            }
        }
    }

    // -------------------------------------------------------------------------------------------------------- counting

    /**
     * "The number of bytes of application data (UTF-8 text and binary data) that have been queued using send() but that,
     * as of the last time the event loop reached step 1, had not yet been transmitted to the network. (This thus
     * includes any text sent during the execution of the current task ...)"
     */
    long bufferedAmount() {
        synchronized (lock) {
            if (task >= 0 && task == tasks.currentTask()) {
                return bufferedBeforeTask + sentInTask;
            }
            return buffered();
        }
    }

    private void countTask(long bytes) {
        long current = tasks.currentTask();
        if (current != task) {
            task = current;
            sentInTask = 0;
            bufferedBeforeTask = buffered();
        }
        sentInTask += bytes;
    }

    private long buffered() {
        return lost + behindBytes + unreadBytes + (connection == null ? 0 : inConnection(connection));
    }

    /**
     * "This does not include framing overhead", of which the connection counts some. What it has lost stays: "The number
     * does not reset to zero once the connection closes."
     */
    private long inConnection(WebSocketConnection to) {
        handed = Math.min(handed, to.bufferedAmount() + to.lostBytes());
        return handed;
    }
}
