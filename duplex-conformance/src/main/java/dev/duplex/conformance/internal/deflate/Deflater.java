package dev.duplex.conformance.internal.deflate;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Deflates the messages of one direction (RFC 7692 §7.2.1) with fixed Huffman codes, and refers as far back as the window
 * allows, to its last byte. What zlib makes of a message is close to it but stays 262 bytes off the edge.
 */
public final class Deflater {
    private static final int LONGEST = 258;
    private static final int CHAIN = 64;

    private final int window;
    private final boolean keepsContext;
    private byte[] history = {};

    /**
     * @param windowBits no reference reaches farther back than 2 to the power of this
     * @param keepsContext whether messages refer to those before
     */
    public Deflater(int windowBits, boolean keepsContext) {
        this.window = 1 << windowBits;
        this.keepsContext = keepsContext;
    }

    /** The payload of a compressed message. */
    public byte[] message(byte[] data) {
        byte[] all = Arrays.copyOf(history, history.length + data.length);
        System.arraycopy(data, 0, all, history.length, data.length);
        Bits bits = new Bits();
        bits.put(0, 1);
        bits.put(1, 2);
        encode(all, history.length, bits);
        bits.literal(256);
        // RFC 7692 §7.2.1: an empty stored block, whose last four bytes are left out.
        bits.put(0, 3);
        bits.align();
        if (keepsContext) {
            history = Arrays.copyOfRange(all, Math.max(0, all.length - window), all.length);
        }
        return bits.bytes();
    }

    private void encode(byte[] all, int from, Bits bits) {
        int[] head = new int[1 << 12];
        Arrays.fill(head, -1);
        int[] previous = new int[all.length];
        int i = 0;
        for (; i < from; i++) {
            insert(all, i, head, previous);
        }
        while (i < all.length) {
            int best = 0;
            int at = -1;
            if (i + 3 <= all.length) {
                int candidate = head[hash(all, i)];
                for (int n = 0; n < CHAIN && best < LONGEST && candidate >= 0 && i - candidate <= window; n++) {
                    int length = match(all, candidate, i);
                    if (length > best) {
                        best = length;
                        at = candidate;
                    }
                    candidate = previous[candidate];
                }
            }
            if (best < 3) {
                bits.literal(all[i] & 0xFF);
                insert(all, i++, head, previous);
            } else {
                bits.reference(best, i - at);
                for (int end = i + best; i < end; i++) {
                    insert(all, i, head, previous);
                }
            }
        }
    }

    private static int match(byte[] all, int earlier, int now) {
        int length = 0;
        while (length < LONGEST && now + length < all.length && all[earlier + length] == all[now + length]) {
            length++;
        }
        return length;
    }

    private static void insert(byte[] all, int i, int[] head, int[] previous) {
        if (i + 3 <= all.length) {
            int hash = hash(all, i);
            previous[i] = head[hash];
            head[hash] = i;
        }
    }

    private static int hash(byte[] all, int i) {
        return ((all[i] & 0xFF) << 10 ^ (all[i + 1] & 0xFF) << 5 ^ (all[i + 2] & 0xFF)) & 0xFFF;
    }

    /** Data in stored blocks, not compressed at all, each of at most so many bytes. */
    public static byte[] stored(byte[] data, int blockBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < data.length; i += blockBytes) {
            int length = Math.min(blockBytes, data.length - i);
            out.write(0);
            out.write(length);
            out.write(length >> 8);
            out.write(~length);
            out.write(~length >> 8);
            out.write(data, i, length);
        }
        out.write(0);
        return out.toByteArray();
    }

    /** One final block, and behind it the empty byte that RFC 7692 §7.2.3.4 shows. */
    public static byte[] finalBlock(byte[] data) {
        Bits bits = new Bits();
        bits.put(1, 1);
        bits.put(1, 2);
        for (byte octet : data) {
            bits.literal(octet & 0xFF);
        }
        bits.literal(256);
        bits.align();
        bits.put(0, 8);
        return bits.bytes();
    }

    /** Literals and one reference, for wrong ones: the data, then {@code length} bytes from {@code distance} back. */
    public static byte[] withReference(byte[] data, int length, int distance) {
        Bits bits = new Bits();
        bits.put(0, 1);
        bits.put(1, 2);
        for (byte octet : data) {
            bits.literal(octet & 0xFF);
        }
        bits.reference(length, distance);
        bits.literal(256);
        bits.put(0, 3);
        bits.align();
        return bits.bytes();
    }

    /** Bits from the least significant one up, but Huffman codes from the most significant one down (RFC 1951 §3.1.1). */
    private static final class Bits {
        private static final int[] LENGTH_BASE = {
            3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
            227, 258
        };
        private static final int[] DISTANCE_BASE = {
            1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
            6145, 8193, 12289, 16385, 24577
        };

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private int current;
        private int filled;

        void put(int value, int count) {
            for (int i = 0; i < count; i++) {
                current |= ((value >> i) & 1) << filled;
                if (++filled == 8) {
                    out.write(current);
                    current = 0;
                    filled = 0;
                }
            }
        }

        private void code(int value, int count) {
            for (int i = count - 1; i >= 0; i--) {
                put(value >> i, 1);
            }
        }

        /** A literal, or 256 for the end of the block, or a length symbol: RFC 1951 §3.2.6. */
        void literal(int symbol) {
            if (symbol < 144) {
                code(0x30 + symbol, 8);
            } else if (symbol < 256) {
                code(0x190 + symbol - 144, 9);
            } else if (symbol < 280) {
                code(symbol - 256, 7);
            } else {
                code(0xC0 + symbol - 280, 8);
            }
        }

        void reference(int length, int distance) {
            int symbol = length == LONGEST ? 28 : place(LENGTH_BASE, length);
            literal(257 + symbol);
            put(length - LENGTH_BASE[symbol], symbol < 8 || symbol == 28 ? 0 : (symbol - 4) / 4);
            int far = place(DISTANCE_BASE, distance);
            code(far, 5);
            put(distance - DISTANCE_BASE[far], far < 4 ? 0 : (far - 2) / 2);
        }

        private static int place(int[] bases, int value) {
            int found = Arrays.binarySearch(bases, value);
            return found >= 0 ? found : -found - 2;
        }

        void align() {
            while (filled != 0) {
                put(0, 1);
            }
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }
}
