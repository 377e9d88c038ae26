package dev.duplex.conformance.internal.deflate;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Inflates the messages of one direction (RFC 7692 §7.2.2, RFC 1951), and tells how far back they refer, which zlib does
 * not. Slow and plain.
 */
public final class Inflater {
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};
    private static final int[] LENGTH_BASE = {
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258
    };
    private static final int[] LENGTH_EXTRA = {
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0
    };
    private static final int[] DISTANCE_BASE = {
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145, 8193, 12289, 16385, 24577
    };
    private static final int[] DISTANCE_EXTRA = {
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13
    };
    private static final int[] CODE_LENGTH_ORDER = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    private static final Huffman FIXED_LITERALS = new Huffman(fixedLengths());
    private static final Huffman FIXED_DISTANCES = new Huffman(filled(30, 5));

    private final int window;
    private final boolean keepsContext;
    private final int maxBytes;

    private byte[] history = {};
    private byte[] out = {};
    private int size;
    private byte[] in = {};
    private int bit;
    private int farthest;

    /** What is wrong with compressed data; the message says it in a phrase. */
    public static final class Corrupt extends Exception {
        private static final long serialVersionUID = 1L;

        Corrupt(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * @param windowBits no reference may reach farther back than 2 to the power of this
     * @param keepsContext whether messages may refer to those before
     * @param maxBytes most bytes that one message may inflate to
     */
    public Inflater(int windowBits, boolean keepsContext, int maxBytes) {
        this.window = 1 << windowBits;
        this.keepsContext = keepsContext;
        this.maxBytes = maxBytes;
    }

    /** The farthest reference so far, in bytes. */
    public int farthest() {
        return farthest;
    }

    /** Inflates the payload of a message as it came, without the tail that RFC 7692 §7.2.2 has appended. */
    public byte[] message(byte[] payload) throws Corrupt {
        ByteArrayOutputStream whole = new ByteArrayOutputStream(payload.length + 4);
        whole.writeBytes(payload);
        whole.writeBytes(TAIL);
        in = whole.toByteArray();
        bit = 0;
        out = Arrays.copyOf(history, Math.max(1024, history.length + 4 * payload.length));
        size = history.length;
        while (in.length * 8L - bit >= 8) {
            block();
        }
        byte[] message = Arrays.copyOfRange(out, history.length, size);
        history = keepsContext ? Arrays.copyOfRange(out, Math.max(0, size - 32_768), size) : new byte[0];
        out = new byte[0];
        return message;
    }

    private void block() throws Corrupt {
        boolean last = bits(1) == 1;
        int type = bits(2);
        switch (type) {
            case 0 -> stored();
            case 1 -> compressed(FIXED_LITERALS, FIXED_DISTANCES);
            case 2 -> dynamic();
            default -> throw new Corrupt("block of the reserved type 3");
        }
        if (last) {
            // RFC 7692 §7.2.3.5: behind a final block the next one starts at a byte.
            align();
        }
    }

    private void stored() throws Corrupt {
        align();
        int length = bits(16);
        if ((bits(16) ^ 0xFFFF) != length) {
            throw new Corrupt("length of a stored block and its complement differ");
        }
        for (int i = 0; i < length; i++) {
            put((byte) bits(8));
        }
    }

    private void dynamic() throws Corrupt {
        int literals = bits(5) + 257;
        int distances = bits(5) + 1;
        int codes = bits(4) + 4;
        int[] lengths = new int[19];
        for (int i = 0; i < codes; i++) {
            lengths[CODE_LENGTH_ORDER[i]] = bits(3);
        }
        Huffman codeLengths = new Huffman(lengths);
        int[] all = new int[literals + distances];
        int filled = 0;
        while (filled < all.length) {
            int symbol = symbol(codeLengths);
            int value = symbol < 16 ? symbol : 0;
            int times = 1;
            if (symbol == 16) {
                if (filled == 0) {
                    throw new Corrupt("repeats a code length before the first");
                }
                value = all[filled - 1];
                times = 3 + bits(2);
            } else if (symbol == 17) {
                times = 3 + bits(3);
            } else if (symbol == 18) {
                times = 11 + bits(7);
            }
            if (filled + times > all.length) {
                throw new Corrupt("more code lengths than there are codes");
            }
            Arrays.fill(all, filled, filled + times, value);
            filled += times;
        }
        compressed(
                new Huffman(Arrays.copyOf(all, literals)), new Huffman(Arrays.copyOfRange(all, literals, all.length)));
    }

    private void compressed(Huffman literals, Huffman distances) throws Corrupt {
        while (true) {
            int symbol = symbol(literals);
            if (symbol == 256) {
                return;
            }
            if (symbol < 256) {
                put((byte) symbol);
                continue;
            }
            if (symbol > 285) {
                throw new Corrupt("length symbol " + symbol);
            }
            int length = LENGTH_BASE[symbol - 257] + bits(LENGTH_EXTRA[symbol - 257]);
            int far = symbol(distances);
            if (far > 29) {
                throw new Corrupt("distance symbol " + far);
            }
            int distance = DISTANCE_BASE[far] + bits(DISTANCE_EXTRA[far]);
            if (distance > size) {
                throw new Corrupt("refers " + distance + " bytes back after " + size
                        + (keepsContext ? "" : ", without context takeover"));
            }
            if (distance > window) {
                throw new Corrupt("refers " + distance + " bytes back, beyond the window of " + window);
            }
            farthest = Math.max(farthest, distance);
            for (int i = 0; i < length; i++) {
                put(out[size - distance]);
            }
        }
    }

    private void put(byte octet) throws Corrupt {
        if (size - history.length >= maxBytes) {
            throw new Corrupt("inflates to more than " + maxBytes + " bytes");
        }
        if (size == out.length) {
            out = Arrays.copyOf(out, out.length * 2);
        }
        out[size++] = octet;
    }

    private void align() {
        bit = (bit + 7) / 8 * 8;
    }

    /** The next bits, at most 16. */
    private int bits(int count) throws Corrupt {
        if (count == 0) {
            return 0;
        }
        if (bit + count > in.length * 8L) {
            throw new Corrupt("ends inside a block");
        }
        int at = bit >> 3;
        int three = (in[at] & 0xFF) | octet(at + 1) << 8 | octet(at + 2) << 16;
        int value = (three >> (bit & 7)) & ((1 << count) - 1);
        bit += count;
        return value;
    }

    private int octet(int index) {
        return index < in.length ? in[index] & 0xFF : 0;
    }

    private int symbol(Huffman code) throws Corrupt {
        int value = 0;
        int first = 0;
        int index = 0;
        for (int length = 1; length < 16; length++) {
            value |= bits(1);
            int count = code.counts[length];
            if (value - count < first) {
                return code.symbols[index + value - first];
            }
            index += count;
            first = (first + count) << 1;
            value <<= 1;
        }
        throw new Corrupt("bits that are no code");
    }

    /** A canonical code (RFC 1951 §3.2.2): how many codes of each length, and their symbols in order. */
    private static final class Huffman {
        private final int[] counts = new int[16];
        private final int[] symbols;

        Huffman(int[] lengths) {
            for (int length : lengths) {
                counts[length]++;
            }
            counts[0] = 0;
            int[] offsets = new int[16];
            for (int i = 1; i < 15; i++) {
                offsets[i + 1] = offsets[i] + counts[i];
            }
            symbols = new int[lengths.length];
            for (int symbol = 0; symbol < lengths.length; symbol++) {
                if (lengths[symbol] != 0) {
                    symbols[offsets[lengths[symbol]]++] = symbol;
                }
            }
        }
    }

    private static int[] fixedLengths() {
        int[] lengths = filled(288, 8);
        Arrays.fill(lengths, 144, 256, 9);
        Arrays.fill(lengths, 256, 280, 7);
        return lengths;
    }

    private static int[] filled(int size, int value) {
        int[] filled = new int[size];
        Arrays.fill(filled, value);
        return filled;
    }
}
