package dev.duplex.core;

import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.core.deflate.PerMessageDeflate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * One message for many connections of a server: encoded once per kind of encoding (plain, or deflated for a window
 * size), and then copied. Belongs to one event loop; {@link #close} releases the frames.
 */
public final class PreparedMessage implements AutoCloseable {
    private static final FrameWriter WRITER = new FrameWriter(null);
    private static final int LARGEST_WINDOW_BITS = 15;

    private final int opcode;
    private final ByteBuf payload;
    private final DeflateResources resources;
    private final ByteBufAllocator allocator;

    private @Nullable ByteBuf plain;

    /**
     * By window bits; a frame that did not shrink is not there twice but is {@link #plain}. Null until a connection compresses.
     */
    private @Nullable ByteBuf @Nullable [] deflated;

    /** @param payload read, never kept beyond {@link #close}; must be UTF-8 if text */
    public PreparedMessage(boolean text, ByteBuf payload, DeflateResources resources, ByteBufAllocator allocator) {
        this.opcode = text ? Opcode.TEXT : Opcode.BINARY;
        this.payload = payload;
        this.resources = resources;
        this.allocator = allocator;
    }

    /** The frame for a connection with these parameters; tells its own compressor that the window has moved on. */
    ByteBuf frame(@Nullable PerMessageDeflate deflate) {
        if (deflate == null || !deflate.worthCompressing(payload.readableBytes())) {
            return plain();
        }
        ByteBuf frame = deflated(deflate.outgoingWindowBits());
        if (!isPlain(frame)) {
            deflate.foreignMessageSent();
        }
        return frame;
    }

    @SuppressWarnings("ReferenceEquality") // the same buffer, not one of the same bytes
    private boolean isPlain(ByteBuf frame) {
        return frame == plain;
    }

    private ByteBuf plain() {
        ByteBuf frame = plain;
        if (frame == null) {
            frame = allocator.buffer(payload.readableBytes() + FrameWriter.MAX_HEADER_BYTES);
            WRITER.write(true, false, opcode, payload, payload.readerIndex(), payload.readableBytes(), frame);
            plain = frame;
        }
        return frame;
    }

    private ByteBuf deflated(int windowBits) {
        @Nullable ByteBuf[] frames = deflated;
        if (frames == null) {
            frames = new @Nullable ByteBuf[LARGEST_WINDOW_BITS + 1];
            deflated = frames;
        }
        ByteBuf frame = frames[windowBits];
        if (frame == null) {
            frame = deflate(windowBits);
            frames[windowBits] = frame;
        }
        return frame;
    }

    private ByteBuf deflate(int windowBits) {
        ByteBuf bytes = allocator.buffer();
        try {
            if (!resources.deflateShared(payload, payload.readerIndex(), payload.readableBytes(), windowBits, bytes)) {
                return plain(); // it would not be smaller
            }
            ByteBuf frame = allocator.buffer(bytes.readableBytes() + FrameWriter.MAX_HEADER_BYTES);
            WRITER.write(true, true, opcode, bytes, bytes.readerIndex(), bytes.readableBytes(), frame);
            return frame;
        } finally {
            bytes.release();
        }
    }

    @Override
    public void close() {
        @Nullable ByteBuf[] frames = deflated;
        deflated = null;
        if (frames != null) {
            for (ByteBuf frame : frames) {
                if (frame != null && !isPlain(frame)) {
                    frame.release();
                }
            }
        }
        if (plain != null) {
            plain.release();
            plain = null;
        }
    }
}
