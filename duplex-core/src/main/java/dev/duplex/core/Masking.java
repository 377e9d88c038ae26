package dev.duplex.core;

import io.netty.buffer.ByteBuf;

/** The masking algorithm of RFC 6455 §5.3: octet i of the payload is XORed with octet i mod 4 of the masking key. */
final class Masking {
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Masking() {}

    /**
     * Masks or unmasks in place (the two are the same operation).
     *
     * @param key the masking key, its first octet in the most significant byte, already turned by {@link #rotate} if
     *     {@code index} is not the first octet of the payload
     * @return whether every resulting octet is below 0x80; found on the way, it spares text a second pass
     */
    static boolean apply(ByteBuf buffer, int index, int length, int key) {
        long longKey = (long) key << 32 | (key & 0xFFFFFFFFL);
        long seen = 0;
        int i = index;
        int end = index + length;
        for (; i <= end - 8; i += 8) {
            long word = buffer.getLong(i) ^ longKey;
            buffer.setLong(i, word);
            seen |= word;
        }
        for (int shift = 24; i < end; i++, shift = shift - 8 & 31) {
            int octet = (buffer.getByte(i) ^ key >>> shift) & 0xFF;
            buffer.setByte(i, octet);
            seen |= octet;
        }
        return (seen & HIGH_BITS) == 0;
    }

    /** The key as it applies after {@code octets} octets of payload have gone by. */
    static int rotate(int key, int octets) {
        return Integer.rotateLeft(key, (octets & 3) << 3);
    }
}
