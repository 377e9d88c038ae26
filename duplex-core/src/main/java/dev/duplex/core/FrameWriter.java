package dev.duplex.core;

import io.netty.buffer.ByteBuf;
import io.netty.util.internal.PlatformDependent;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Appends frames to a buffer (RFC 6455 §5.2). It enforces no rule of the protocol; {@link WebSocketProtocol} does. */
final class FrameWriter {
    /** Longest header: two bytes, an eight-byte length, a masking key. */
    static final int MAX_HEADER_BYTES = 14;

    private static final int FIN = 0x80;
    private static final int RSV1 = 0x40;
    private static final int MASK = 0x80;

    /** Without Unsafe, as on a newer JDK, Netty copies from direct memory by way of a view that it makes each time. */
    private static final boolean COPIES_BY_VIEWS = !PlatformDependent.hasUnsafe();

    /** Up to this length a payload is copied word by word: where there is no Unsafe sooner than by such a view. */
    private static final int SHORT = 125;

    /** Fresh masking keys from a strong source (RFC 6455 §10.3); null for a server, which does not mask (§5.1). */
    private final @Nullable IntSupplier maskingKeys;

    FrameWriter(@Nullable IntSupplier maskingKeys) {
        this.maskingKeys = maskingKeys;
    }

    /**
     * Appends a frame. A short payload, which is most, is copied here, word by word and masked on the way.
     *
     * <p>HotSpot inlines no method of more than 325 bytes of bytecode (FreqInlineSize), and this one is larger on purpose. Who
     * sends from a handler is many calls deep, and at the fifteenth HotSpot stops inlining (MaxInlineLevel): that was in the
     * midst of what checks and copies each word. Compiled for itself this method has all of that inlined, whoever calls.
     */
    void write(boolean fin, boolean rsv1, int opcode, ByteBuf payload, int index, int length, ByteBuf out) {
        out.ensureWritable(MAX_HEADER_BYTES + length);
        int key = header(fin, rsv1, opcode, length, out);
        int source = index;
        int target = out.writerIndex();
        if (length > SHORT) {
            append(payload, index, length, out);
            mask(out, target, length, key);
            return;
        }
        long longKey = Masking.longKey(key);
        for (int left = length; left >= 32; left -= 32, source += 32, target += 32) {
            out.setLong(target, payload.getLong(source) ^ longKey);
            out.setLong(target + 8, payload.getLong(source + 8) ^ longKey);
            out.setLong(target + 16, payload.getLong(source + 16) ^ longKey);
            out.setLong(target + 24, payload.getLong(source + 24) ^ longKey);
        }
        // What is left in pieces as unmasking has written them, see there.
        if ((length & 16) != 0) {
            out.setLong(target, payload.getLong(source) ^ longKey);
            out.setLong(target + 8, payload.getLong(source + 8) ^ longKey);
            source += 16;
            target += 16;
        }
        if ((length & 8) != 0) {
            out.setLong(target, payload.getLong(source) ^ longKey);
            source += 8;
            target += 8;
        }
        if ((length & 4) != 0) {
            out.setInt(target, payload.getInt(source) ^ key);
            source += 4;
            target += 4;
        }
        if ((length & 2) != 0) {
            out.setShort(target, payload.getShort(source) ^ (key >>> 16));
            source += 2;
            target += 2;
        }
        if ((length & 1) != 0) {
            out.setByte(target, payload.getByte(source) ^ (key >>> ((length & 2) != 0 ? 8 : 24)));
            target++;
        }
        out.writerIndex(target);
    }

    /** Copies, without an object that it would take. */
    private static void append(ByteBuf payload, int index, int length, ByteBuf out) {
        if (!COPIES_BY_VIEWS || !payload.isDirect() || payload.nioBufferCount() != 1) {
            out.writeBytes(payload, index, length);
        } else {
            // The buffer's own view, which only one thread may use: direct payloads are the event loop's.
            out.writeBytes(payload.internalNioBuffer(index, length));
        }
    }

    void writeText(CharSequence text, ByteBuf out) {
        int length = Utf8.length(text);
        out.ensureWritable(MAX_HEADER_BYTES + length);
        int key = header(true, false, Opcode.TEXT, length, out);
        int start = out.writerIndex();
        Utf8.write(text, length, out);
        mask(out, start, length, key);
    }

    /** Two bytes of code, then the reason (RFC 6455 §5.5.1). */
    void writeClose(int code, CharSequence reason, ByteBuf out) {
        int length = Utf8.length(reason);
        int key = header(true, false, Opcode.CLOSE, 2 + length, out);
        int start = out.writerIndex();
        out.writeShort(code);
        Utf8.write(reason, length, out);
        mask(out, start, 2 + length, key);
    }

    /** The header of a server's frame whose payload follows by other means. */
    void writeHeader(int opcode, int length, ByteBuf out) {
        header(true, false, opcode, length, out);
    }

    void writeEmpty(int opcode, ByteBuf out) {
        header(true, false, opcode, 0, out);
    }

    /** Appends a header and returns the masking key that the payload after it must be masked with. */
    private int header(boolean fin, boolean rsv1, int opcode, int length, ByteBuf out) {
        int first = (fin ? FIN : 0) | (rsv1 ? RSV1 : 0) | opcode;
        int maskBit = maskingKeys != null ? MASK : 0;
        if (length < 126) {
            out.writeShort(first << 8 | maskBit | length);
        } else if (length < 0x10000) {
            out.writeInt(first << 24 | (maskBit | 126) << 16 | length);
        } else {
            out.writeShort(first << 8 | maskBit | 127);
            out.writeLong(length);
        }
        if (maskingKeys == null) {
            return 0;
        }
        int key = maskingKeys.getAsInt();
        out.writeInt(key);
        return key;
    }

    private void mask(ByteBuf out, int index, int length, int key) {
        if (maskingKeys != null) {
            Masking.apply(out, index, length, key);
        }
    }
}
