package dev.duplex.cli.connect;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Messages of what one read gives. Text is never cut within a character. */
final class ChunkReader implements MessageReader {
    private static final int CHUNK_BYTES = 64 * 1024;

    /** The longest beginning of a character in UTF-8 that lacks its end. */
    private static final int MAX_TAIL = 3;

    private final InputStream in;
    private final boolean binary;
    private final byte[] buffer;
    private int kept;

    ChunkReader(InputStream in, boolean binary, int maxBytes) {
        this.in = in;
        this.binary = binary;
        this.buffer = new byte[Math.max(MAX_TAIL + 1, Math.min(CHUNK_BYTES, maxBytes))];
    }

    @Override
    public @Nullable Outgoing next() throws IOException {
        while (true) {
            int length = in.read(buffer, kept, buffer.length - kept);
            int end = kept + Math.max(0, length);
            if (end == 0) {
                return null;
            }
            int cut = binary || length < 0 ? end : end - unfinished(end);
            if (cut > 0) {
                byte[] chunk = Arrays.copyOf(buffer, cut);
                kept = end - cut;
                System.arraycopy(buffer, cut, buffer, 0, kept);
                return Outgoing.of(binary, chunk);
            }
            kept = end;
        }
    }

    /** How many bytes at the end are the beginning of a character (RFC 3629 §3). */
    private int unfinished(int end) {
        for (int back = 1; back <= Math.min(MAX_TAIL, end); back++) {
            int b = buffer[end - back] & 0xFF;
            if (b >= 0xC0) {
                int needed = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
                return needed > back ? back : 0;
            }
            if (b < 0x80) {
                return 0;
            }
        }
        return 0;
    }
}
