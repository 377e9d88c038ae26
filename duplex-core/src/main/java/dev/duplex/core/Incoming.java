package dev.duplex.core;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** The frame and the message that are being read. Lent by the {@link Endpoint} until the message has ended. */
final class Incoming {
    // The frame.
    final FrameHeader header = new FrameHeader();
    boolean inPayload;
    long remaining;
    int key;

    // The message: TEXT or BINARY, or CONTINUATION while there is none.
    int messageOpcode;
    boolean compressed;
    int fragments;
    long chargedBytes;
    final Utf8Validator utf8 = new Utf8Validator();
    final MessageBuffer message;
    long inflatedBytes;

    /** A control frame cut by the end of a read. */
    @Nullable
    ByteBuf control;

    Incoming(ByteBufAllocator allocator) {
        this.message = new MessageBuffer(allocator);
    }

    /** Whether neither a message nor a frame has begun. */
    boolean isNothing() {
        return messageOpcode == Opcode.CONTINUATION && !inPayload && !header.isCut();
    }

    void release() {
        message.release();
        if (control != null) {
            control.release();
            control = null;
        }
    }
}
