package dev.duplex.core;

import io.netty.buffer.ByteBuf;

/**
 * What {@link WebSocketProtocol#receive} calls: once per message, never per frame. Every buffer is a view of the
 * protocol's own memory, valid until the call returns; what is to be kept must be copied.
 */
public interface MessageSink {
    /**
     * A whole message, under {@link Delivery#WHOLE}.
     *
     * @param text whether it is text, already validated as UTF-8; otherwise binary
     */
    void onMessage(boolean text, ByteBuf payload, int index, int length);

    /**
     * A part of a message, under {@link Delivery#STREAMED}. Parts of a text end between characters.
     *
     * @param last whether the message ends with it; the last part may be empty
     */
    void onChunk(boolean text, ByteBuf payload, int index, int length, boolean last);

    /** A ping; its pong has already been appended to {@link #out}. */
    void onPing(ByteBuf payload, int index, int length);

    void onPong(ByteBuf payload, int index, int length);

    /**
     * The peer's close frame; if it was the first of the two, ours has been appended to {@link #out}. Nothing follows.
     *
     * @param code the code in the frame, or {@link CloseCode#NO_STATUS} if it carried none
     */
    void onClose(int code, String reason);

    /**
     * The peer broke a rule; the close frame that says so has been appended to {@link #out}. Nothing follows.
     *
     * @param reason what the close frame says: the rule, and the limit that decided if one did
     */
    void onViolation(Violation violation, String reason);

    /** Where to append what is owed to the peer: pongs and the close frame. Asked anew for each; may call back. */
    ByteBuf out();

    /**
     * Whether pongs should wait because the peer does not read. Only the latest is then kept (RFC 6455 §5.5.3 allows
     * to answer just the most recent ping) until {@link WebSocketProtocol#writeOwedPong}.
     */
    boolean holdsPongs();
}
