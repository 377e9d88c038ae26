package dev.duplex.transport.internal;

import dev.duplex.core.MessageSink;
import dev.duplex.core.Violation;
import dev.duplex.transport.CloseEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes down what it is told, as a listener of a connection or as the sink of the protocol at the other end. */
final class Recorder implements ConnectionListener, MessageSink {
    final List<String> events = new ArrayList<>();
    final List<CloseEvent> closed = new ArrayList<>();

    /** What the protocol at the other end owes. */
    final ByteBuf out = Unpooled.buffer();

    Consumer<String> onMessage = text -> {};
    Payloads onPayload = (text, payload, index, length) -> {};
    Runnable onDrain = () -> {};
    Runnable onDropped = () -> {};

    /** Gets a message as it lies there. */
    interface Payloads {
        void take(boolean text, ByteBuf payload, int index, int length);
    }

    List<String> take() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    private static String describe(boolean text, ByteBuf payload, int index, int length) {
        return text
                ? payload.toString(index, length, StandardCharsets.UTF_8)
                : ByteBufUtil.hexDump(payload, index, length);
    }

    @Override
    public void onMessage(boolean text, ByteBuf payload, int index, int length) {
        String message = describe(text, payload, index, length);
        events.add((text ? "text " : "binary ") + message);
        onMessage.accept(message);
        onPayload.take(text, payload, index, length);
    }

    @Override
    public void onChunk(boolean text, ByteBuf payload, int index, int length, boolean last) {
        events.add((last ? "last " : "chunk ") + describe(text, payload, index, length));
    }

    @Override
    public void onPing(ByteBuf payload, int index, int length) {
        events.add("ping " + describe(true, payload, index, length));
    }

    @Override
    public void onPong(ByteBuf payload, int index, int length) {
        events.add("pong " + describe(true, payload, index, length));
    }

    @Override
    public void onRoundTrip(long nanos) {
        events.add("round trip " + nanos);
    }

    @Override
    public void onDrain() {
        events.add("drain");
        onDrain.run();
    }

    @Override
    public void onDropped() {
        events.add("dropped");
        onDropped.run();
    }

    @Override
    public void onViolation(Violation violation, String reason) {
        events.add("violation " + violation);
    }

    @Override
    public void onClosed(CloseEvent event) {
        events.add("closed " + event.code());
        closed.add(event);
    }

    @Override
    public void onClose(int code, String reason) {
        events.add("close " + code + " " + reason);
    }

    @Override
    public ByteBuf out() {
        return out;
    }

    @Override
    public boolean holdsPongs() {
        return false;
    }

    @Nullable
    CloseEvent closeEvent() {
        return closed.isEmpty() ? null : closed.get(0);
    }
}
