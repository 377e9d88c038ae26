package dev.duplex.client;

import java.nio.charset.StandardCharsets;

/** A message has been received. */
public final class MessageEvent extends Event {
    private final Object data;
    private final String origin;

    MessageEvent(WebSocket target, Object data, String origin) {
        super(EventType.MESSAGE, target);
        this.data = data;
        this.origin = origin;
    }

    /** A String; or for a binary message, by {@link WebSocket#binaryType()}, a {@link Blob} or an array of bytes. */
    public Object data() {
        return data;
    }

    /** Whether it is text, otherwise binary. */
    public boolean isText() {
        return data instanceof String;
    }

    /**
     * The text.
     *
     * @throws IllegalStateException if the message is binary
     */
    public String text() {
        if (data instanceof String text) {
            return text;
        }
        throw new IllegalStateException("the message is binary; see isText(), data() and bytes()");
    }

    /** The bytes of a binary message in either form; of text its UTF-8. A binary message's are not copied. */
    public byte[] bytes() {
        if (data instanceof Blob blob) {
            return blob.inMemory();
        }
        return data instanceof byte[] bytes ? bytes : text().getBytes(StandardCharsets.UTF_8);
    }

    /** The origin of the socket's URL, such as {@code wss://example.com}. */
    public String origin() {
        return origin;
    }
}
