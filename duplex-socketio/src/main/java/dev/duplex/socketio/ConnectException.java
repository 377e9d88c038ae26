package dev.duplex.socketio;

import org.jspecify.annotations.Nullable;

/** A middleware refuses a client, which is told the message and the data ({@code connect_error}). */
public final class ConnectException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient @Nullable Object data;

    public ConnectException(String message) {
        this(message, null);
    }

    /** @param data more for the client, such as a record; {@code error.data} there */
    public ConnectException(String message, @Nullable Object data) {
        super(message);
        this.data = data;
    }

    public @Nullable Object data() {
        return data;
    }
}
