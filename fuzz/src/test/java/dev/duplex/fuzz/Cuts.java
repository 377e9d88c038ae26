package dev.duplex.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Bytes cut as a network may cut them. */
public final class Cuts {
    private static final int LONGEST = 64;

    private Cuts() {}

    public static List<byte[]> whole(byte[] bytes) {
        return List.of(bytes);
    }

    public static List<byte[]> byteByByte(byte[] bytes) {
        List<byte[]> pieces = new ArrayList<>(bytes.length);
        for (byte b : bytes) {
            pieces.add(new byte[] {b});
        }
        return pieces;
    }

    /** In pieces whose lengths follow from the seed. */
    public static List<byte[]> at(byte[] bytes, int seed) {
        List<byte[]> pieces = new ArrayList<>();
        int state = seed + 1;
        int start = 0;
        while (start < bytes.length) {
            state = state * 1_103_515_245 + 12_345;
            int end = Math.min(bytes.length, start + 1 + (state >>> 16) % LONGEST);
            pieces.add(Arrays.copyOfRange(bytes, start, end));
            start = end;
        }
        return pieces;
    }
}
