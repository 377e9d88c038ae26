package dev.duplex.socketio;

import java.util.List;

/** An acknowledgement has not come: the time is over, the client has gone, or the server has been closed. */
public final class AckException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<?> responses;

    AckException(String message) {
        this(message, List.of());
    }

    AckException(String message, List<?> responses) {
        super(message);
        this.responses = responses;
    }

    /** Of an event to many clients, the answers that have come. */
    public List<?> responses() {
        return responses;
    }
}
