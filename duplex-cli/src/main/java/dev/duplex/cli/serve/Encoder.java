package dev.duplex.cli.serve;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes what clients say, and where the framing has words for it what else happens to them, as a program reads it. */
final class Encoder {
    private static final byte[] NO_TAG = new byte[0];

    private final FrameOptions options;
    private final boolean tagged;

    /** @param tagged whether all that is one message for the program begins with the name of its client and a space */
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
        return framed(tagged ? (connection + " ").getBytes(StandardCharsets.UTF_8) : NO_TAG, payload);
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

    /** Whether the program is told of these. */
    boolean told() {
        return options.frame() == FrameOptions.Frame.ndjson;
    }

    private byte @Nullable [] framed(byte[] tag, byte[] payload) {
        return switch (options.frame()) {
            case lines -> line(tag, payload);
            case nul -> ended(tag, payload, (byte) 0);
            case chunk -> payload;
            case len32 ->
                ByteBuffer.allocate(Integer.BYTES + tag.length + payload.length)
                        .putInt(tag.length + payload.length)
                        .put(tag)
                        .put(payload)
                        .array();
            case ndjson -> throw new IllegalStateException("written as JSON");
        };
    }

    private byte @Nullable [] line(byte[] tag, byte[] payload) {
        return switch (options.newlineIn()) {
            case split -> ended(tag, payload, (byte) '\n');
            case reject -> count(payload, '\n') > 0 ? null : ended(tag, payload, (byte) '\n');
            case space -> ended(tag, spaced(payload), (byte) '\n');
            case escape -> ended(tag, escaped(payload), (byte) '\n');
        };
    }

    /** Each piece that the program reads as a message has the tag: else a client could write that of another one. */
    private static byte[] ended(byte[] tag, byte[] payload, byte delimiter) {
        long tags = tag.length == 0 ? 0 : (1L + count(payload, delimiter)) * tag.length;
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(tags + payload.length + 1));
        if (tags == tag.length) {
            return bytes.put(tag).put(payload).put(delimiter).array();
        }
        bytes.put(tag);
        for (byte b : payload) {
            bytes.put(b);
            if (b == delimiter) {
                bytes.put(tag);
            }
        }
        return bytes.put(delimiter).array();
    }

    private static int count(byte[] payload, int wanted) {
        int count = 0;
        for (byte b : payload) {
            count += b == wanted ? 1 : 0;
        }
        return count;
    }

    private static byte[] spaced(byte[] payload) {
        byte[] spaced = payload.clone();
        for (int i = 0; i < spaced.length; i++) {
            spaced[i] = spaced[i] == '\n' ? (byte) ' ' : spaced[i];
        }
        return spaced;
    }

    private static byte[] escaped(byte[] payload) {
        int special = count(payload, '\n') + count(payload, '\\');
        if (special == 0) {
            return payload;
        }
        ByteBuffer escaped = ByteBuffer.allocate(payload.length + special);
        for (byte b : payload) {
            if (b == '\n' || b == '\\') {
                escaped.put((byte) '\\').put((byte) (b == '\n' ? 'n' : b));
            } else {
                escaped.put(b);
            }
        }
        return escaped.array();
    }
}
