package dev.duplex.cli.serve;

import dev.duplex.core.CloseCode;
import org.jspecify.annotations.Nullable;

/** Messages after their length, 4 bytes, the most significant first. */
final class LengthDecoder implements Decoder {
    private final int maxBytes;
    private final Reading reading;
    private final ByteQueue bytes = new ByteQueue();

    LengthDecoder(int maxBytes, Reading reading) {
        this.maxBytes = maxBytes;
        this.reading = reading;
    }

    @Override
    public void add(byte[] more, int length) {
        bytes.add(more, length);
    }

    @Override
    public @Nullable ProgramMessage next() throws FramingException {
        if (bytes.size() < Integer.BYTES) {
            return null;
        }
        long length = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            length = length << 8 | (bytes.get(i) & 0xFF);
        }
        if (length > maxBytes) {
            throw new FramingException(
                    CloseCode.INTERNAL_ERROR,
                    "the program announces a message of " + length + " bytes, but at most " + maxBytes
                            + " are sent (--max-line); is --frame len32 what it writes?");
        }
        if (bytes.size() < Integer.BYTES + length) {
            return null;
        }
        bytes.skip(Integer.BYTES);
        return reading.of(bytes.take((int) length));
    }

    @Override
    public @Nullable ProgramMessage last() throws FramingException {
        if (bytes.size() > 0) {
            throw new FramingException(
                    CloseCode.INTERNAL_ERROR, "the program has ended within a message, " + bytes.size() + " bytes");
        }
        return null;
    }
}
