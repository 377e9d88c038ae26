package dev.duplex.client.internal.load;

import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.CloseKind;
import org.jspecify.annotations.Nullable;

/** What becomes of one {@link LoadSocket}; called on its loop. */
public interface LoadListener {
    /** The connection is open. */
    void opened(LoadSocket socket, ConnectTimes times);

    /**
     * There will be no connection.
     *
     * @param response what the server or the proxy has answered, if it did
     */
    void failed(CloseKind kind, String message, @Nullable HandshakeResponse response);

    /**
     * A message.
     *
     * @param message valid during the call
     * @param now {@link System#nanoTime} as of when the bytes were read that it came in
     */
    void message(LoadSocket socket, Incoming message, long now);

    /** After a send that was answered false: more can be sent. */
    void drained(LoadSocket socket);

    /** The connection is gone; nothing follows. */
    void closed(LoadSocket socket, CloseEvent event);
}
