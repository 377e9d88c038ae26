package dev.duplex.socketio.parser;

import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A packet of Socket.IO. Its data is plain: null, {@link Boolean}, {@link Number}, {@link String}, {@code byte[]}, and
 * {@link java.util.List}s and {@link java.util.Map}s with string keys of these.
 *
 * @param type what it is
 * @param namespace such as {@code /} or {@code /chat}
 * @param data of {@link PacketType#EVENT} and {@link PacketType#ACK} a list, of an event with its name first
 * @param id the number of the acknowledgement that is asked for or given
 */
public record Packet(
        PacketType type, String namespace, @Nullable Object data, OptionalLong id) {
    public Packet {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(id, "id");
    }

    /** A packet without an id. */
    public static Packet of(PacketType type, String namespace, @Nullable Object data) {
        return new Packet(type, namespace, data, OptionalLong.empty());
    }

    /** The data of an event or of an acknowledgement. */
    @SuppressWarnings("unchecked") // parsers make sure of it
    public List<@Nullable Object> list() {
        return data == null ? List.of() : (List<@Nullable Object>) data;
    }

    /** This packet with an id. */
    public Packet withId(long number) {
        return new Packet(type, namespace, data, OptionalLong.of(number));
    }

    /** This packet with other data. */
    public Packet withData(@Nullable Object other) {
        return new Packet(type, namespace, other, id);
    }

    /** Without the data, which may be private. */
    @Override
    public String toString() {
        return type + " " + namespace + (id.isPresent() ? " " + id.getAsLong() : "");
    }
}
