package dev.duplex.socketio.engine;

import dev.duplex.server.HttpRequest;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.ConcurrentMap;

/**
 * A client of Engine.IO: a session that goes on while what carries it changes from polling to WebSocket. Every method
 * may be called from any thread; sending never blocks and never throws because the client is slow or gone.
 */
public interface EngineSocket {
    /** The session id. Who knows it can speak in the name of the client: it is not for other clients or for logs. */
    String id();

    /** The revision of the protocol that the client speaks: 4, or 3 if that is allowed. */
    int protocol();

    /** What carries the packets now. */
    TransportName transport();

    ReadyState readyState();

    /** The request that opened the session. */
    HttpRequest request();

    /** The client, or whom a trusted proxy names as such. */
    default SocketAddress remoteAddress() {
        return request().remoteAddress();
    }

    /** For the application's own data about the session. */
    ConcurrentMap<String, Object> attributes();

    /** Sends a text message. */
    default void send(String text) {
        send(List.of(EngineMessage.text(text)));
    }

    /** Sends a binary message; the array is not copied and must not be changed afterwards. */
    default void send(byte[] binary) {
        send(List.of(EngineMessage.binary(binary)));
    }

    /** Sends messages one after the other, with no other one between them. */
    void send(List<EngineMessage> messages);

    /** Sends messages as {@link #send(List)} does if the socket is {@link #writable}, and otherwise drops them. */
    void sendVolatile(List<EngineMessage> messages);

    /**
     * Runs it as the methods of the handler are run for this session: in their order, never at the same time as one of
     * them, and on one of their threads. At once if called from one of them.
     */
    void execute(Runnable action);

    /** Whether a message would leave at once, instead of waiting for the next poll or for a slow network. */
    boolean writable();

    /** Ends the session; what waits is sent before. */
    default void close() {
        close(false);
    }

    /**
     * Ends the session.
     *
     * @param discard whether what waits is dropped, and the session ends at once
     */
    void close(boolean discard);
}
