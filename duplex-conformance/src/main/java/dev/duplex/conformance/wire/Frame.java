package dev.duplex.conformance.wire;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A frame (RFC 6455 §5.2), with every field free, so that wrong ones can be told and made.
 *
 * @param fin whether it is the last one of its message
 * @param reservedBits RSV1 is 4, RSV2 is 2, RSV3 is 1
 * @param opcode 0 to 15
 * @param masked the mask bit
 * @param maskingKey four bytes, the first one in the most significant place; 0 where there is none
 * @param lengthBytes the extended length's own bytes: 0, 2 or 8
 * @param declaredLength the length that the header states, as an unsigned number: negative if the most significant bit
 *     of a 64-bit length is set
 * @param payload unmasked, not copied. Other than {@code declaredLength} bytes if the frame states a wrong length, was
 *     cut, or is longer than its reader keeps
 */
public record Frame(
        boolean fin,
        int reservedBits,
        int opcode,
        boolean masked,
        int maskingKey,
        int lengthBytes,
        long declaredLength,
        byte[] payload) {

    public static final int RSV1 = 4;
    public static final int RSV2 = 2;
    public static final int RSV3 = 1;

    private static final byte[] EMPTY = {};

    public Frame {
        if (opcode < 0 || opcode > 15 || reservedBits < 0 || reservedBits > 7) {
            throw new IllegalArgumentException("expected an opcode of 0 to 15 and reserved bits of 0 to 7, but got "
                    + opcode + " and " + reservedBits);
        }
        if (lengthBytes != 0 && lengthBytes != 2 && lengthBytes != 8) {
            throw new IllegalArgumentException("an extended length has 0, 2 or 8 bytes, but got " + lengthBytes);
        }
        if ((lengthBytes == 0 && (declaredLength < 0 || declaredLength > 125))
                || (lengthBytes == 2 && (declaredLength < 0 || declaredLength > 0xFFFF))) {
            throw new IllegalArgumentException("the length " + Long.toUnsignedString(declaredLength)
                    + " cannot be written with " + lengthBytes + " bytes of extended length");
        }
    }

    /** A final, unmasked frame with the right length. */
    public static Frame of(int opcode, byte[] payload) {
        return new Frame(true, 0, opcode, false, 0, minimalLengthBytes(payload.length), payload.length, payload);
    }

    public static Frame text(String text) {
        return of(Opcode.TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    public static Frame text(byte[] utf8) {
        return of(Opcode.TEXT, utf8);
    }

    public static Frame binary(byte[] payload) {
        return of(Opcode.BINARY, payload);
    }

    public static Frame continuation(String text) {
        return of(Opcode.CONTINUATION, text.getBytes(StandardCharsets.UTF_8));
    }

    public static Frame continuation(byte[] payload) {
        return of(Opcode.CONTINUATION, payload);
    }

    public static Frame ping(String payload) {
        return of(Opcode.PING, payload.getBytes(StandardCharsets.UTF_8));
    }

    public static Frame ping(byte[] payload) {
        return of(Opcode.PING, payload);
    }

    public static Frame pong(String payload) {
        return of(Opcode.PONG, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** A close frame without a payload. */
    public static Frame close() {
        return of(Opcode.CLOSE, EMPTY);
    }

    /** A close frame with any code from 0 to 65535. */
    public static Frame close(int code, String reason) {
        return close(code, reason.getBytes(StandardCharsets.UTF_8));
    }

    /** A close frame with any code from 0 to 65535, and a reason that need not be UTF-8. */
    public static Frame close(int code, byte[] reason) {
        byte[] payload = new byte[2 + reason.length];
        payload[0] = (byte) (code >> 8);
        payload[1] = (byte) code;
        System.arraycopy(reason, 0, payload, 2, reason.length);
        return of(Opcode.CLOSE, payload);
    }

    /** The same frame, with others of its message to follow. */
    public Frame more() {
        return new Frame(false, reservedBits, opcode, masked, maskingKey, lengthBytes, declaredLength, payload);
    }

    /** The same frame with other reserved bits. */
    public Frame reserved(int bits) {
        return new Frame(fin, bits, opcode, masked, maskingKey, lengthBytes, declaredLength, payload);
    }

    /** The same frame, masked. */
    public Frame masked(int key) {
        return new Frame(fin, reservedBits, opcode, true, key, lengthBytes, declaredLength, payload);
    }

    /** The same frame, not masked. */
    public Frame unmasked() {
        return new Frame(fin, reservedBits, opcode, false, 0, lengthBytes, declaredLength, payload);
    }

    /** The same frame with its length written in another form: 0, 2 or 8 bytes of extended length. */
    public Frame lengthBytes(int bytes) {
        return new Frame(fin, reservedBits, opcode, masked, maskingKey, bytes, declaredLength, payload);
    }

    /** The same payload under a header that states this length, in its shortest form. */
    public Frame declaring(long length) {
        return new Frame(fin, reservedBits, opcode, masked, maskingKey, minimalLengthBytes(length), length, payload);
    }

    /** The fewest bytes of extended length that this length needs: 0, 2 or 8. */
    public static int minimalLengthBytes(long length) {
        if (length < 0 || length > 0xFFFF) {
            return 8;
        }
        return length > 125 ? 2 : 0;
    }

    /** The payload as text; what is not UTF-8 becomes U+FFFD. */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** The code of a close frame, 1005 if there is none (RFC 6455 §7.1.5). */
    public int closeCode() {
        return payload.length < 2 ? 1005 : (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
    }

    /** The reason of a close frame; what is not UTF-8 becomes U+FFFD. */
    public String closeReason() {
        return payload.length < 2 ? "" : new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
    }

    /** Bytes of the header: 2 to 14. */
    public int headerBytes() {
        return 2 + lengthBytes + (masked ? 4 : 0);
    }

    /** What about this frame alone breaks RFC 6455, one phrase with its section each; empty if nothing does. */
    public List<String> faults() {
        return FrameFaults.of(this);
    }

    @Override
    public String toString() {
        return FrameText.describe(this);
    }
}
