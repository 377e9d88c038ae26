package dev.duplex.server;

import dev.duplex.transport.CloseEvent;
import java.util.function.BiConsumer;

/**
 * What an application does with the sessions of a route. All methods of one session are called one after the other,
 * never two at a time; by default on the session's event loop, where they must not block (see {@link Route#blocking()}).
 *
 * <p>If a method throws, {@link #onError} is called and that session, no other, is closed with 1011.
 */
public interface WebSocketHandler {
    /** The session is open. */
    default void onOpen(Session session) throws Exception {}

    /** A message, or on a streaming route a part of one; valid during the call. */
    default void onMessage(Session session, Message message) throws Exception {}

    /** A ping; it has been answered already. */
    default void onPing(Session session, Message payload) throws Exception {}

    default void onPong(Session session, Message payload) throws Exception {}

    /** After a {@code send} was answered QUEUED or DROPPED: nothing waits any more, go on. */
    default void onDrain(Session session) throws Exception {}

    /** The session is closed. Called once, after everything else, if {@link #onOpen} was. */
    default void onClose(Session session, CloseEvent event) throws Exception {}

    /** One of the other methods has thrown this; the session is about to be closed with 1011. */
    default void onError(Session session, Throwable error) {}

    /** A handler that only wants messages. */
    static WebSocketHandler onMessage(BiConsumer<Session, Message> action) {
        return new WebSocketHandler() {
            @Override
            public void onMessage(Session session, Message message) {
                action.accept(session, message);
            }

            @Override
            public String toString() {
                return action.toString();
            }
        };
    }
}
