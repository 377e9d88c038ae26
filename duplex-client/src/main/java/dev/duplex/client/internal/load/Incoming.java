package dev.duplex.client.internal.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** A view of the message that is being received, one for all connections of a loop. */
public final class Incoming {
    private boolean text;
    private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
    private int index;
    private int length;

    Incoming() {}

    Incoming of(boolean isText, ByteBuf of, int from, int size) {
        text = isText;
        buffer = of;
        index = from;
        length = size;
        return this;
    }

    void clear() {
        buffer = Unpooled.EMPTY_BUFFER;
    }

    public boolean isText() {
        return text;
    }

    /** Bytes of payload. */
    public int length() {
        return length;
    }

    /** One byte of the payload. */
    public byte at(int offset) {
        return buffer.getByte(index + offset);
    }

    /** Whether the payload is this one. */
    public boolean is(Expected expected) {
        return expected.is(buffer, index, length);
    }

    /** A copy of the payload. */
    public byte[] copy() {
        return ByteBufUtil.getBytes(buffer, index, length);
    }

    @Override
    public String toString() {
        return buffer.toString(index, length, StandardCharsets.UTF_8);
    }
}
