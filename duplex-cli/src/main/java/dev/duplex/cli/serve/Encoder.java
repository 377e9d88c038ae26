package dev.duplex.cli.serve;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Writes messages of clients as a program reads them. */
final class Encoder {
    private final FrameOptions options;

    Encoder(FrameOptions options) {
        this.options = options;
    }

    /** The bytes to write; null if the message cannot be written so ({@link FrameOptions.NewlineIn#reject}). */
    byte @Nullable [] message(byte[] payload) {
        return switch (options.frame()) {
            case lines -> line(payload);
            case nul -> ended(payload, (byte) 0);
            case chunk -> payload;
            case len32 ->
                ByteBuffer.allocate(Integer.BYTES + payload.length)
                        .putInt(payload.length)
                        .put(payload)
                        .array();
            case ndjson -> throw new IllegalArgumentException("not yet");
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
