package dev.duplex.transport.internal;

import dev.duplex.core.Violation;
import dev.duplex.transport.CloseEvent;
import io.netty.buffer.ByteBuf;

/** What a {@link WebSocketConnection} tells its owner, always on the connection's event loop. */
public interface ConnectionListener {
    /** Something has been read: calls for what is in it follow. */
    default void onRead() {}

    /** A whole message; the payload is valid during the call. */
    void onMessage(boolean text, ByteBuf payload, int index, int length);

    /** A part of a message of a connection that streams; valid during the call. */
    void onChunk(boolean text, ByteBuf payload, int index, int length, boolean last);

    /** A ping, already answered. */
    void onPing(ByteBuf payload, int index, int length);

    void onPong(ByteBuf payload, int index, int length);

    /** The answer to one of the connection's own keepalive pings. */
    void onRoundTrip(long nanos);

    /** After a send was answered QUEUED or DROPPED: nothing waits any more. */
    void onDrain();

    /** A message was not sent, or taken back from what waited. */
    void onDropped();

    /** The peer broke a rule; the connection is being closed. */
    void onViolation(Violation violation, String reason);

    /** The peer's close frame has come, or the peer broke a rule: no message follows. Not called if we closed first. */
    default void onClosing() {}

    /** The connection is gone. Called once, and nothing after it. */
    void onClosed(CloseEvent event);
}
