package dev.duplex.core;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** The part of a message that has arrived so far. It grows with the bytes received and is nothing while there are none. */
final class MessageBuffer {
    /** What a buffer can hold; a message is smaller. */
    private static final long MOST = Integer.MAX_VALUE - 8;

    private final ByteBufAllocator allocator;
    private @Nullable ByteBuf bytes;

    MessageBuffer(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    boolean isEmpty() {
        return bytes == null;
    }

    /** @param expected how many more bytes the frame has announced, so that what is about to come needs no second copy */
    void append(ByteBuf in, int index, int length, long expected) {
        if (length == 0) {
            return;
        }
        ByteBuf buffer = bytes;
        if (buffer == null) {
            buffer = allocator.buffer(capacity(length, expected));
            bytes = buffer;
        } else if (buffer.writableBytes() < length) {
            int needed = buffer.readableBytes() + length;
            buffer.capacity(Math.max(capacity(needed, expected), capacity(buffer.capacity(), buffer.capacity())));
        }
        buffer.writeBytes(in, index, length);
    }

    /** At most twice what has been received, whatever has been announced. */
    private static int capacity(int received, long expected) {
        return (int) Math.min(MOST, received + Math.min(received, expected));
    }

    /** Hands over what there is, for the caller to release. */
    ByteBuf take() {
        ByteBuf taken = bytes != null ? bytes : allocator.buffer(0);
        bytes = null;
        return taken;
    }

    void release() {
        if (bytes != null) {
            bytes.release();
            bytes = null;
        }
    }
}
