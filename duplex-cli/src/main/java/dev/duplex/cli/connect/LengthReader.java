package dev.duplex.cli.connect;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Messages after their length, 4 bytes, the most significant first. */
final class LengthReader implements MessageReader {
    private final InputStream in;
    private final boolean binary;
    private final int maxBytes;

    LengthReader(InputStream in, boolean binary, int maxBytes) {
        this.in = in;
        this.binary = binary;
        this.maxBytes = maxBytes;
    }

    @Override
    public @Nullable Outgoing next() throws IOException {
        byte[] head = in.readNBytes(Integer.BYTES);
        if (head.length == 0) {
            return null;
        }
        if (head.length < Integer.BYTES) {
            throw new InputException("the input ends within the length of a message");
        }
        long length = ByteBuffer.wrap(head).getInt() & 0xFFFF_FFFFL;
        if (length > maxBytes) {
            throw new InputException("the input announces a message of " + length + " bytes, but at most " + maxBytes
                    + " are sent (--max-message)");
        }
        byte[] payload = in.readNBytes((int) length); // grows as bytes come
        if (payload.length < length) {
            throw new InputException(
                    "the input ends after " + payload.length + " of " + length + " bytes of a message");
        }
        return Outgoing.of(binary, payload);
    }
}
