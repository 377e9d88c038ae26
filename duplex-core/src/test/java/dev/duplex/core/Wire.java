package dev.duplex.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Frames in hex without masking, so that one test body serves both roles: {@link #from} masks what a client sends, and
 * {@link #unmask} takes the masking off again. Written plainly and apart from the classes under test.
 */
final class Wire {
    /** The masking key of RFC 6455's own examples (§5.7). */
    static final int KEY = 0x37FA213D;

    private Wire() {}

    /** What {@code sender} puts on the wire for these frames; the last one may end anywhere in its payload. */
    static byte[] from(Role sender, String... frames) {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        for (String frame : frames) {
            byte[] bytes = Hex.bytes(frame);
            wire.writeBytes(sender.masks() ? masked(bytes, KEY) : bytes);
        }
        return wire.toByteArray();
    }

    /** The frame with the mask bit, the key and a masked payload (RFC 6455 §5.3). */
    static byte[] masked(byte[] frame, int key) {
        int header = 2 + extendedLengthBytes(frame[1]);
        ByteBuffer masked = ByteBuffer.allocate(frame.length + 4);
        masked.put(frame, 0, header).put(1, (byte) (frame[1] | 0x80)).putInt(key);
        for (int i = 0; header + i < frame.length; i++) {
            masked.put((byte) (frame[header + i] ^ keyOctet(key, i)));
        }
        return masked.array();
    }

    /** Whole frames of {@code sender}, each as {@code "81 03 616263"}; fails if the masking is not the role's. */
    static List<String> unmask(Role sender, byte[] wire) {
        List<String> frames = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(wire);
        while (in.hasRemaining()) {
            int first = in.get() & 0xFF;
            int second = in.get() & 0xFF;
            assertThat((second & 0x80) != 0)
                    .as("mask bit of a frame from a %s", sender)
                    .isEqualTo(sender.masks());
            int length7 = second & 0x7F;
            String lengthHex = "%02x".formatted(length7);
            long length = length7;
            if (length7 == 126) {
                length = in.getShort() & 0xFFFF;
                lengthHex += "%04x".formatted(length);
            } else if (length7 == 127) {
                length = in.getLong();
                lengthHex += "%016x".formatted(length);
            }
            int key = sender.masks() ? in.getInt() : 0;
            assertThat(length).as("declared length").isBetween(0L, (long) in.remaining());
            byte[] payload = new byte[(int) length];
            in.get(payload);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= keyOctet(key, i);
            }
            frames.add(("%02x ".formatted(first) + lengthHex + " " + Hex.of(payload)).strip());
        }
        return frames;
    }

    /** A frame with its length in the shortest form. */
    static String frame(int firstByte, byte[] payload) {
        String length = payload.length < 126
                ? "%02x".formatted(payload.length)
                : payload.length < 0x10000
                        ? "7e%04x".formatted(payload.length)
                        : "7f%016x".formatted((long) payload.length);
        return ("%02x ".formatted(firstByte) + length + " " + Hex.of(payload)).strip();
    }

    static String text(String text) {
        return frame(0x81, text.getBytes(UTF_8));
    }

    static String close(int code, String reason) {
        byte[] text = reason.getBytes(UTF_8);
        return frame(
                0x88,
                ByteBuffer.allocate(2 + text.length)
                        .putShort((short) code)
                        .put(text)
                        .array());
    }

    private static byte keyOctet(int key, int i) {
        return (byte) (key >>> 24 - 8 * (i % 4));
    }

    private static int extendedLengthBytes(byte second) {
        int length7 = second & 0x7F;
        return length7 == 126 ? 2 : length7 == 127 ? 8 : 0;
    }
}
