package dev.duplex.cli.connect;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Messages that end with a delimiter. The last one need not. The carriage return of a line that ends with CR LF belongs
 * to its end.
 */
final class DelimitedReader implements MessageReader {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** What becomes of the bytes between two delimiters. */
    interface Decoder {
        /** @throws InputException with what is wrong with them, such as "is not base64" */
        Outgoing decode(byte[] bytes) throws InputException;
    }

    private final InputStream in;
    private final char delimiter;
    private final String unit;
    private final int maxBytes;
    private final Decoder decoder;

    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int to;
    private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();
    private long number;

    DelimitedReader(InputStream in, char delimiter, String unit, int maxBytes, Decoder decoder) {
        this.in = in;
        this.delimiter = delimiter;
        this.unit = unit;
        this.maxBytes = maxBytes;
        this.decoder = decoder;
    }

    @Override
    public @Nullable Outgoing next() throws IOException {
        while (true) {
            int end = from;
            while (end < to && buffer[end] != delimiter) {
                end++;
            }
            collect(end - from);
            if (end < to) {
                from = end + 1;
                return message(true);
            }
            from = 0;
            to = Math.max(0, in.read(buffer));
            if (to == 0) {
                return beginning.size() == 0 ? null : message(false);
            }
        }
    }

    private void collect(int length) throws InputException {
        if (beginning.size() + (long) length > maxBytes) {
            throw new InputException(unit + " " + (number + 1) + " of the input is longer than " + maxBytes
                    + " bytes (--max-message); --frame chunk sends data that has no " + unit + "s");
        }
        beginning.write(buffer, from, length);
        from += length;
    }

    private Outgoing message(boolean ended) throws InputException {
        number++;
        byte[] bytes = beginning.toByteArray();
        beginning.reset();
        if (ended && delimiter == '\n' && bytes.length > 0 && bytes[bytes.length - 1] == '\r') {
            bytes = Arrays.copyOf(bytes, bytes.length - 1);
        }
        try {
            return decoder.decode(bytes);
        } catch (InputException e) {
            throw new InputException(unit + " " + number + " of the input " + e.getMessage());
        }
    }
}
