package dev.duplex.client;

import dev.duplex.client.internal.UrlRecord;
import dev.duplex.client.internal.UsvString;
import dev.duplex.core.CloseCode;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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

    private final UrlRecord url;
    private final EventListeners listeners;
    private final SocketConnection connection;
    private volatile BinaryType binaryType = BinaryType.BLOB;

    /**
     * Begins to connect.
     *
     * @param url of scheme ws, wss, http or https, without a fragment
     * @param protocols the subprotocols to offer, the favourite first; the server must choose one of them
     * @throws DOMException.SyntaxError if the URL is not valid, or a subprotocol is not a token or there twice
     */
    public WebSocket(String url, String... protocols) {
        this(url, WebSocketOptions.DEFAULT, List.of(protocols), null, null);
    }

    /**
     * Begins to connect.
     *
     * @param url of scheme ws, wss, http or https, without a fragment; relative if the options have a base URL
     * @throws DOMException.SyntaxError if the URL is not valid, or a subprotocol is not a token or there twice
     */
    public WebSocket(String url, WebSocketOptions options) {
        this(url, options, options.protocols(), null, null);
    }

    /**
     * Begins to connect after this has been called with the socket, in which listeners are set: they miss nothing.
     *
     * @throws DOMException.SyntaxError if the URL is not valid, or a subprotocol is not a token or there twice
     */
    public WebSocket(String url, WebSocketOptions options, Consumer<? super WebSocket> setUp) {
        this(url, options, options.protocols(), null, Objects.requireNonNull(setUp, "setUp"));
    }

    /** With an executor in place of that of the options. */
    WebSocket(String url, WebSocketOptions options, Executor executor, Consumer<? super WebSocket> setUp) {
        this(url, options, options.protocols(), executor, setUp);
    }

    private WebSocket(
            String url,
            WebSocketOptions options,
            List<String> protocols,
            @Nullable Executor executor,
            @Nullable Consumer<? super WebSocket> setUp) {
        this.url = ConstructorSteps.urlRecord(url, options.baseUrl());
        this.listeners = new EventListeners(setUp == null && options.executor().isEmpty());
        this.connection = new SocketConnection(this, this.url, options, protocols, executor, listeners);
        if (setUp != null) {
            setUp.accept(this);
        }
        connection.establish();
    }

    // ------------------------------------------------------------------------------------------------------ attributes

    /** The URL, serialized. It stays the same if a redirect is followed. */
    public String url() {
        return url.toString();
    }

    /** {@link #CONNECTING}, {@link #OPEN}, {@link #CLOSING} or {@link #CLOSED}. */
    public int readyState() {
        return connection.readyState();
    }

    /**
     * Bytes of text and binary data that have been given to {@code send} and not yet to the operating system. Within a
     * listener all that it has sent is counted, whatever is out by then. What is sent after the connection has begun to
     * close is counted too, and for ever.
     */
    public long bufferedAmount() {
        return connection.sender().bufferedAmount();
    }

    /** The extensions in use, such as {@code permessage-deflate}; "" if there are none, or the socket is not open yet. */
    public String extensions() {
        return connection.extensions();
    }

    /** The subprotocol that the server has chosen; "" if there is none, or the socket is not open yet. */
    public String protocol() {
        return connection.protocol();
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
            connection.queueEvent(event);
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
        checkNotConnecting("send");
        String text = UsvString.of(data);
        connection.sender().send(text, ByteBufUtil.utf8Bytes(text));
    }

    /**
     * Sends a binary message of a copy of these bytes.
     *
     * @throws DOMException.InvalidStateError if the socket is not open yet
     */
    public void send(byte[] data) {
        checkNotConnecting("send");
        connection.sender().send(data.clone());
    }

    /**
     * Sends a binary message of a copy of the remaining bytes. The buffer's position stays where it is, as that of a
     * view does in the standard.
     *
     * @throws DOMException.InvalidStateError if the socket is not open yet
     */
    public void send(ByteBuffer data) {
        checkNotConnecting("send");
        byte[] bytes = new byte[data.remaining()];
        data.duplicate().get(bytes);
        connection.sender().send(bytes);
    }

    /**
     * Sends a binary message of the data of a Blob. A file or a stream is read in the background, as fast as the network
     * takes it; what is sent afterwards follows it. If it cannot be read, the connection fails.
     *
     * @throws DOMException.InvalidStateError if the socket is not open yet
     */
    public void send(Blob data) {
        Objects.requireNonNull(data, "data");
        checkNotConnecting("send");
        connection.sender().send(data);
    }

    private void checkNotConnecting(String method) {
        // "If this's ready state is CONNECTING, then throw an "InvalidStateError" DOMException."
        if (connection.readyState() == CONNECTING) {
            throw new DOMException.InvalidStateError(
                    method + " needs an open socket but this one is CONNECTING; wait for the open event");
        }
    }

    /** Sends a ping with a payload of its own, and measures how long the answer takes; see {@link #ping(byte[])}. */
    public CompletionStage<Duration> ping() {
        return ping(connection.pings().nextPayload());
    }

    /**
     * Sends a ping (RFC 6455 §5.5.2), and measures how long the answer takes; beyond the standard. The keepalive pings of
     * the options are sent without this.
     *
     * <p>The stage is completed by the executor of the listeners, but not in order with them: a listener on a thread that
     * may block can wait for it. It fails with a {@link java.util.concurrent.TimeoutException} if no answer comes within
     * {@code pongTimeout}, with an {@link java.io.IOException} if the connection is closed, and with an {@link
     * IllegalStateException} while 16 others have no answer. An answer to a later ping is one to this too (§5.5.3).
     *
     * @param payload at most 125 bytes
     * @throws IllegalArgumentException if there are more
     * @throws DOMException.InvalidStateError if the socket is not open yet
     */
    public CompletionStage<Duration> ping(byte[] payload) {
        checkNotConnecting("ping");
        return connection.ping(payload);
    }

    /**
     * Sends a pong that no ping has asked for, which serves as a sign of life (RFC 6455 §5.5.3); beyond the standard. Pings
     * are answered without this. Without effect on a socket that is closing or closed.
     *
     * @param payload at most 125 bytes
     * @throws IllegalArgumentException if there are more
     * @throws DOMException.InvalidStateError if the socket is not open yet
     */
    public void pong(byte[] payload) {
        checkNotConnecting("pong");
        connection.pong(payload);
    }

    /**
     * From the last answered ping, the keepalive's or the program's, to its answer; empty if there was none yet. Beyond
     * the standard.
     */
    public Optional<Duration> roundTripTime() {
        return connection.observer().roundTripTime();
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
        closeValidated(code, checkedReason(code, reason));
    }

    /** As the others, with a code and a reason that are checked; {@code NO_STATUS} for none. */
    void closeValidated(int code, String reason) {
        connection.close(code, reason);
    }

    /** The reason as it can be sent, if both are valid. */
    static String checkedReason(int code, String reason) {
        // "If code is present, but is neither an integer equal to 1000 nor an integer in the range 3000 to 4999,
        // inclusive, throw an "InvalidAccessError" DOMException."
        if (code != CloseCode.NORMAL && (code < 3000 || code > 4999)) {
            throw new DOMException.InvalidAccessError("the close code must be 1000 or 3000 to 4999 but was " + code
                    + "; the others are the protocol's own");
        }
        // "If reason is present, then run these substeps: Let reasonBytes be the result of encoding reason. If
        // reasonBytes is longer than 123 bytes, then throw a "SyntaxError" DOMException."
        String text = UsvString.of(reason);
        int length = ByteBufUtil.utf8Bytes(text);
        if (length > CloseCode.MAX_REASON_BYTES) {
            throw new DOMException.SyntaxError("the close reason must be at most " + CloseCode.MAX_REASON_BYTES
                    + " bytes of UTF-8 but was " + length);
        }
        return text;
    }

    @Override
    public String toString() {
        return "WebSocket to " + url.origin() + " in state " + readyState();
    }
}
