package dev.duplex.client;

/** What an {@link EventListener} is told, with the standard's fields. The {@code open} event is just this. */
public sealed class Event permits MessageEvent, ErrorEvent, CloseEvent {
    private final EventType<? extends Event> type;
    private final WebSocket target;
    private boolean stopped;

    Event(EventType<? extends Event> type, WebSocket target) {
        this.type = type;
        this.target = target;
    }

    /** {@code open}, {@code message}, {@code error} or {@code close}. */
    public final EventType<? extends Event> type() {
        return type;
    }

    /** The socket at which it was fired. */
    public final WebSocket target() {
        return target;
    }

    /** Keeps the listeners that have not been told from being told. To be called by a listener. */
    public final void stopImmediatePropagation() {
        stopped = true;
    }

    final boolean isStopped() {
        return stopped;
    }

    @Override
    public String toString() {
        return type + " event";
    }
}
