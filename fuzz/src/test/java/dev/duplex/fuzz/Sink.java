package dev.duplex.fuzz;

import dev.duplex.core.MessageSink;
import dev.duplex.core.Violation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what a protocol tells, in a way that does not depend on how the bytes were cut: the chunks of a message
 * count as one entry, once the message has ended.
 */
final class Sink implements MessageSink {
    final List<String> events = new ArrayList<>();
    final ByteBuf out = Unpooled.buffer();

    @Nullable
    Violation violation;

    private final ByteArrayOutputStream chunks = new ByteArrayOutputStream();
    private boolean ended;

    @Override
    public void onMessage(boolean text, ByteBuf payload, int index, int length) {
        add((text ? "text " : "binary ") + ByteBufUtil.hexDump(payload, index, length));
    }

    @Override
    public void onChunk(boolean text, ByteBuf payload, int index, int length, boolean last) {
        if (length == 0 && !last) {
            throw new AssertionError("a chunk of nothing");
        }
        chunks.writeBytes(ByteBufUtil.getBytes(payload, index, length));
        if (last) {
            add((text ? "text " : "binary ") + ByteBufUtil.hexDump(chunks.toByteArray()));
            chunks.reset();
        }
    }

    @Override
    public void onPing(ByteBuf payload, int index, int length) {
        add("ping " + ByteBufUtil.hexDump(payload, index, length));
    }

    @Override
    public void onPong(ByteBuf payload, int index, int length) {
        add("pong " + ByteBufUtil.hexDump(payload, index, length));
    }

    @Override
    public void onClose(int code, String reason) {
        add("close " + code + " " + reason);
        ended = true;
    }

    @Override
    public void onViolation(Violation violated, String reason) {
        add("violation " + violated + " " + reason);
        violation = violated;
        ended = true;
    }

    private void add(String event) {
        if (ended) {
            throw new AssertionError("after the end of the connection: " + event);
        }
        events.add(event);
    }

    @Override
    public ByteBuf out() {
        return out;
    }

    @Override
    public boolean holdsPongs() {
        return false;
    }
}
