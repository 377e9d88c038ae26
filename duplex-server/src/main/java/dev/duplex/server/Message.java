package dev.duplex.server;

import java.nio.ByteBuffer;

/**
 * A received message, or a part of one on a streaming route. Text and binary in one view; nothing is decoded or copied
 * before it is asked for.
 *
 * <p>A message is valid only during the call that hands it over: the memory behind it belongs to the event loop. Keep
 * {@link #text()} or {@link #bytes()}, which are copies. Every method throws {@link IllegalStateException} afterwards and
 * on other threads; but an event loop shows one message after the other through the same object, so a message that was
 * kept may, in a later call on the same loop, be that call's message.
 */
public interface Message {
    /** Whether it is text, already validated as UTF-8; otherwise it is binary. */
    boolean isText();

    /** Whether the message ends here; always true except for parts on a streaming route. */
    boolean isLast();

    /** Payload bytes. */
    int size();

    /**
     * The text.
     *
     * @throws IllegalStateException if the message is binary
     */
    String text();

    /** A copy of the payload; for text its UTF-8. */
    byte[] bytes();

    /** The payload without copying it, read-only, for the time of the call. */
    ByteBuffer buffer();

    /**
     * Whether it may be compressed when it is sent, where client and server have agreed on that. True unless a message of
     * one's own says otherwise: for what is compressed already, or has a secret beside what a stranger has chosen.
     */
    default boolean mayCompress() {
        return true;
    }
}
