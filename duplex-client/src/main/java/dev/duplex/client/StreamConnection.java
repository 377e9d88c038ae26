package dev.duplex.client;

import dev.duplex.client.WebSocketStream.CloseInfo;
import dev.duplex.client.WebSocketStream.Message;
import dev.duplex.client.WebSocketStream.OpenInfo;
import dev.duplex.client.internal.ClientLoops;
import dev.duplex.client.internal.Connector;
import dev.duplex.client.internal.OpenSockets;
import dev.duplex.client.internal.UrlRecord;
import dev.duplex.client.internal.wire.WireTap;
import dev.duplex.core.CloseCode;
import dev.duplex.core.Violation;
import dev.duplex.core.handshake.HandshakeRequest;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.internal.BlockingExecutor;
import dev.duplex.transport.internal.SerialTasks;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection of one {@link WebSocketStream}: reads as much as is asked for, and tells both sides of the stream. */
final class StreamConnection implements Connector.Owner, SerialTasks.Owner, StreamReadable.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketStream.class);

    private static final String CLOSED_EARLY = "closed by this program before the connection was established";

    private final WebSocketStream stream;
    private final EventLoop loop;
    private final SerialTasks tasks;
    private final Elsewhere elsewhere;
    private final int maxBufferedBytes;
    private final Connector connector;
    private final StreamReadable readable = new StreamReadable(this);
    private final CompletableFuture<OpenInfo> opened = new CompletableFuture<>();
    private final CompletableFuture<CloseInfo> closed = new CompletableFuture<>();
    private final @Nullable WireTap tap;
    private final @Nullable AbortSignal signal;
    private final Runnable abortSteps = this::abort;

    private final Object lock = new Object();
    private volatile @Nullable WebSocketConnection connection;
    private volatile @Nullable StreamWritable writable;

    /** What {@code opened} is complete with, or soon will be; null if the connection was never established. */
    private volatile @Nullable OpenInfo open;

    private boolean closing;
    private boolean aborted;

    /** Messages that have come, on the event loop. */
    private long received;

    StreamConnection(WebSocketStream stream, UrlRecord url, WebSocketOptions options, @Nullable AbortSignal signal) {
        this.stream = stream;
        this.signal = signal;
        this.loop = ClientLoops.next();
        Executor executor =
                options.onEventLoop() ? loop::execute : options.executor().orElseGet(BlockingExecutor::shared);
        this.tasks = new SerialTasks(executor, this);
        this.elsewhere = new Elsewhere(executor);
        this.maxBufferedBytes = options.settings().limits().maxBufferedBytes();
        this.tap = options.observer() instanceof WireTap wire ? wire : null;
        this.connector = ConstructorSteps.connector(url, options, options.protocols(), loop, this);
    }

    void establish() {
        OpenSockets.opened();
        if (signal != null) {
            signal.onAbort(abortSteps);
        }
        connector.start(); // without effect if that has aborted
    }

    CompletionStage<OpenInfo> opened() {
        return opened.minimalCompletionStage();
    }

    CompletionStage<CloseInfo> closed() {
        return closed.minimalCompletionStage();
    }

    private void abort() {
        synchronized (lock) {
            aborted = true;
        }
        connector.cancel("given up by an AbortSignal before the connection was established");
    }

    /** Code and reason are valid, or {@code NO_STATUS}. */
    void close(int code, String reason) {
        WebSocketConnection established;
        synchronized (lock) {
            if (closing) {
                return;
            }
            closing = true;
            established = connection;
        }
        if (established == null) {
            connector.cancel(CLOSED_EARLY);
            return;
        }
        StreamWritable to = writable;
        if (to != null) {
            to.closing();
        }
        established.close(code, reason);
    }

    // ---------------------------------------------------------------------------------------------- from the connector

    @Override
    public void established(WebSocketConnection established, String subprotocol, String extensions) {
        StreamWritable side = new StreamWritable(stream, established, maxBufferedBytes, elsewhere);
        boolean wanted;
        synchronized (lock) {
            connection = established;
            writable = side;
            wanted = !closing;
        }
        forgetSignal();
        if (!wanted) {
            established.terminate(CloseKind.TERMINATED, CLOSED_EARLY);
            return;
        }
        OpenInfo info = new OpenInfo(readable, side, extensions, subprotocol);
        open = info;
        elsewhere.run(() -> opened.complete(info));
    }

    @Override
    public void failed(Connector.Failure failure) {
        forgetSignal();
        boolean byAbort;
        synchronized (lock) {
            byAbort = aborted;
        }
        Disconnection why = new Disconnection(
                failure.kind(), CloseCode.ABNORMAL, "", Optional.ofNullable(failure.response()), failure.message());
        fail(
                byAbort
                        ? new DOMException.AbortError(failure.message())
                        : new DOMException.WebSocketError(why, failure.cause()));
    }

    private void forgetSignal() {
        if (signal != null) {
            signal.forget(abortSteps);
        }
    }

    @Override
    public Connector.Observer observer() {
        return new Connector.Observer() {
            @Override
            public void onRequest(HandshakeRequest request) {}

            @Override
            public void onResponse(HandshakeResponse response) {}

            @Override
            public @Nullable WireTap tap() {
                return tap;
            }
        };
    }

    // --------------------------------------------------------------------------------------------- from the connection

    @Override
    public void onMessage(boolean text, ByteBuf payload, int index, int length) {
        Message message;
        if (text) {
            message = new Message.Text(payload.toString(index, length, StandardCharsets.UTF_8));
        } else {
            byte[] bytes = new byte[length];
            payload.getBytes(index, bytes);
            message = new Message.Binary(bytes);
        }
        received++;
        tasks.queue(() -> readable.arrived(message), length);
        readOnOrNot();
    }

    /** Reads on until there is one message more than was asked for, or too many wait to be told. */
    private void readOnOrNot() {
        WebSocketConnection current = connection;
        if (current == null) {
            return;
        }
        if (received > readable.requested() || tasks.isFull()) {
            current.pause();
        } else {
            current.resume();
        }
    }

    @Override
    public void onChunk(boolean text, ByteBuf payload, int index, int length, boolean last) {
        throw new IllegalStateException("messages come whole");
    }

    @Override
    public void onPing(ByteBuf payload, int index, int length) {}

    @Override
    public void onPong(ByteBuf payload, int index, int length) {}

    @Override
    public void onRoundTrip(long nanos) {}

    @Override
    public void onDrain() {
        StreamWritable to = writable;
        if (to != null) {
            to.drained();
        }
    }

    @Override
    public void onDropped() {
        StreamWritable to = writable;
        WebSocketConnection current = connection;
        if (to == null || current == null) {
            return;
        }
        to.dropped();
        // After the write that it was told, if it was told any.
        loop.execute(() -> {
            if (to.hasLost()) {
                current.terminate(
                        CloseKind.BUFFER_FULL,
                        "more than " + maxBufferedBytes
                                + " bytes would wait to be sent (maxBufferedBytes); wait for the"
                                + " stages of writes");
            }
        });
    }

    @Override
    public void onViolation(Violation violation, String reason) {}

    @Override
    public void onClosing() {
        StreamWritable to = writable;
        if (to != null) {
            to.closing();
        }
    }

    @Override
    public void onClosed(CloseEvent event) {
        Disconnection why =
                new Disconnection(event.kind(), event.code(), event.reason(), Optional.empty(), event.cause());
        if (!event.wasClean()) {
            fail(new DOMException.WebSocketError(
                    new Disconnection(event.kind(), CloseCode.ABNORMAL, "", Optional.empty(), event.cause()), null));
            return;
        }
        endWritable(new DOMException.WebSocketError(why, null));
        tasks.queue(() -> readable.end(null), 0);
        complete(() -> closed.complete(new CloseInfo(event.code(), event.reason())));
    }

    private void fail(DOMException why) {
        endWritable(why);
        tasks.queue(() -> readable.end(why), 0);
        complete(() -> {
            opened.completeExceptionally(why);
            closed.completeExceptionally(why);
        });
    }

    private void endWritable(Throwable why) {
        StreamWritable side = writable;
        if (side != null) {
            side.end(why);
        }
    }

    /** Completes {@code opened}, if the connection was established, and then what is given. */
    private void complete(Runnable completion) {
        OpenInfo info = open;
        elsewhere.run(() -> {
            try {
                if (info != null) {
                    opened.complete(info); // its own task may come later than this one
                }
                completion.run();
            } finally {
                OpenSockets.closed();
            }
        });
    }

    // ----------------------------------------------------------------------------------- from the tasks and the reader

    @Override
    public void pressureChanged() {
        demandGrew();
    }

    @Override
    public void refused(RejectedExecutionException why) {
        LOG.warn("The executor of the {} takes no more tasks, so that it is closed", stream, why);
        WebSocketConnection current = connection;
        if (current != null) {
            current.terminate(CloseKind.FAILED, "the executor of its subscriber takes no more tasks");
        }
    }

    @Override
    public void failed(Throwable thrown) {
        LOG.warn("A task of the {} has failed", stream, thrown);
    }

    @Override
    public void task(Runnable task) {
        tasks.queue(task, 0);
    }

    @Override
    public void demandGrew() {
        if (loop.inEventLoop()) {
            readOnOrNot();
        } else {
            loop.execute(this::readOnOrNot);
        }
    }

    @Override
    public void cancelled() {
        close(CloseCode.NO_STATUS, "");
    }
}
