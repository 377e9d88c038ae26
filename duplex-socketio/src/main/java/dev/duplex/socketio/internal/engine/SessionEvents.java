package dev.duplex.socketio.internal.engine;

import dev.duplex.socketio.engine.CloseReason;

/** What a session tells. */
public interface SessionEvents {
    /** A message has come. */
    void message(Packet message);

    /** The session has moved from polling to WebSocket. */
    void upgraded();

    /** What had to wait for a transport has been handed to one. */
    void drained();

    /** The session has ended; nothing is told afterwards. */
    void closed(CloseReason reason, String description);
}
