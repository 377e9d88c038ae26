package dev.duplex.server.internal;

import dev.duplex.server.Message;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A message as it lies in a buffer. One instance serves a whole event loop, one message after the other. */
final class MessageView implements Message {
    private @Nullable ByteBuf payload;
    private int index;
    private int length;
    private boolean text;
    private boolean last;
    private @Nullable String decoded;

    /** Who may look, while somebody in particular may: behind another thread's back the bytes become other messages. */
    private @Nullable Thread reader;

    MessageView show(boolean text, ByteBuf payload, int index, int length, boolean last) {
        this.text = text;
        this.payload = payload;
        this.index = index;
        this.length = length;
        this.last = last;
        return this;
    }

    boolean isShown() {
        return payload != null;
    }

    /** From now on only the calling thread may look. */
    void handOver() {
        reader = Thread.currentThread();
    }

    void hide() {
        payload = null;
        decoded = null;
    }

    ByteBuf payload() {
        ByteBuf shown = payload;
        if (shown == null || (reader != null && reader != Thread.currentThread())) {
            throw new IllegalStateException("a message is valid only during the call that delivers it, on its thread;"
                    + " keep message.text() or message.bytes()");
        }
        return shown;
    }

    int index() {
        return index;
    }

    @Override
    public boolean isText() {
        payload();
        return text;
    }

    @Override
    public boolean isLast() {
        payload();
        return last;
    }

    @Override
    public int size() {
        payload();
        return length;
    }

    @Override
    public String text() {
        ByteBuf bytes = payload();
        if (!text) {
            throw new IllegalStateException("the message is binary; ask isText() first, or take bytes()");
        }
        String string = decoded;
        if (string == null) {
            string = bytes.toString(index, length, StandardCharsets.UTF_8);
            decoded = string;
        }
        return string;
    }

    @Override
    public byte[] bytes() {
        ByteBuf shown = payload();
        byte[] copy = new byte[length];
        shown.getBytes(index, copy);
        return copy;
    }

    @Override
    public ByteBuffer buffer() {
        return payload().nioBuffer(index, length).asReadOnlyBuffer();
    }
}
