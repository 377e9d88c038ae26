package dev.duplex.socketio.engine;

import java.util.Objects;

/**
 * The decision about a client that wants a session.
 *
 * @param allowed whether it gets one
 * @param message what it is told if not, with the status 403
 */
public record Admission(boolean allowed, String message) {
    private static final Admission ALLOWED = new Admission(true, "");

    public Admission {
        Objects.requireNonNull(message, "message");
    }

    public static Admission allow() {
        return ALLOWED;
    }

    /** Refuses with this message; an empty one stands for "Forbidden". */
    public static Admission refuse(String message) {
        return new Admission(false, message);
    }
}
