package dev.duplex.socketio.engine;

/**
 * What an application does with the sessions of an {@link EngineServer}. All methods of one session are called one after
 * the other, never two at a time; by default on event loops, where they must not block, see
 * {@link EngineBuilder#blocking()}. A method that throws ends its session, and no other.
 */
public interface EngineHandler {
    /** A session is open. */
    default void onConnection(EngineSocket socket) throws Exception {}

    /** A text message. */
    default void onMessage(EngineSocket socket, String text) throws Exception {}

    /** A binary message; the array is the handler's. */
    default void onMessage(EngineSocket socket, byte[] binary) throws Exception {}

    /** The session goes on over WebSocket. */
    default void onUpgrade(EngineSocket socket) throws Exception {}

    /** Something had to wait, and now nothing does. */
    default void onDrain(EngineSocket socket) throws Exception {}

    /**
     * The session has ended. Called once, after everything else.
     *
     * @param description more about the reason, for logs; may be empty
     */
    default void onClose(EngineSocket socket, CloseReason reason, String description) throws Exception {}
}
