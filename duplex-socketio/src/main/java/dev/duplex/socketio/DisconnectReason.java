package dev.duplex.socketio;

import dev.duplex.socketio.engine.CloseReason;

/** Why a socket was disconnected from its namespace. */
public enum DisconnectReason {
    /** The connection broke a rule or failed. */
    TRANSPORT_ERROR("transport error"),
    /** The client ended the connection, or lost it. */
    TRANSPORT_CLOSE("transport close"),
    /** This server ended the connection below, as after a malformed packet. */
    FORCED_CLOSE("forced close"),
    /** The client has not answered a ping in time. */
    PING_TIMEOUT("ping timeout"),
    /** The client sent something that is no packet of Engine.IO. */
    PARSE_ERROR("parse error"),
    /** The server stops. */
    SERVER_SHUTTING_DOWN("server shutting down"),
    /** The server ended the connection: the client broke the protocol, or {@code disconnect(true)} was called. */
    FORCED_SERVER_CLOSE("forced server close"),
    /** The client left the namespace, by {@code socket.disconnect()}. */
    CLIENT_NAMESPACE_DISCONNECT("client namespace disconnect"),
    /** The server removed the client from the namespace, by {@code disconnect()}. */
    SERVER_NAMESPACE_DISCONNECT("server namespace disconnect");

    private final String text;

    DisconnectReason(String text) {
        this.text = text;
    }

    /** Whether a client that comes back after it may find its state again. */
    boolean isRecoverable() {
        return this != PARSE_ERROR && this != CLIENT_NAMESPACE_DISCONNECT && this != SERVER_NAMESPACE_DISCONNECT;
    }

    static DisconnectReason of(CloseReason reason) {
        return switch (reason) {
            case TRANSPORT_ERROR -> TRANSPORT_ERROR;
            case TRANSPORT_CLOSE -> TRANSPORT_CLOSE;
            case FORCED_CLOSE -> FORCED_CLOSE;
            case PING_TIMEOUT -> PING_TIMEOUT;
            case PARSE_ERROR -> PARSE_ERROR;
        };
    }

    /** The words that Node's server uses. */
    @Override
    public String toString() {
        return text;
    }
}
