package dev.duplex.client.internal.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** The payload of messages that are sent often: bytes that can be written anew before each. One thread's. */
public final class Payload {
    private final byte[] bytes;
    private final ByteBuf buffer;

    /** Around these bytes; they are not copied. */
    public Payload(byte[] bytes) {
        this.bytes = bytes;
        this.buffer = Unpooled.wrappedBuffer(bytes);
    }

    /** The bytes themselves. */
    @SuppressWarnings("ReturnsArray")
    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return bytes.length;
    }

    ByteBuf buffer() {
        return buffer;
    }
}
