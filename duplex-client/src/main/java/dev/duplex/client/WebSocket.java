package dev.duplex.client;

import dev.duplex.client.internal.ClientLoops;
import dev.duplex.client.internal.ConnectSettings;
import dev.duplex.client.internal.Connector;
import dev.duplex.client.internal.OpenSockets;
import dev.duplex.client.internal.UrlRecord;
import dev.duplex.client.internal.UsvString;
import dev.duplex.core.CloseCode;
import dev.duplex.core.Violation;
import dev.duplex.core.handshake.ClientHandshake;
import dev.duplex.core.handshake.HttpFields;
import dev.duplex.transport.internal.BlockingExecutor;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The browser's WebSocket, as the <a href="https://websockets.spec.whatwg.org/">WHATWG WebSockets Standard</a> describes
 * it.
 *
 * <pre>{@code
 * WebSocket socket = new WebSocket("wss://example.com/chat", "chat.v1");
 * socket.onopen(event -> socket.send("hello"));
 * socket.onmessage(event -> System.out.println(event.data()));
 * socket.onerror(event -> System.err.println(event.message()));
 * socket.onclose(event -> System.out.println("closed: " + event.code() + " " + event.reason()));
 * }</pre>
 *
 * <p>The constructor begins to connect and returns. Everything that then happens is an event. Listeners are called one
 * after the other, in order, by default on a thread that may block. While many wait to be called, nothing is read from
 * the server.
 *
 * <p>In a page no event can come before the script that has made the socket is done. A Java thread has no such moment,
 * so the first listener for a type of event, or its handler, also gets what was fired before it was there: up to 64
 * messages of 1 MiB in total, and the one event of the other types. It does not where the standard's promise holds
 * anyway: with an {@linkplain WebSocketOptions.Builder#executor executor} of the program's own, or with
 * {@linkplain #WebSocket(String, WebSocketOptions, Consumer) listeners that are set up first}.
 *
 * <p>Every method may be called from any thread. An open socket keeps the program running; {@link #close()} it.
 */
public final class WebSocket {
    /** The connection has not yet been established. */
    public static final int CONNECTING = 0;
    /** The connection is established and communication is possible. */
    public static final int OPEN = 1;
    /** The connection is going through the closing handshake, or {@code close()} has been called. */
    public static final int CLOSING = 2;
    /** The connection has been closed or could not be opened. */
    public static final int CLOSED = 3;

    private static final Logger LOG = LoggerFactory.getLogger(WebSocket.class);

    private static final String CLOSED_EARLY = "closed by this program before the connection was established";

    private final UrlRecord url;
    private final EventLoop loop;
    private final EventListeners listeners;
    private final SerialTasks tasks;
    private final Sender sender;
    private final Connector connector;
    private final int maxBufferedBytes;

    private final Object lock = new Object();
    private volatile int readyState = CONNECTING;
    private volatile @Nullable WebSocketConnection connection;
    private volatile String extensions = "";
    private volatile String protocol = "";
    private volatile BinaryType binaryType = BinaryType.BLOB;

    /** Whether the program has begun the closing handshake, so that its end, however untidy, is no failure. */
    private volatile boolean closeStarted;

    private volatile boolean violated;
    private volatile boolean flaggedAsFull;

    /**
     * Begins to connect.
     *
     * @param url of scheme ws, wss, http or https, without a fragment
     * @param protocols the subprotocols to offer, the favourite first; the server must choose one of them
     * @throws DOMException.SyntaxError if the URL is not valid, or a subprotocol is not a token or there twice
     */
    public WebSocket(String url, String... protocols) {
        this(url, WebSocketOptions.DEFAULT, List.of(protocols), null);
    }

    /**
     * Begins to connect.
     *
     * @param url of scheme ws, wss, http or https, without a fragment; relative if the options have a base URL
     * @throws DOMException.SyntaxError if the URL is not valid, or a subprotocol is not a token or there twice
     */
    public WebSocket(String url, WebSocketOptions options) {
        this(url, options, options.protocols(), null);
    }

    /**
     * Begins to connect after this has been called with the socket, in which listeners are set: they miss nothing.
     *
     * @throws DOMException.SyntaxError if the URL is not valid, or a subprotocol is not a token or there twice
     */
    public WebSocket(String url, WebSocketOptions options, Consumer<? super WebSocket> setUp) {
        this(url, options, options.protocols(), Objects.requireNonNull(setUp, "setUp"));
    }

    private WebSocket(
            String url, WebSocketOptions options, List<String> protocols, @Nullable Consumer<? super WebSocket> setUp) {
        this.url = urlRecord(url, options.baseUrl());
        ClientHandshake.Builder request = request(this.url, options, protocols);
        this.loop = ClientLoops.next();
        Executor executor =
                options.onEventLoop() ? loop::execute : options.executor().orElseGet(BlockingExecutor::shared);
        this.listeners = new EventListeners(setUp == null && options.executor().isEmpty());
        this.tasks = new SerialTasks(executor, new Pressure());
        ConnectSettings settings = options.settings();
        this.maxBufferedBytes = settings.limits().maxBufferedBytes();
        this.sender = new Sender(maxBufferedBytes, tasks, this::flagAsFull);
        this.connector = new Connector(this.url, settings, protocols, request, loop, new Feedback());
        if (setUp != null) {
            setUp.accept(this);
        }
        // "Run this step in parallel: Establish a WebSocket connection given urlRecord, protocols, and client."
        OpenSockets.opened();
        connector.start();
    }

    private static UrlRecord urlRecord(String url, @Nullable UrlRecord baseUrl) {
        UrlRecord record;
        try {
            // "Let urlRecord be the result of applying the URL parser to url with baseURL. If urlRecord is failure,
            // then
            // throw a "SyntaxError" DOMException."
            record = UrlRecord.parse(url, baseUrl);
        } catch (UrlRecord.InvalidUrlException e) {
            throw new DOMException.SyntaxError("the URL \"" + url + "\" is not valid: " + e.getMessage());
        }
        // "If urlRecord's scheme is "http", then set urlRecord's scheme to "ws". Otherwise, if urlRecord's scheme is
        // "https", set urlRecord's scheme to "wss". If urlRecord's scheme is not "ws" or "wss", then throw a
        // "SyntaxError" DOMException."
        record = switch (record.scheme()) {
            case "http" -> record.withScheme("ws");
            case "https" -> record.withScheme("wss");
            case "ws", "wss" -> record;
            default ->
                throw new DOMException.SyntaxError(
                        "the URL's scheme must be ws, wss, http or https but was " + record.scheme());
        };
        // "If urlRecord's fragment is non-null, then throw a "SyntaxError" DOMException."
        if (record.fragment() != null) {
            throw new DOMException.SyntaxError("the URL must have no fragment but has \"" + record.fragment()
                    + "\"; write %23 for a number sign that is meant");
        }
        return record;
    }

    private static ClientHandshake.Builder request(UrlRecord url, WebSocketOptions options, List<String> protocols) {
        // A port 0 is blocked when connecting.
        ClientHandshake.Builder request = ClientHandshake.builder(url.host(), Math.max(1, url.port()), url.isSecure())
                .target(url.target())
                .fields(fields(url, options));
        if (options.settings().origin() != null) {
            request.origin(options.settings().origin());
        }
        try {
            // "If any of the values in protocols occur more than once or otherwise fail to match the requirements for
            // elements that comprise the value of `Sec-WebSocket-Protocol` fields as defined by The WebSocket protocol,
            // then throw a "SyntaxError" DOMException."
            return request.subprotocols(protocols);
        } catch (IllegalArgumentException e) {
            throw new DOMException.SyntaxError(String.valueOf(e.getMessage()));
        }
    }

    private static HttpFields fields(UrlRecord url, WebSocketOptions options) {
        HttpFields fields = options.settings().fields();
        if (url.userInfo().isEmpty() || options.hasCredentials()) {
            return fields;
        }
        try {
            String user = url.decodedUserInfo();
            return fields.toBuilder()
                    .add("Authorization", WebSocketOptions.basicCredentials(user.indexOf(':') < 0 ? user + ":" : user))
                    .build();
        } catch (UrlRecord.InvalidUrlException e) {
            throw new DOMException.SyntaxError("name and password in the URL are not UTF-8");
        }
    }

    // ------------------------------------------------------------------------------------------------------ attributes

    /** The URL, serialized. */
    public String url() {
        return url.toString();
    }

    /** {@link #CONNECTING}, {@link #OPEN}, {@link #CLOSING} or {@link #CLOSED}. */
    public int readyState() {
        return readyState;
    }

    /**
     * Bytes of text and binary data that have been given to {@code send} and not yet to the operating system. Within a
     * listener all that it has sent is counted, whatever is out by then. What is sent after the connection has begun to
     * close is counted too, and for ever.
     */
    public long bufferedAmount() {
        return sender.bufferedAmount();
    }

    /** The extensions in use, such as {@code permessage-deflate}; "" if there are none, or the socket is not open yet. */
    public String extensions() {
        return extensions;
    }

    /** The subprotocol that the server has chosen; "" if there is none, or the socket is not open yet. */
    public String protocol() {
        return protocol;
    }

    /** The form in which binary messages come; {@link BinaryType#BLOB} at first. */
    public BinaryType binaryType() {
        return binaryType;
    }

    /** Changes the form of binary messages, of those as well that are here but not yet told. */
    public void binaryType(BinaryType type) {
        binaryType = Objects.requireNonNull(type, "type");
    }

    // -------------------------------------------------------------------------------------------------- event handlers

    /** Sets the handler of {@code open} events, in place of the one before; null for none. */
    public void onopen(@Nullable EventListener<? super Event> handler) {
        setHandler(EventType.OPEN, handler);
    }

    /** The handler of {@code open} events, or null. */
    public @Nullable EventListener<? super Event> onopen() {
        return handler(EventType.OPEN);
    }

    /** Sets the handler of {@code message} events, in place of the one before; null for none. */
    public void onmessage(@Nullable EventListener<? super MessageEvent> handler) {
        setHandler(EventType.MESSAGE, handler);
    }

    /** The handler of {@code message} events, or null. */
    public @Nullable EventListener<? super MessageEvent> onmessage() {
        return handler(EventType.MESSAGE);
    }

    /** Sets the handler of {@code error} events, in place of the one before; null for none. */
    public void onerror(@Nullable EventListener<? super ErrorEvent> handler) {
        setHandler(EventType.ERROR, handler);
    }

    /** The handler of {@code error} events, or null. */
    public @Nullable EventListener<? super ErrorEvent> onerror() {
        return handler(EventType.ERROR);
    }

    /** Sets the handler of {@code close} events, in place of the one before; null for none. */
    public void onclose(@Nullable EventListener<? super CloseEvent> handler) {
        setHandler(EventType.CLOSE, handler);
    }

    /** The handler of {@code close} events, or null. */
    public @Nullable EventListener<? super CloseEvent> onclose() {
        return handler(EventType.CLOSE);
    }

    /** Adds a listener; without effect if it is there already. */
    public <E extends Event> void addEventListener(EventType<E> type, EventListener<? super E> listener) {
        addEventListener(type, listener, ListenerOptions.DEFAULT);
    }

    /** Adds a listener that goes by itself, by what the options say; without effect if it is there already. */
    public <E extends Event> void addEventListener(
            EventType<E> type, EventListener<? super E> listener, ListenerOptions options) {
        fireMissed(listeners.add(type, erased(listener), options));
    }

    /**
     * Adds a listener by the name of its type; without effect if it is there already. No event of another name than
     * {@code open}, {@code message}, {@code error} and {@code close} ever comes.
     */
    public void addEventListener(String type, EventListener<? super Event> listener) {
        addEventListener(type, listener, ListenerOptions.DEFAULT);
    }

    /** As the other, with options. */
    public void addEventListener(String type, EventListener<? super Event> listener, ListenerOptions options) {
        EventType<?> known = typeNamed(type);
        if (known != null) {
            fireMissed(listeners.add(known, erased(listener), options));
        }
    }

    /** Removes a listener; without effect if it is not there. From here on it is not called, even for an event half told. */
    public <E extends Event> void removeEventListener(EventType<E> type, EventListener<? super E> listener) {
        listeners.remove(type, listener);
    }

    /** Removes a listener by the name of its type. */
    public void removeEventListener(String type, EventListener<? super Event> listener) {
        EventType<?> known = typeNamed(type);
        if (known != null) {
            listeners.remove(known, listener);
        }
    }

    private static @Nullable EventType<?> typeNamed(String name) {
        for (EventType<?> type : EventType.ALL) {
            if (type.toString().equals(name)) {
                return type;
            }
        }
        return null;
    }

    private <E extends Event> void setHandler(EventType<E> type, @Nullable EventListener<? super E> handler) {
        fireMissed(listeners.setHandler(type, handler == null ? null : erased(handler)));
    }

    @SuppressWarnings("unchecked") // an EventType only ever has events of its own class
    private <E extends Event> @Nullable EventListener<? super E> handler(EventType<E> type) {
        return (EventListener<? super E>) (EventListener<?>) listeners.handler(type);
    }

    @SuppressWarnings("unchecked") // an EventType only ever has events of its own class
    private static EventListener<Event> erased(EventListener<?> listener) {
        return (EventListener<Event>) Objects.requireNonNull(listener, "listener");
    }

    private void fireMissed(List<Event> missed) {
        for (Event event : missed) {
            queue(() -> listeners.fire(event, 0));
        }
    }

    // --------------------------------------------------------------------------------------------------------- sending

    /**
     * Sends a text message; lone surrogates in it become U+FFFD. Never blocks. If more than {@code maxBufferedBytes}
     * would wait, the socket is closed with an error event: look at {@link #bufferedAmount()} before sending much.
     *
     * @throws DOMException.InvalidStateError if the socket is not open yet
     */
    public void send(String data) {
        checkNotConnecting();
        String text = UsvString.of(data);
        sender.send(text, UsvString.utf8Length(text));
    }

    /**
     * Sends a binary message of a copy of these bytes.
     *
     * @throws DOMException.InvalidStateError if the socket is not open yet
     */
    public void send(byte[] data) {
        checkNotConnecting();
        sender.send(data.clone());
    }

    /**
     * Sends a binary message of a copy of the remaining bytes. The buffer's position stays where it is, as that of a
     * view does in the standard.
     *
     * @throws DOMException.InvalidStateError if the socket is not open yet
     */
    public void send(ByteBuffer data) {
        checkNotConnecting();
        byte[] bytes = new byte[data.remaining()];
        data.duplicate().get(bytes);
        sender.send(bytes);
    }

    /**
     * Sends a binary message of the data of a Blob. A file or a stream is read in the background, as fast as the network
     * takes it; what is sent afterwards follows it. If it cannot be read, the connection fails.
     *
     * @throws DOMException.InvalidStateError if the socket is not open yet
     */
    public void send(Blob data) {
        Objects.requireNonNull(data, "data");
        checkNotConnecting();
        sender.send(data);
    }

    private void checkNotConnecting() {
        // "If this's ready state is CONNECTING, then throw an "InvalidStateError" DOMException."
        if (readyState == CONNECTING) {
            throw new DOMException.InvalidStateError(
                    "send needs an open socket but this one is CONNECTING; send from the open event on");
        }
    }

    /** "Flag the WebSocket as full and then close the WebSocket connection." */
    private void flagAsFull() {
        flaggedAsFull = true;
        WebSocketConnection full = connection;
        if (full != null) {
            full.terminate("more than " + maxBufferedBytes
                    + " bytes would wait to be sent (maxBufferedBytes); look at bufferedAmount() before sending more");
        }
    }

    // --------------------------------------------------------------------------------------------------------- closing

    /**
     * Closes the connection, with no code: the server sees 1005. What was sent before leaves first. Without effect on a
     * socket that is closing or closed.
     */
    public void close() {
        closeValidated(CloseCode.NO_STATUS, "");
    }

    /**
     * Closes the connection.
     *
     * @param code 1000, or 3000 to 4999
     * @throws DOMException.InvalidAccessError if the code is another
     */
    public void close(int code) {
        close(code, "");
    }

    /**
     * Closes the connection.
     *
     * @param code 1000, or 3000 to 4999
     * @param reason at most 123 bytes of UTF-8, for the server to read
     * @throws DOMException.InvalidAccessError if the code is another
     * @throws DOMException.SyntaxError if the reason is longer
     */
    public void close(int code, String reason) {
        // "If code is present, but is neither an integer equal to 1000 nor an integer in the range 3000 to 4999,
        // inclusive, throw an "InvalidAccessError" DOMException."
        if (code != CloseCode.NORMAL && (code < 3000 || code > 4999)) {
            throw new DOMException.InvalidAccessError("the close code must be 1000 or 3000 to 4999 but was " + code
                    + "; the others are the protocol's own");
        }
        // "If reason is present, then run these substeps: Let reasonBytes be the result of encoding reason. If
        // reasonBytes is longer than 123 bytes, then throw a "SyntaxError" DOMException."
        String text = UsvString.of(reason);
        int length = UsvString.utf8Length(text);
        if (length > CloseCode.MAX_REASON_BYTES) {
            throw new DOMException.SyntaxError("the close reason must be at most " + CloseCode.MAX_REASON_BYTES
                    + " bytes of UTF-8 but was " + length);
        }
        closeValidated(code, text);
    }

    private void closeValidated(int code, String reason) {
        boolean established;
        synchronized (lock) {
            // "If this's ready state is CLOSING (2) or CLOSED (3): Do nothing."
            if (readyState >= CLOSING) {
                return;
            }
            established = connection != null;
            closeStarted = established;
            readyState = CLOSING;
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

    // --------------------------------------------------------------------------------------- feedback from the
    // protocol

    /** What the connection tells, on its event loop; the standard's "Feedback from the protocol". */
    private final class Feedback implements Connector.Owner {
        @Override
        public void established(WebSocketConnection opened, String subprotocol, String extensionsInUse) {
            boolean wanted;
            synchronized (lock) {
                connection = opened;
                wanted = readyState == CONNECTING;
            }
            sender.attach(opened);
            if (!wanted) {
                opened.terminate(CLOSED_EARLY);
                return;
            }
            // "When the WebSocket connection is established, the user agent must queue a task to run these steps:"
            queue(() -> {
                synchronized (lock) {
                    if (readyState != CONNECTING) {
                        return; // closed in between; browsers fire no event then
                    }
                    // "Change the ready state to OPEN (1). Change the extensions attribute's value to the extensions in
                    // use, if it is not the null value. Change the protocol attribute's value to the subprotocol in
                    // use,
                    // if it is not the null value."
                    extensions = extensionsInUse;
                    protocol = subprotocol;
                    readyState = OPEN;
                }
                // "Fire an event named open at the WebSocket object."
                listeners.fire(new Event(EventType.OPEN, WebSocket.this), 0);
            });
        }

        @Override
        public void failed(Connector.Failure failure) {
            queueClosed(
                    new ErrorEvent(WebSocket.this, failure.message(), failure.response(), failure.cause()),
                    new CloseEvent(WebSocket.this, false, CloseCode.ABNORMAL, "", failure.message()));
        }

        @Override
        public void onMessage(boolean text, ByteBuf payload, int index, int length) {
            if (text) {
                String data = payload.toString(index, length, StandardCharsets.UTF_8);
                tasks.queue(() -> message(data, length), length);
            } else {
                byte[] data = new byte[length];
                payload.getBytes(index, data);
                // By the type that is set when the event is fired.
                tasks.queue(() -> message(binaryType == BinaryType.BLOB ? Blob.owning(data) : data, length), length);
            }
        }

        private void message(Object data, int length) {
            // "If ready state is not OPEN (1), then return."
            if (readyState == OPEN) {
                // "Fire an event named message at the WebSocket object, using MessageEvent, with the origin attribute
                // initialized to the serialization of the WebSocket object's url's origin, and the data attribute
                // initialized to dataForEvent."
                listeners.fire(new MessageEvent(WebSocket.this, data, url.origin()), length);
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
            // "When the WebSocket closing handshake is started, the user agent must queue a task to change the ready
            // state to CLOSING (2)."
            queue(() -> {
                synchronized (lock) {
                    readyState = Math.max(readyState, CLOSING);
                }
            });
        }

        @Override
        public void onClosed(dev.duplex.transport.CloseEvent event) {
            sender.stop();
            // RFC 6455 §7.2.1: a client must fail the connection if the transport "is unexpectedly lost". After its own
            // close frame it is not unexpected; browsers then fire no error event either.
            boolean failed = violated || flaggedAsFull || (!event.wasClean() && !closeStarted);
            ErrorEvent error = failed ? new ErrorEvent(WebSocket.this, event.cause(), null, null) : null;
            // RFC 6455 §7.1.5: the code is that of the first close frame received, 1006 if none was.
            queueClosed(
                    error,
                    event.wasClean()
                            ? new CloseEvent(WebSocket.this, true, event.code(), event.reason(), event.cause())
                            : new CloseEvent(WebSocket.this, false, CloseCode.ABNORMAL, "", event.cause()));
        }
    }

    /** "When the WebSocket connection is closed, possibly cleanly, queue a task to run the following substeps:" */
    private void queueClosed(@Nullable ErrorEvent error, CloseEvent close) {
        queue(() -> {
            try {
                synchronized (lock) {
                    // "Change the ready state to CLOSED (3)."
                    readyState = CLOSED;
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

    private void queue(Runnable task) {
        tasks.queue(task, 0);
    }

    /** What the tasks tell the socket. */
    private final class Pressure implements SerialTasks.Owner {
        @Override
        public void pressureChanged() {
            applyPressure();
        }

        @Override
        public void refused(RejectedExecutionException why) {
            LOG.warn("The executor of the {} takes no more tasks, so that it is closed", WebSocket.this, why);
            WebSocketConnection current = connection;
            if (current != null) {
                current.terminate("the executor of its listeners takes no more tasks");
            }
        }
    }

    /** Reads on or not, by how many tasks wait. */
    private void applyPressure() {
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
    public String toString() {
        return "WebSocket to " + url.origin() + " in state " + readyState;
    }
}
