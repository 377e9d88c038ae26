package dev.duplex.client.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** As much of the body of a refusal as is kept for whom it refuses. */
final class BodyHead {
    private static final int MAX_BYTES = 4096;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Keeps what there is room for. */
    void add(ByteBuf content) {
        int length = Math.min(content.readableBytes(), MAX_BYTES - bytes.size());
        bytes.writeBytes(ByteBufUtil.getBytes(content, content.readerIndex(), length));
    }

    boolean isFull() {
        return bytes.size() == MAX_BYTES;
    }

    @Override
    public String toString() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
