package dev.duplex.core.deflate;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * An inflater in plain Java that keeps a window of exactly 2^bits bytes from message to message and refuses every
 * distance that reaches beyond it (RFC 1951). Slow and simple: it judges the compressor, independently of zlib.
 */
final class StrictInflate {
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
    private static final int[] CODE_LENGTH_ORDER = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

    private final int window;
    private byte[] history = {};
    private byte[] in = {};
    private int bit;
    private int longest;

    StrictInflate(int windowBits) {
        this.window = 1 << windowBits;
    }

    /** The largest distance seen so far. */
    int longestDistance() {
        return longest;
    }

    /** Inflates one message, given without its tail. */
    byte[] message(byte[] payload) {
        in = Arrays.copyOf(payload, payload.length + 4);
        in[payload.length + 2] = (byte) 0xff;
        in[payload.length + 3] = (byte) 0xff;
        bit = 0;
        Output out = new Output(history);
        while (bit < in.length * 8) {
            if (block(out)) {
                bit = (bit + 7) & ~7;
            }
        }
        byte[] all = out.toByteArray();
        byte[] result = Arrays.copyOfRange(all, history.length, all.length);
        history = Arrays.copyOfRange(all, Math.max(0, all.length - window), all.length);
        return result;
    }

    private boolean block(Output out) {
        boolean last = bits(1) == 1;
        switch (bits(2)) {
            case 0 -> stored(out);
            case 1 -> compressed(out, fixedLiterals(), fixedDistances());
            case 2 -> dynamic(out);
            default -> throw new IllegalStateException("block type 3");
        }
        return last;
    }

    private void stored(Output out) {
        bit = (bit + 7) & ~7;
        int length = bits(16);
        if (length != (~bits(16) & 0xffff)) {
            throw new IllegalStateException("stored length and its complement differ");
        }
        for (int i = 0; i < length; i++) {
            out.write(bits(8));
        }
    }

    private void dynamic(Output out) {
        int literals = bits(5) + 257;
        int distances = bits(5) + 1;
        int[] codeLengths = new int[19];
        for (int i = 0, n = bits(4) + 4; i < n; i++) {
            codeLengths[CODE_LENGTH_ORDER[i]] = bits(3);
        }
        Code codes = new Code(codeLengths);
        int[] lengths = new int[literals + distances];
        for (int i = 0; i < lengths.length; ) {
            int symbol = codes.next();
            if (symbol < 16) {
                lengths[i++] = symbol;
                continue;
            }
            int value = symbol == 16 ? lengths[i - 1] : 0;
            int repeat = symbol == 16 ? 3 + bits(2) : symbol == 17 ? 3 + bits(3) : 11 + bits(7);
            Arrays.fill(lengths, i, i + repeat, value);
            i += repeat;
        }
        compressed(
                out,
                new Code(Arrays.copyOf(lengths, literals)),
                new Code(Arrays.copyOfRange(lengths, literals, lengths.length)));
    }

    private void compressed(Output out, Code literals, Code distances) {
        for (int symbol = literals.next(); symbol != 256; symbol = literals.next()) {
            if (symbol < 256) {
                out.write(symbol);
                continue;
            }
            int length = LENGTH_BASE[symbol - 257] + bits(LENGTH_EXTRA[symbol - 257]);
            int code = distances.next();
            int distance = DISTANCE_BASE[code] + bits(Math.max(0, code / 2 - 1));
            if (distance > window) {
                throw new IllegalStateException("distance " + distance + " in a window of " + window);
            }
            longest = Math.max(longest, distance);
            for (int i = 0; i < length; i++) {
                out.write(out.back(distance));
            }
        }
    }

    private Code fixedLiterals() {
        int[] lengths = new int[288];
        Arrays.fill(lengths, 0, 144, 8);
        Arrays.fill(lengths, 144, 256, 9);
        Arrays.fill(lengths, 256, 280, 7);
        Arrays.fill(lengths, 280, 288, 8);
        return new Code(lengths);
    }

    private Code fixedDistances() {
        int[] lengths = new int[30];
        Arrays.fill(lengths, 5);
        return new Code(lengths);
    }

    private int bits(int count) {
        int value = 0;
        for (int i = 0; i < count; i++, bit++) {
            value |= (in[bit >> 3] >> (bit & 7) & 1) << i;
        }
        return value;
    }

    /** A canonical Huffman code (RFC 1951 §3.2.2), read one bit at a time. */
    private final class Code {
        private final int[] count = new int[16];
        private final int[] symbols;

        Code(int[] lengths) {
            for (int length : lengths) {
                count[length]++;
            }
            count[0] = 0;
            int[] offsets = new int[16];
            for (int i = 1; i < 15; i++) {
                offsets[i + 1] = offsets[i] + count[i];
            }
            symbols = new int[lengths.length];
            for (int symbol = 0; symbol < lengths.length; symbol++) {
                if (lengths[symbol] != 0) {
                    symbols[offsets[lengths[symbol]]++] = symbol;
                }
            }
        }

        int next() {
            int code = 0;
            int first = 0;
            int index = 0;
            for (int length = 1; length < 16; length++) {
                code |= bits(1);
                if (code - count[length] < first) {
                    return symbols[index + code - first];
                }
                index += count[length];
                first = first + count[length] << 1;
                code <<= 1;
            }
            throw new IllegalStateException("no such code");
        }
    }

    private static final class Output extends ByteArrayOutputStream {
        Output(byte[] history) {
            writeBytes(history);
        }

        int back(int distance) {
            if (distance > count) {
                throw new IllegalStateException("distance " + distance + " reaches before the first byte");
            }
            return buf[count - distance];
        }
    }
}
