package dev.duplex.cli.serve;

import dev.duplex.core.CloseCode;
import org.jspecify.annotations.Nullable;

/** Messages that end with a delimiter. */
final class DelimitedDecoder implements Decoder {

    /** Makes a message of the bytes between two delimiters. */
    interface Reading {
        ProgramMessage of(byte[] bytes) throws FramingException;
    }

    private final byte delimiter;
    private final FrameOptions options;
    private final Reading reading;
    private final ByteQueue bytes = new ByteQueue();
    private int searched;

    DelimitedDecoder(byte delimiter, FrameOptions options, Reading reading) {
        this.delimiter = delimiter;
        this.options = options;
        this.reading = reading;
    }

    @Override
    public void add(byte[] more, int length) {
        bytes.add(more, length);
    }

    @Override
    public @Nullable ProgramMessage next() throws FramingException {
        int end = bytes.indexOf(delimiter, searched);
        if (end < 0) {
            searched = bytes.size();
            if (searched > options.maxBytes()) {
                throw tooLong();
            }
            return null;
        }
        searched = 0;
        int length = end;
        if (delimiter == '\n' && !options.keepCarriageReturn() && length > 0 && bytes.get(length - 1) == '\r') {
            length--;
        }
        if (length > options.maxBytes()) {
            throw tooLong();
        }
        byte[] message = bytes.take(length);
        bytes.skip(end + 1 - length);
        return reading.of(message);
    }

    private FramingException tooLong() {
        return new FramingException(
                CloseCode.INTERNAL_ERROR,
                "the program has written " + (delimiter == '\n' ? "a line" : "a message") + " of more than "
                        + options.maxBytes() + " bytes (--max-line); --frame chunk sends what has no lines");
    }

    @Override
    public @Nullable ProgramMessage last() throws FramingException {
        return bytes.size() == 0 || options.dropTail() ? null : reading.of(bytes.take(bytes.size()));
    }
}
