package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.Expected;
import dev.duplex.client.internal.load.Incoming;
import dev.duplex.client.internal.load.Payload;
import org.jspecify.annotations.Nullable;

/** Messages that begin with their number in hexadecimal digits, so that whoever gets one knows it. */
public final class Stamped implements Body {
    /** How many digits the number takes. */
    public static final int STAMP = 16;

    private static final int RADIX = 16;
    private static final int BITS = 4;
    private static final String DIGITS = "0123456789abcdef";

    private final int size;
    private final boolean text;

    /** @param size in bytes, at least {@link #STAMP} */
    public Stamped(int size, boolean text) {
        if (size < STAMP) {
            throw new IllegalArgumentException("a message with a number in it has " + STAMP + " bytes at least");
        }
        this.size = size;
        this.text = text;
    }

    /** The number that a message begins with, or -1. */
    static long read(Incoming message) {
        if (message.length() < STAMP) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < STAMP; i++) {
            int digit = Character.digit(message.at(i), RADIX);
            if (digit < 0) {
                return -1;
            }
            number = number << BITS | digit;
        }
        return number;
    }

    @Override
    public boolean isText() {
        return text;
    }

    @Override
    public @Nullable Expected expected() {
        return null;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Writer writer() {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) ('a' + i % 26);
        }
        Payload payload = new Payload(bytes);
        return new Writer() {
            @Override
            public Payload payload() {
                return payload;
            }

            @Override
            public int write(long sequence, long connection) {
                long rest = sequence;
                for (int i = STAMP - 1; i >= 0; i--) {
                    bytes[i] = (byte) DIGITS.charAt((int) rest & (RADIX - 1));
                    rest >>>= BITS;
                }
                return size;
            }
        };
    }
}
