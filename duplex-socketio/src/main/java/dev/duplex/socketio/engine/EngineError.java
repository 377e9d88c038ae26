package dev.duplex.socketio.engine;

/** Why a request is refused; on the wire {@code {"code":n,"message":"..."}} with the ordinal as the code. */
public enum EngineError {
    UNKNOWN_TRANSPORT("Transport unknown", 400),
    UNKNOWN_SID("Session ID unknown", 400),
    BAD_HANDSHAKE_METHOD("Bad handshake method", 400),
    BAD_REQUEST("Bad request", 400),
    FORBIDDEN("Forbidden", 403),
    UNSUPPORTED_PROTOCOL_VERSION("Unsupported protocol version", 400);

    private final String message;
    private final int status;

    EngineError(String message, int status) {
        this.message = message;
        this.status = status;
    }

    /** The number that clients see. */
    public int code() {
        return ordinal();
    }

    /** The words that clients see, unless there are others, as for {@link #FORBIDDEN}. */
    public String message() {
        return message;
    }

    /** The status of the answer; 400 in any case where the request is an opening handshake. */
    public int status() {
        return status;
    }
}
