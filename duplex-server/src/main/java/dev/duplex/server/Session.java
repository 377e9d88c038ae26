package dev.duplex.server;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.transport.ReadyState;
import dev.duplex.transport.SendResult;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import javax.net.ssl.SSLSession;

/**
 * One WebSocket connection, seen from the server. Every method may be called from any thread. {@code send} never blocks
 * and never throws because the peer is slow or gone: the {@link SendResult} tells.
 */
public interface Session {
    /** Unique among the sessions of this server since it was started. */
    String id();

    /** The request that opened the session. */
    UpgradeRequest request();

    /** The decoded path of the request, such as {@code /room/tea}. */
    default String path() {
        return request().path();
    }

    /**
     * What stood in the place of {@code {name}} in the route's path.
     *
     * @throws IllegalArgumentException if the route has no such parameter
     */
    default String pathParameter(String name) {
        return request().pathParameter(name);
    }

    /** The query of the request. */
    default Query query() {
        return request().query();
    }

    /** The header fields of the request. */
    default HttpFields headers() {
        return request().headers();
    }

    /** The cookies of the request. */
    default Map<String, String> cookies() {
        return request().cookies();
    }

    /** The peer, or the client that a trusted proxy names. */
    default SocketAddress remoteAddress() {
        return request().remoteAddress();
    }

    /** What TLS has agreed on and the client's certificate, if the connection is encrypted. */
    default Optional<SSLSession> tlsSession() {
        return request().tlsSession();
    }

    /** The subprotocol in use. */
    Optional<String> subprotocol();

    /** The extensions in use as the response named them, or "". */
    String extensions();

    /** For the application's own data about the session. */
    ConcurrentMap<String, Object> attributes();

    ReadyState readyState();

    default boolean isOpen() {
        return readyState() == ReadyState.OPEN;
    }

    /** Sends a text message; a lone surrogate in it becomes U+FFFD. */
    SendResult send(String text);

    /** Sends a binary message of a copy of these bytes. */
    SendResult send(byte[] binary);

    /** Sends a binary message of the remaining bytes, which are consumed. */
    SendResult send(ByteBuffer binary);

    /** Sends a received message on, text as text and binary as binary. */
    SendResult send(Message message);

    /**
     * Sends a text message which, under the policy CONFLATE, takes the place of a waiting one with an equal key.
     */
    SendResult send(String text, Object conflationKey);

    /** Begins a text message of unknown length. */
    OutgoingMessage beginText();

    /** Begins a binary message of unknown length. */
    OutgoingMessage beginBinary();

    /** Sends a ping without payload. Keepalive pings are sent without this. */
    default SendResult ping() {
        return ping(new byte[0]);
    }

    /**
     * Sends a ping.
     *
     * @throws IllegalArgumentException for more than 125 bytes (RFC 6455 §5.5)
     */
    SendResult ping(byte[] payload);

    /**
     * Sends a pong that nobody asked for (RFC 6455 §5.5.3). Pings are answered without this.
     *
     * @throws IllegalArgumentException for more than 125 bytes
     */
    SendResult pong(byte[] payload);

    /** Closes with 1000. */
    default void close() {
        close(1000, "");
    }

    /**
     * Begins the closing handshake; what was sent before leaves first, and no further message is delivered. Without
     * effect if it has begun already.
     *
     * @throws IllegalArgumentException if the code is none of 1000-1003, 1007-1014, 3000-4999, or the reason is longer
     *     than 123 bytes of UTF-8
     */
    void close(int code, String reason);

    /** Cuts the connection without a closing handshake. The peer sees 1006. */
    void terminate();

    /** Bytes accepted by {@code send} and not yet taken by the operating system. */
    long bufferedAmount();

    /**
     * Stops delivering messages, from the next one on, and then reading. On a route with an executor, those that wait for
     * it already are still delivered.
     */
    void pause();

    /** Goes on reading. */
    void resume();

    /** Makes this session a member of a topic: it gets what the calling thread publishes on it from here on. */
    void subscribe(String topic);

    /** Ends a membership: what the calling thread publishes from here on does not come any more. */
    void unsubscribe(String topic);

    /** The topics of which it is a member. */
    Set<String> topics();

    /** Sends a text message to all members of a topic but this one. */
    void publish(String topic, String text);

    /** Sends a binary message to all members of a topic but this one. */
    void publish(String topic, byte[] binary);

    /** The server it belongs to. */
    WebSocketServer server();
}
