package dev.duplex.socketio.engine;

/** Why an Engine.IO session ended. */
public enum CloseReason {
    /** The connection broke a rule or failed, or more waited for the client than {@code maxBufferedBytes}. */
    TRANSPORT_ERROR("transport error"),
    /** The client ended the session or its connection. */
    TRANSPORT_CLOSE("transport close"),
    /** This server ended the session. */
    FORCED_CLOSE("forced close"),
    /** The client has not answered a ping within {@code pingTimeout}. */
    PING_TIMEOUT("ping timeout"),
    /** The client sent something that is no packet. */
    PARSE_ERROR("parse error");

    private final String text;

    CloseReason(String text) {
        this.text = text;
    }

    /** The words that Node's server uses. */
    @Override
    public String toString() {
        return text;
    }
}
