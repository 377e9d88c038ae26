package dev.duplex.client;

import java.util.List;

/**
 * The type of an event, which tells the compiler the class of its event objects.
 *
 * @param <E> that class
 */
public final class EventType<E extends Event> {
    public static final EventType<Event> OPEN = new EventType<>("open");
    public static final EventType<MessageEvent> MESSAGE = new EventType<>("message");
    public static final EventType<ErrorEvent> ERROR = new EventType<>("error");
    public static final EventType<CloseEvent> CLOSE = new EventType<>("close");

    static final List<EventType<?>> ALL = List.of(OPEN, MESSAGE, ERROR, CLOSE);

    private final String name;

    private EventType(String name) {
        this.name = name;
    }

    /** The name in the standard, such as {@code message}. */
    @Override
    public String toString() {
        return name;
    }
}
