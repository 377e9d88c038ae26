package dev.duplex.cli.serve;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes what clients say, and where the framing has words for it what else happens to them, as a program reads it. */
final class Encoder {
    private final FrameOptions options;
    private final boolean tagged;

    /** @param tagged whether a message begins with the name of its client and a space */
    Encoder(FrameOptions options, boolean tagged) {
        this.options = options;
        this.tagged = tagged;
    }

    /**
     * The bytes to write; null if the message cannot be written so ({@link FrameOptions.NewlineIn#reject}).
     *
     * @param connection who sends it
     */
    byte @Nullable [] message(String connection, boolean text, byte[] payload) {
        if (options.frame() == FrameOptions.Frame.ndjson) {
            return NdjsonEncoder.message(connection, text, payload);
        }
        return framed(tagged ? after(connection, payload) : payload);
    }

    private static byte[] after(String connection, byte[] payload) {
        byte[] tag = (connection + " ").getBytes(StandardCharsets.UTF_8);
        byte[] both = Arrays.copyOf(tag, tag.length + payload.length);
        System.arraycopy(payload, 0, both, tag.length, payload.length);
        return both;
    }

    /** That somebody has come. */
    Optional<byte[]> open(String connection, String path, String remote, String user) {
        return told() ? Optional.of(NdjsonEncoder.open(connection, path, remote, user)) : Optional.empty();
    }

    /** A ping, which is answered already. */
    Optional<byte[]> ping(String connection, byte[] payload) {
        return told() ? Optional.of(NdjsonEncoder.ping(connection, payload)) : Optional.empty();
    }

    /** That somebody has left. */
    Optional<byte[]> close(String connection, int code, String reason) {
        return told() ? Optional.of(NdjsonEncoder.close(connection, code, reason)) : Optional.empty();
    }

    private boolean told() {
        return options.frame() == FrameOptions.Frame.ndjson;
    }

    private byte @Nullable [] framed(byte[] payload) {
        return switch (options.frame()) {
            case lines -> line(payload);
            case nul -> ended(payload, (byte) 0);
            case chunk -> payload;
            case len32 ->
                ByteBuffer.allocate(Integer.BYTES + payload.length)
                        .putInt(payload.length)
                        .put(payload)
                        .array();
            case ndjson -> throw new IllegalStateException("written as JSON");
        };
    }

    private byte @Nullable [] line(byte[] payload) {
        if (options.newlineIn() == FrameOptions.NewlineIn.split) {
            return ended(payload, (byte) '\n');
        }
        int special = 0;
        int newlines = 0;
        for (byte b : payload) {
            newlines += b == '\n' ? 1 : 0;
            special += b == '\n' || b == '\\' ? 1 : 0;
        }
        return switch (options.newlineIn()) {
            case reject -> newlines > 0 ? null : ended(payload, (byte) '\n');
            case space -> ended(spaced(payload), (byte) '\n');
            default -> special > 0 ? escaped(payload, special) : ended(payload, (byte) '\n');
        };
    }

    private static byte[] ended(byte[] payload, byte delimiter) {
        byte[] bytes = new byte[payload.length + 1];
        System.arraycopy(payload, 0, bytes, 0, payload.length);
        bytes[payload.length] = delimiter;
        return bytes;
    }

    private static byte[] spaced(byte[] payload) {
        byte[] spaced = payload.clone();
        for (int i = 0; i < spaced.length; i++) {
            spaced[i] = spaced[i] == '\n' ? (byte) ' ' : spaced[i];
        }
        return spaced;
    }

    private static byte[] escaped(byte[] payload, int special) {
        ByteBuffer escaped = ByteBuffer.allocate(payload.length + special + 1);
        for (byte b : payload) {
            if (b == '\n' || b == '\\') {
                escaped.put((byte) '\\').put((byte) (b == '\n' ? 'n' : b));
            } else {
                escaped.put(b);
            }
        }
        return escaped.put((byte) '\n').array();
    }
}
