package dev.duplex.socketio.internal.engine;

/** A WebSocket connection, seen from a session. Told apart by identity. */
public interface Link {
    /** Sends one packet as one frame. Never fails: a connection that ends tells so later. */
    void send(Packet packet);

    /** Whether nothing waits, so that a volatile packet would leave at once. */
    boolean writable();

    /** Ends it. What it receives from here on is of no interest. */
    void close();
}
