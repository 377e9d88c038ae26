package dev.duplex.core;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The masking algorithm of RFC 6455 §5.3: octet i of the payload is XORed with octet i mod 4 of the masking key. */
final class Masking {
    private static final long HIGH_BITS = 0x8080808080808080L;

    /** From this length on it pays to get at the memory behind the buffer. */
    private static final int WIDE = 64;

    private Masking() {}

    /**
     * Masks or unmasks in place (the two are the same operation).
     *
     * @param key the masking key, its first octet in the most significant byte, already turned by {@link #rotate} if
     *     {@code index} is not the first octet of the payload
     * @return whether every resulting octet is below 0x80; found on the way, it spares text a second pass
     */
    static boolean apply(ByteBuf buffer, int index, int length, int key) {
        if (length >= WIDE && buffer.nioBufferCount() == 1) {
            return applyWide(buffer.internalNioBuffer(index, length), key);
        }
        long longKey = longKey(key);
        long seen = 0;
        int i = index;
        int end = index + length;
        for (; i <= end - 8; i += 8) {
            long word = buffer.getLong(i) ^ longKey;
            buffer.setLong(i, word);
            seen |= word;
        }
        // The rest in pieces as whoever copies the payload next reads them: the processor hands a store on to a load of
        // the same size at once, but not four stores to one load.
        if ((length & 4) != 0) {
            int word = buffer.getInt(i) ^ key;
            buffer.setInt(i, word);
            seen |= word & 0xFFFFFFFFL;
            i += 4;
        }
        if ((length & 2) != 0) {
            int word = (buffer.getShort(i) ^ (key >>> 16)) & 0xFFFF;
            buffer.setShort(i, word);
            seen |= word;
            i += 2;
        }
        if ((length & 1) != 0) {
            int octet = (buffer.getByte(i) ^ (key >>> ((length & 2) != 0 ? 8 : 24))) & 0xFF;
            buffer.setByte(i, octet);
            seen |= octet;
        }
        return (seen & HIGH_BITS) == 0;
    }

    /** The same on the buffer's memory itself, whose bounds are checked once and whose words need no turning around. */
    private static boolean applyWide(ByteBuffer memory, int key) {
        ByteOrder order = memory.order();
        memory.order(ByteOrder.nativeOrder());
        boolean bigEndian = memory.order() == ByteOrder.BIG_ENDIAN;
        long longKey = bigEndian ? longKey(key) : Long.reverseBytes(longKey(key));
        long seen = 0;
        int i = memory.position();
        int end = memory.limit();
        for (; i <= end - 8; i += 8) {
            long word = memory.getLong(i) ^ longKey;
            memory.putLong(i, word);
            seen |= word;
        }
        for (int shift = 24; i < end; i++, shift = (shift - 8) & 31) {
            int octet = (memory.get(i) ^ (key >>> shift)) & 0xFF;
            memory.put(i, (byte) octet);
            seen |= octet;
        }
        memory.order(order);
        return (seen & HIGH_BITS) == 0;
    }

    static long longKey(int key) {
        return ((long) key << 32) | (key & 0xFFFFFFFFL);
    }

    /** The key as it applies after {@code octets} octets of payload have gone by. */
    static int rotate(int key, int octets) {
        return Integer.rotateLeft(key, (octets & 3) << 3);
    }
}
