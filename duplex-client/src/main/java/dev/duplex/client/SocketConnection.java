package dev.duplex.client;

import dev.duplex.client.internal.ClientLoops;
import dev.duplex.client.internal.ConnectSettings;
import dev.duplex.client.internal.Connector;
import dev.duplex.client.internal.OpenSockets;
import dev.duplex.client.internal.UrlRecord;
import dev.duplex.core.CloseCode;
import dev.duplex.core.Violation;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.internal.BlockingExecutor;
import dev.duplex.transport.internal.SerialTasks;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection of one {@link WebSocket}: its ready state, and what the standard calls "feedback from the protocol".
 * What the connection tells comes on its event loop, and becomes tasks that fire events.
 */
final class SocketConnection implements Connector.Owner, SerialTasks.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocket.class);

    private static final String CLOSED_EARLY = "closed by this program before the connection was established";

    private final WebSocket socket;
    private final UrlRecord url;
    private final EventListeners listeners;
    private final EventLoop loop;
    private final SerialTasks tasks;
    private final Sender sender;
    private final Pings pings;
    private final Observer observer;
    private final Connector connector;
    private final int maxBufferedBytes;

    private final Object lock = new Object();
    private volatile int readyState = WebSocket.CONNECTING;
    private volatile @Nullable WebSocketConnection connection;
    private volatile String extensions = "";
    private volatile String protocol = "";

    /** Whether the program has begun the closing handshake, so that its end, however untidy, is no failure. */
    private volatile boolean closeStarted;

    private volatile boolean violated;
    private volatile boolean flaggedAsFull;

    SocketConnection(
            WebSocket socket,
            UrlRecord url,
            WebSocketOptions options,
            List<String> protocols,
            @Nullable Executor own,
            EventListeners listeners) {
        this.socket = socket;
        this.url = url;
        this.listeners = listeners;
        this.loop = ClientLoops.next();
        Executor executor = own != null ? own : executor(options);
        this.tasks = new SerialTasks(executor, this);
        ConnectSettings settings = options.settings();
        this.maxBufferedBytes = settings.limits().maxBufferedBytes();
        this.sender = new Sender(maxBufferedBytes, tasks, this::flagAsFull);
        this.observer = new Observer(socket, options.observer());
        this.pings = new Pings(loop, executor, settings.limits(), observer);
        this.connector = ConstructorSteps.connector(url, options, protocols, loop, this);
    }

    private Executor executor(WebSocketOptions options) {
        return options.onEventLoop() ? loop::execute : options.executor().orElseGet(BlockingExecutor::shared);
    }

    /** "Run this step in parallel: Establish a WebSocket connection given urlRecord, protocols, and client." */
    void establish() {
        OpenSockets.opened();
        connector.start();
    }

    int readyState() {
        return readyState;
    }

    String extensions() {
        return extensions;
    }

    String protocol() {
        return protocol;
    }

    Sender sender() {
        return sender;
    }

    Pings pings() {
        return pings;
    }

    @Override
    public Observer observer() {
        return observer;
    }

    // ----------------------------------------------------------------------------------------------- from the program

    /** Sends a ping; not while connecting. */
    CompletionStage<Duration> ping(byte[] payload) {
        return pings.send(connection, WebSocketConnection.checkedControlPayload(payload));
    }

    /** Sends a pong that no ping has asked for; not while connecting. */
    void pong(byte[] payload) {
        byte[] checked = WebSocketConnection.checkedControlPayload(payload);
        WebSocketConnection current = connection;
        if (current != null) {
            current.pong(checked);
        }
    }

    /** "Run the first matching steps from the following list"; code and reason are valid, or {@code NO_STATUS}. */
    void close(int code, String reason) {
        boolean established;
        synchronized (lock) {
            // "If this's ready state is CLOSING (2) or CLOSED (3): Do nothing."
            if (readyState >= WebSocket.CLOSING) {
                return;
            }
            established = connection != null;
            closeStarted = established;
            readyState = WebSocket.CLOSING;
        }
        if (established) {
            // "If the WebSocket closing handshake has not yet been started: Start the WebSocket closing handshake and
            // set this's ready state to CLOSING (2)." Behind what was sent before: "The close() method does not discard
            // previously sent messages before starting the WebSocket closing handshake".
            sender.close(code, reason);
        } else {
            // "If the WebSocket connection is not yet established: Fail the WebSocket connection and set this's ready
            // state to CLOSING (2)."
            connector.cancel(CLOSED_EARLY);
        }
    }

    /** "Flag the WebSocket as full and then close the WebSocket connection." */
    private void flagAsFull() {
        flaggedAsFull = true;
        WebSocketConnection full = connection;
        if (full != null) {
            full.terminate(
                    CloseKind.BUFFER_FULL,
                    "more than " + maxBufferedBytes
                            + " bytes would wait to be sent (maxBufferedBytes); look at bufferedAmount() before sending more");
        }
    }

    /** "Queue a task" that fires this event. */
    void queueEvent(Event event) {
        queue(() -> listeners.fire(event, 0));
    }

    private void queue(Runnable task) {
        tasks.queue(task, 0);
    }

    // ---------------------------------------------------------------------------------------------- from the connector

    @Override
    public void established(WebSocketConnection opened, String subprotocolInUse, String extensionsInUse) {
        boolean wanted;
        synchronized (lock) {
            connection = opened;
            wanted = readyState == WebSocket.CONNECTING;
        }
        sender.attach(opened);
        if (!wanted) {
            opened.terminate(CloseKind.TERMINATED, CLOSED_EARLY);
            return;
        }
        // "When the WebSocket connection is established, the user agent must queue a task to run these steps:"
        queue(() -> {
            synchronized (lock) {
                if (readyState != WebSocket.CONNECTING) {
                    return; // closed in between; browsers fire no event then
                }
                // "Change the ready state to OPEN (1). Change the extensions attribute's value to the extensions in
                // use, if it is not the null value. Change the protocol attribute's value to the subprotocol in use,
                // if it is not the null value."
                extensions = extensionsInUse;
                protocol = subprotocolInUse;
                readyState = WebSocket.OPEN;
            }
            // "Fire an event named open at the WebSocket object."
            listeners.fire(new Event(EventType.OPEN, socket), 0);
        });
    }

    @Override
    public void failed(Connector.Failure failure) {
        queueClosed(
                new ErrorEvent(socket, failure.message(), failure.response(), failure.cause()),
                new CloseEvent(socket, false, CloseCode.ABNORMAL, "", failure.kind(), failure.message()));
    }

    // --------------------------------------------------------------------------------------------- from the connection

    @Override
    public void onMessage(boolean text, ByteBuf payload, int index, int length) {
        if (text) {
            String data = payload.toString(index, length, StandardCharsets.UTF_8);
            tasks.queue(() -> fireMessage(data, length), length);
        } else {
            byte[] data = new byte[length];
            payload.getBytes(index, data);
            // By the type that is set when the event is fired.
            tasks.queue(
                    () -> fireMessage(socket.binaryType() == BinaryType.BLOB ? Blob.owning(data) : data, length),
                    length);
        }
    }

    private void fireMessage(Object data, int length) {
        // "If ready state is not OPEN (1), then return."
        if (readyState == WebSocket.OPEN) {
            // "Fire an event named message at the WebSocket object, using MessageEvent, with the origin attribute
            // initialized to the serialization of the WebSocket object's url's origin, and the data attribute
            // initialized to dataForEvent."
            listeners.fire(new MessageEvent(socket, data, url.origin()), length);
        }
    }

    @Override
    public void onChunk(boolean text, ByteBuf payload, int index, int length, boolean last) {
        throw new IllegalStateException("messages come whole");
    }

    @Override
    public void onPing(ByteBuf payload, int index, int length) {
        observer.onPing(payload.nioBuffer(index, length));
    }

    @Override
    public void onPong(ByteBuf payload, int index, int length) {
        pings.answered(ByteBufUtil.getBytes(payload, index, length));
        observer.onPong(payload.nioBuffer(index, length));
    }

    @Override
    public void onRoundTrip(long nanos) {
        observer.onRoundTrip(nanos);
    }

    @Override
    public void onDrain() {
        sender.drained();
    }

    @Override
    public void onDropped() {
        flagAsFull();
    }

    @Override
    public void onViolation(Violation violation, String reason) {
        violated = true;
    }

    @Override
    public void onClosing() {
        sender.stop();
        // "When the WebSocket closing handshake is started, the user agent must queue a task to change the ready state
        // to CLOSING (2)."
        queue(() -> {
            synchronized (lock) {
                readyState = Math.max(readyState, WebSocket.CLOSING);
            }
        });
    }

    @Override
    public void onClosed(dev.duplex.transport.CloseEvent event) {
        sender.stop();
        pings.stop();
        // RFC 6455 §7.2.1: a client must fail the connection if the transport "is unexpectedly lost". After its own
        // close frame it is not unexpected; browsers then fire no error event either.
        boolean failed = violated || flaggedAsFull || (!event.wasClean() && !closeStarted);
        ErrorEvent error = failed ? new ErrorEvent(socket, event.cause(), null, null) : null;
        // RFC 6455 §7.1.5: the code is that of the first close frame received, 1006 if none was.
        queueClosed(
                error,
                event.wasClean()
                        ? new CloseEvent(socket, true, event.code(), event.reason(), event.kind(), event.cause())
                        : new CloseEvent(socket, false, CloseCode.ABNORMAL, "", event.kind(), event.cause()));
    }

    /** "When the WebSocket connection is closed, possibly cleanly, queue a task to run the following substeps:" */
    private void queueClosed(@Nullable ErrorEvent error, CloseEvent close) {
        queue(() -> {
            try {
                synchronized (lock) {
                    // "Change the ready state to CLOSED (3)."
                    readyState = WebSocket.CLOSED;
                }
                // "If the user agent was required to fail the WebSocket connection, or if the WebSocket connection was
                // closed after being flagged as full, fire an event named error at the WebSocket object."
                if (error != null) {
                    listeners.fire(error, 0);
                }
                // "Fire an event named close at the WebSocket object, using CloseEvent".
                listeners.fire(close, 0);
            } finally {
                OpenSockets.closed();
            }
        });
    }

    // -------------------------------------------------------------------------------------------------- from the tasks

    /** Reads on or not, by how many tasks wait. */
    @Override
    public void pressureChanged() {
        WebSocketConnection current = connection;
        if (current == null) {
            return;
        }
        Runnable change = () -> {
            if (tasks.isFull()) {
                current.pause();
            } else {
                current.resume();
            }
        };
        if (loop.inEventLoop()) {
            change.run();
        } else {
            loop.execute(change);
        }
    }

    @Override
    public void refused(RejectedExecutionException why) {
        LOG.warn("The executor of the {} takes no more tasks, so that it is closed", socket, why);
        WebSocketConnection current = connection;
        if (current != null) {
            current.terminate(CloseKind.FAILED, "the executor of its listeners takes no more tasks");
        }
    }

    @Override
    public void failed(Throwable thrown) {
        LOG.warn("A task of the {} has failed", socket, thrown);
    }
}
