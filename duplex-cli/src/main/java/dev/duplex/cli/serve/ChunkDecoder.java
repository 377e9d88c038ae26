package dev.duplex.cli.serve;

import org.jspecify.annotations.Nullable;

/** What has come is a message, but text is never cut within a character. */
final class ChunkDecoder implements Decoder {
    private final MessageType type;
    private final int maxBytes;
    private final ByteQueue bytes = new ByteQueue();

    ChunkDecoder(FrameOptions options) {
        this.type = new MessageType(options);
        this.maxBytes = Math.max(4, options.maxBytes());
    }

    @Override
    public void add(byte[] more, int length) {
        bytes.add(more, length);
    }

    @Override
    public @Nullable ProgramMessage next() throws FramingException {
        int whole = bytes.size() - type.unfinished(bytes);
        // A part that is as long as may be can end anywhere in bytes, but text only where a character does.
        int length = whole <= maxBytes ? whole : maxBytes - cutBack(maxBytes);
        return length == 0 ? null : type.of(bytes.take(length));
    }

    private int cutBack(int end) {
        int back = 0;
        while (type.isText() && back < 3 && (bytes.get(end - back) & 0xC0) == 0x80) {
            back++;
        }
        return back;
    }

    @Override
    public @Nullable ProgramMessage last() throws FramingException {
        return bytes.size() == 0 ? null : type.of(bytes.take(bytes.size()));
    }
}
