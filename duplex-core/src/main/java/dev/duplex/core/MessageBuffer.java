package dev.duplex.core;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** The part of a message that has arrived so far. It grows with the bytes received and is nothing while there are none. */
final class MessageBuffer {
    private final ByteBufAllocator allocator;
    private @Nullable ByteBuf bytes;

    MessageBuffer(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    boolean isEmpty() {
        return bytes == null;
    }

    void append(ByteBuf in, int index, int length) {
        if (length == 0) {
            return;
        }
        if (bytes == null) {
            bytes = allocator.buffer(length);
        }
        bytes.writeBytes(in, index, length);
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
