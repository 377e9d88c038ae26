package dev.duplex.client;

/**
 * Is told of events, one after the other and never two at a time. What it throws is logged and has no other effect.
 *
 * @param <E> which events
 */
@FunctionalInterface
public interface EventListener<E extends Event> {
    void handleEvent(E event) throws Exception;
}
