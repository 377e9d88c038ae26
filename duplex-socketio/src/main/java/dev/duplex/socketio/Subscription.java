package dev.duplex.socketio;

/** A listener that was added. */
@FunctionalInterface
public interface Subscription {
    /** Removes the listener. Without effect the second time. */
    void cancel();
}
