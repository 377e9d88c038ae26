package dev.duplex.socketio.engine;

/** How far an Engine.IO session is. */
public enum ReadyState {
    OPEN,
    /** This server has ended it; what waits is still sent. */
    CLOSING,
    CLOSED
}
