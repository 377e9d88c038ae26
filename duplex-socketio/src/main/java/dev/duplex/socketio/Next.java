package dev.duplex.socketio;

/** How a middleware goes on, now or later, on any thread. The first call counts. */
public interface Next {
    /** The next middleware, or what comes after the last one. */
    void proceed();

    /**
     * Refuses.
     *
     * @param error its message reaches the client of a namespace, and the data of a {@link ConnectException} as well
     */
    void refuse(Exception error);
}
