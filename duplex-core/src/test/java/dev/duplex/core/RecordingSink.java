package dev.duplex.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Remembers what it was called with, one line each:
 * {@code text "abc"}, {@code binary 0102}, {@code chunk text "ab"}, {@code last chunk binary 03}, {@code ping 01},
 * {@code pong 01}, {@code close 1000 "bye"}, {@code violation TEXT_UTF8 "text is not UTF-8"}.
 */
final class RecordingSink implements MessageSink {
    final List<String> events = new ArrayList<>();
    final ByteBuf out = Unpooled.buffer();
    boolean holdsPongs;

    /** Called with each event, from inside the protocol's call. */
    Consumer<String> onEvent = event -> {};

    @Override
    public void onMessage(boolean text, ByteBuf payload, int index, int length) {
        record(payload(text, payload, index, length));
    }

    @Override
    public void onChunk(boolean text, ByteBuf payload, int index, int length, boolean last) {
        record((last ? "last chunk " : "chunk ") + payload(text, payload, index, length));
    }

    @Override
    public void onPing(ByteBuf payload, int index, int length) {
        record(("ping " + Hex.of(payload, index, length)).strip());
    }

    @Override
    public void onPong(ByteBuf payload, int index, int length) {
        record(("pong " + Hex.of(payload, index, length)).strip());
    }

    @Override
    public void onClose(int code, String reason) {
        record("close " + code + " \"" + reason + '"');
    }

    @Override
    public void onViolation(Violation violation, String reason) {
        record("violation " + violation + " \"" + reason + '"');
    }

    /** Called when the protocol asks where an answer goes. */
    Runnable onOut = () -> {};

    @Override
    public ByteBuf out() {
        onOut.run();
        return out;
    }

    @Override
    public boolean holdsPongs() {
        return holdsPongs;
    }

    /** A chunk of text must be text by itself: what ends inside a character shows as U+FFFD. */
    private static String payload(boolean text, ByteBuf payload, int index, int length) {
        return text
                ? "text \"" + payload.toString(index, length, UTF_8) + '"'
                : ("binary " + Hex.of(payload, index, length)).strip();
    }

    private void record(String event) {
        events.add(event);
        onEvent.accept(event);
    }
}
