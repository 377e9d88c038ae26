package dev.duplex.client;

import dev.duplex.core.handshake.HandshakeRequest;
import dev.duplex.core.handshake.HandshakeResponse;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Sees what the standard's events do not show: the opening handshake, and the control frames that are answered without
 * the program. One observer serves any number of sockets. It is called on the event loop of the socket, so it must not
 * block; what it throws is logged.
 *
 * @see WebSocketOptions.Builder#observer
 */
public interface WebSocketObserver {
    /** The opening handshake begins: this request is being sent. */
    default void onRequest(WebSocket socket, HandshakeRequest request) {}

    /**
     * The head of a response to it has come, before it is judged; interim ones (1xx other than 101) are not shown. The
     * body is empty: that of a refusal is in {@link ErrorEvent#response}.
     */
    default void onResponse(WebSocket socket, HandshakeResponse response) {}

    /** A ping has come (RFC 6455 §5.5.2), and has been answered. The payload is valid during the call. */
    default void onPing(WebSocket socket, ByteBuffer payload) {}

    /** A pong has come (RFC 6455 §5.5.3), asked for or not. The payload is valid during the call. */
    default void onPong(WebSocket socket, ByteBuffer payload) {}

    /** A ping has been answered, the keepalive's or the program's: the time from one to the other. */
    default void onRoundTrip(WebSocket socket, Duration time) {}
}
