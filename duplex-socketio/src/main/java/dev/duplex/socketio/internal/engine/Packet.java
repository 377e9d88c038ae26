package dev.duplex.socketio.internal.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A packet of Engine.IO. It keeps what it looks like on the wire once that was asked for: a broadcast is one packet for
 * all its receivers. Immutable; the arrays in it are not copied, and nobody changes them.
 */
public final class Packet {
    private final PacketType type;
    private final String text;
    private final byte @Nullable [] binary;
    private final boolean compress;

    // Each is computed at most a few times, if threads ask at once, and always to the same bytes.
    private volatile byte @Nullable [] utf8;
    private volatile byte @Nullable [] base64;

    private Packet(PacketType type, String text, byte @Nullable [] binary, boolean compress) {
        this.type = type;
        this.text = text;
        this.binary = binary;
        this.compress = compress;
    }

    /** A packet without data. */
    public static Packet of(PacketType type) {
        return new Packet(type, "", null, false);
    }

    /** A packet with text, which may be empty. */
    public static Packet of(PacketType type, String text) {
        return new Packet(type, text, null, true);
    }

    /** A text message. */
    public static Packet message(String text, boolean compress) {
        return new Packet(PacketType.MESSAGE, text, null, compress);
    }

    /** A binary message. */
    public static Packet message(byte[] binary, boolean compress) {
        return new Packet(PacketType.MESSAGE, "", binary, compress);
    }

    public PacketType type() {
        return type;
    }

    public boolean isBinary() {
        return binary != null;
    }

    /** The data of a packet that is not binary; empty if there is none. */
    public String text() {
        return text;
    }

    /** The data of a binary packet. */
    public byte[] binary() {
        byte[] bytes = binary;
        if (bytes == null) {
            throw new IllegalStateException("the packet is text");
        }
        return bytes;
    }

    /** Whether a transport may compress it. */
    public boolean compress() {
        return compress;
    }

    /** About how many bytes it keeps in memory while it waits. */
    int cost() {
        return 64 + (binary == null ? text.length() : binary.length);
    }

    /** A text packet as one frame or one part of a payload: the digit of its type, and the text in UTF-8. */
    public byte[] utf8() {
        byte[] bytes = utf8;
        if (bytes == null) {
            bytes = (type.digit() + text).getBytes(StandardCharsets.UTF_8);
            utf8 = bytes;
        }
        return bytes;
    }

    /** The data of a binary packet in base64, padded. */
    byte[] base64() {
        byte[] bytes = base64;
        if (bytes == null) {
            bytes = Base64.getEncoder().encode(binary());
            base64 = bytes;
        }
        return bytes;
    }

    /** Equal in type and data. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Packet that
                && that.type == type
                && that.text.equals(text)
                && Arrays.equals(that.binary, binary);
    }

    @Override
    public int hashCode() {
        return (type.ordinal() * 31 + text.hashCode()) * 31 + Arrays.hashCode(binary);
    }

    /** The type, and how much there is of data: what it says may be private. */
    @Override
    public String toString() {
        return type + (binary != null ? " " + binary.length + " bytes" : text.isEmpty() ? "" : " " + text.length());
    }
}
