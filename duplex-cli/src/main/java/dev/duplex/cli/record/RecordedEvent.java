package dev.duplex.cli.record;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/** Something that happened on a connection; what a line of a recording says, but for the time. Immutable. */
public final class RecordedEvent {
    /** What happened. */
    public enum Type {
        /** The opening handshake is done. */
        OPEN,
        TEXT,
        BINARY,
        PING,
        PONG,
        /** A close frame, or with code 1006 the end without one. */
        CLOSE,
        /** The connection has failed. */
        ERROR;

        /** As in a recording. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether this is a message, which the program at the other end sees. */
        public boolean isMessage() {
            return this == TEXT || this == BINARY;
        }
    }

    private static final byte[] NOTHING = {};

    private final Direction direction;
    private final Type type;
    private final String text;
    private final String extensions;
    private final byte[] bytes;
    private final int code;

    private RecordedEvent(Direction direction, Type type, String text, String extensions, byte[] bytes, int code) {
        this.direction = Objects.requireNonNull(direction, "direction");
        this.type = type;
        this.text = Objects.requireNonNull(text, "text");
        this.extensions = extensions;
        this.bytes = bytes;
        this.code = code;
    }

    private static RecordedEvent of(Direction direction, Type type, String text) {
        return new RecordedEvent(direction, type, text, "", NOTHING, 0);
    }

    private static RecordedEvent of(Direction direction, Type type, byte[] bytes) {
        return new RecordedEvent(direction, type, "", "", bytes.clone(), 0);
    }

    /** The opening handshake is done; "" for no subprotocol and no extensions. */
    public static RecordedEvent open(String subprotocol, String extensions) {
        return new RecordedEvent(Direction.IN, Type.OPEN, subprotocol, extensions, NOTHING, 0);
    }

    public static RecordedEvent text(Direction direction, String data) {
        return of(direction, Type.TEXT, data);
    }

    /** A binary message of a copy of these bytes. */
    public static RecordedEvent binary(Direction direction, byte[] data) {
        return of(direction, Type.BINARY, data);
    }

    public static RecordedEvent ping(Direction direction, byte[] payload) {
        return of(direction, Type.PING, payload);
    }

    public static RecordedEvent pong(Direction direction, byte[] payload) {
        return of(direction, Type.PONG, payload);
    }

    /** A close frame; 1005 if it has no code, and from the peer 1006 if there was none (RFC 6455 §7.1.5). */
    public static RecordedEvent close(Direction direction, int code, String reason) {
        return new RecordedEvent(direction, Type.CLOSE, reason, "", NOTHING, code);
    }

    /** The connection has failed, or could not be established. */
    public static RecordedEvent error(String message) {
        return of(Direction.IN, Type.ERROR, message);
    }

    public Direction direction() {
        return direction;
    }

    public Type type() {
        return type;
    }

    /** Of TEXT the data, of CLOSE the reason, of OPEN the subprotocol, of ERROR the message; else "". */
    public String text() {
        return text;
    }

    /** Of OPEN the extensions in use; else "". */
    public String extensions() {
        return extensions;
    }

    /** Of BINARY, PING and PONG the payload, a copy; of TEXT its UTF-8. */
    public byte[] bytes() {
        return type == Type.TEXT ? text.getBytes(StandardCharsets.UTF_8) : bytes.clone();
    }

    /** Of CLOSE the code; else 0. */
    public int code() {
        return code;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RecordedEvent that
                && direction == that.direction
                && type == that.type
                && code == that.code
                && text.equals(that.text)
                && extensions.equals(that.extensions)
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(direction, type, code, text, extensions, Arrays.hashCode(bytes));
    }

    @Override
    public String toString() {
        return direction.word() + " " + type.word() + (code == 0 ? "" : " " + code) + (text.isEmpty() ? "" : " " + text)
                + (bytes.length == 0 ? "" : " of " + bytes.length + " bytes");
    }
}
