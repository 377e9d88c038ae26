package dev.duplex.cli.serve;

import java.util.Arrays;

/** Bytes in the order in which they came; grows with what is in it and shrinks when that is gone. */
final class ByteQueue {
    private static final int SMALLEST = 4 * 1024;
    private static final byte[] EMPTY = new byte[0];

    private byte[] array = EMPTY;
    private int from;
    private int to;

    int size() {
        return to - from;
    }

    byte get(int index) {
        return array[from + index];
    }

    void add(byte[] bytes, int length) {
        if (length > array.length - to) {
            int size = size();
            byte[] target = size + length <= array.length && size <= array.length / 2
                    ? array
                    : new byte[Math.max(SMALLEST, Math.max(size + length, 2 * size))];
            System.arraycopy(array, from, target, 0, size);
            array = target;
            from = 0;
            to = size;
        }
        System.arraycopy(bytes, 0, array, to, length);
        to += length;
    }

    /** Where this byte is, from an index on; -1 if it is not there. */
    int indexOf(byte wanted, int start) {
        for (int i = from + start; i < to; i++) {
            if (array[i] == wanted) {
                return i - from;
            }
        }
        return -1;
    }

    /** The first bytes, which are then gone. */
    byte[] take(int length) {
        byte[] taken = Arrays.copyOfRange(array, from, from + length);
        skip(length);
        return taken;
    }

    void skip(int length) {
        from += length;
        if (from == to) {
            from = 0;
            to = 0;
            if (array.length > 16 * SMALLEST) {
                array = EMPTY;
            }
        }
    }
}
