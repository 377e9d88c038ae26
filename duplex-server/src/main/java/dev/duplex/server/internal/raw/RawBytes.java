package dev.duplex.server.internal.raw;

import dev.duplex.server.Session;

/**
 * Bytes written to a connection as they are, with no frame around them and no rule looked at. What the peer makes of
 * the rest of the connection is anybody's guess, which is the point: it is how {@code duplex echo} sends broken frames.
 */
public interface RawBytes {
    /** Writes the bytes after what the event loop has written so far, and before what waits for a slow peer. */
    void sendRaw(byte[] bytes);

    /** Writes the bytes to the connection of a session; any thread. Without effect once the session is closing. */
    static void send(Session session, byte[] bytes) {
        if (!(session instanceof RawBytes raw)) {
            throw new IllegalArgumentException("expected a session of the server, but got " + session);
        }
        raw.sendRaw(bytes);
    }
}
