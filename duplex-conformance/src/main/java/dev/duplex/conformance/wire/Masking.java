package dev.duplex.conformance.wire;

/** Masks and unmasks (RFC 6455 §5.3). */
final class Masking {
    private Masking() {}

    /**
     * Masks in place.
     *
     * @param position of the first of these bytes in the frame's payload
     */
    static void apply(byte[] bytes, int offset, int length, int key, int position) {
        if (key == 0) {
            return;
        }
        for (int i = 0; i < length; i++) {
            bytes[offset + i] ^= (byte) (key >> (24 - 8 * ((position + i) & 3)));
        }
    }
}
