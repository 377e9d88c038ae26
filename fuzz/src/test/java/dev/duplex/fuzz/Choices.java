package dev.duplex.fuzz;

import java.util.Arrays;
import java.util.List;

/**
 * One input of a target: its first bytes decide what is done with the rest. So an input is a plain file, which a text
 * editor or {@code printf} can make.
 */
public final class Choices {
    private final byte[] input;
    private int index;

    public Choices(byte[] input) {
        this.input = input;
    }

    public boolean isEmpty() {
        return index == input.length;
    }

    /** One of so many, 256 at most; 0 once the input is used up. */
    public int next(int bound) {
        return isEmpty() ? 0 : (input[index++] & 0xFF) % bound;
    }

    public boolean nextBoolean() {
        return next(2) == 1;
    }

    public <T> T oneOf(List<T> values) {
        return values.get(next(values.size()));
    }

    /** The next bytes, as many as there are. */
    public byte[] bytes(int most) {
        int end = Math.min(input.length, index + most);
        byte[] bytes = Arrays.copyOfRange(input, index, end);
        index = end;
        return bytes;
    }

    /** Everything that is left. */
    public byte[] rest() {
        return bytes(input.length);
    }
}
