package dev.duplex.cli.serve;

import dev.duplex.core.CloseCode;
import org.jspecify.annotations.Nullable;

/** Messages that end with a delimiter. */
final class DelimitedDecoder implements Decoder {
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
            // The last byte may be the carriage return of an end that has not come yet.
            return searched > options.maxBytes() + (strips() ? 1 : 0) ? tooLong() : null;
        }
        int length = end > 0 && strips() && bytes.get(end - 1) == '\r' ? end - 1 : end;
        if (length > options.maxBytes()) {
            return tooLong();
        }
        searched = 0;
        byte[] message = bytes.take(length);
        bytes.skip(end + 1 - length);
        return reading.of(message);
    }

    private boolean strips() {
        return delimiter == '\n' && !options.keepCarriageReturn();
    }

    /** The first part of what is too long for one message, where that is wanted. */
    private ProgramMessage tooLong() throws FramingException {
        if (options.splitLong()) {
            int length = wholeCharacters();
            searched = Math.max(0, searched - length);
            return reading.of(bytes.take(length));
        }
        throw new FramingException(
                CloseCode.INTERNAL_ERROR,
                "the program has written " + (delimiter == '\n' ? "a line" : "a message") + " of more than "
                        + options.maxBytes()
                        + " bytes (--max-line); --long-line split sends it in parts, and --frame chunk what has no lines");
    }

    /** As much as one message may have, but for the beginning of a character that goes on after it (RFC 3629 §3). */
    private int wholeCharacters() {
        int end = options.maxBytes();
        for (int back = 0; back < 4 && end - back > 0; back++) {
            if ((bytes.get(end - back) & 0xC0) != 0x80) {
                return end - back;
            }
        }
        return end;
    }

    @Override
    public @Nullable ProgramMessage last() throws FramingException {
        if (bytes.size() == 0 || options.dropTail()) {
            return null;
        }
        return bytes.size() > options.maxBytes() ? tooLong() : reading.of(bytes.take(bytes.size()));
    }
}
