package dev.duplex.core.deflate;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates one message after the other as RFC 7692 §7.2.2 says, in pieces of any size. JDK zlib's window of 2^15 bytes
 * holds every smaller one.
 */
final class Decompressor implements ZlibStream {
    /** Most bytes written to the output before its size is checked again. */
    static final int CHUNK = 32 * 1024;

    private static final byte[] NOTHING = {};
    private static final int MIN_GROWTH = 256;

    /**
     * What follows a message without context takeover: the tail that was not sent (RFC 7692 §7.2.2), and an empty final
     * block. The inflater finishes there, without output, only if the message ended where a block ends.
     */
    private static final byte[] TAIL_AND_END = {0, 0, (byte) 0xff, (byte) 0xff, 3, 0};

    /**
     * The same where the window is kept, which a final block would end: the tail, then an empty stored and an empty fixed
     * block with a second tail. None writes anything, unless the message ended inside a block.
     */
    private static final byte[] TAIL_AND_EMPTY_BLOCKS = {
        0, 0, (byte) 0xff, (byte) 0xff, 0, 0, 0, (byte) 0xff, (byte) 0xff, 2, 0, 0, 0, (byte) 0xff, (byte) 0xff
    };

    private final Inflater inflater = new Inflater(true);
    private final boolean contextTakeover;
    private final byte[] oneByte = new byte[1];
    /** Whether the last byte taken ended a block with BFINAL set. */
    private boolean afterFinalBlock;

    Decompressor(boolean contextTakeover) {
        this.contextTakeover = contextTakeover;
    }

    /**
     * Appends what the bytes inflate to. On anything but OK {@code out} is as it was and the decompressor starts afresh.
     *
     * @param maxBytes most readable bytes {@code out} may come to hold
     */
    Inflation inflate(ByteBuf in, int index, int length, boolean endOfMessage, ByteBuf out, long maxBytes) {
        int start = out.writerIndex();
        Inflation result;
        try {
            result = feed(in, index, length, out, maxBytes);
            if (result == Inflation.OK && endOfMessage) {
                result = endMessage();
            } else {
                // Let go of the caller's buffer.
                inflater.setInput(NOTHING);
            }
        } catch (DataFormatException e) {
            result = Inflation.CORRUPT;
        }
        if (result != Inflation.OK) {
            out.writerIndex(start);
            reset();
        }
        return result;
    }

    /** Forgets the window and any message under way. */
    void reset() {
        inflater.reset();
        afterFinalBlock = false;
    }

    private Inflation feed(ByteBuf in, int index, int length, ByteBuf out, long maxBytes) throws DataFormatException {
        if (length == 0) {
            return Inflation.OK;
        }
        if (in.nioBufferCount() == 1) {
            return feed(in.nioBuffer(index, length), out, maxBytes);
        }
        for (ByteBuffer part : in.nioBuffers(index, length)) {
            Inflation result = feed(part, out, maxBytes);
            if (result != Inflation.OK) {
                return result;
            }
        }
        return Inflation.OK;
    }

    private Inflation feed(ByteBuffer in, ByteBuf out, long maxBytes) throws DataFormatException {
        long growth = Math.max(MIN_GROWTH, Math.min(CHUNK, 4L * in.remaining()));
        inflater.setInput(in);
        afterFinalBlock = false;
        while (true) {
            long room = Math.min(maxBytes - out.readableBytes(), out.maxWritableBytes());
            int space;
            int written;
            if (room <= 0) {
                // The output is full, which is too much only if more comes.
                space = 1;
                written = inflater.inflate(oneByte);
                if (written > 0) {
                    return Inflation.TOO_BIG;
                }
            } else {
                if (!out.isWritable()) {
                    // Follows the bytes received, never a size that somebody declared.
                    out.ensureWritable((int) Math.min(room, growth));
                }
                space = (int) Math.min(Math.min(room, CHUNK), out.writableBytes());
                written = inflater.inflate(out.internalNioBuffer(out.writerIndex(), space));
                out.writerIndex(out.writerIndex() + written);
            }
            if (inflater.finished()) {
                // RFC 7692 §7.2.1 and §7.2.3.4: a block with BFINAL set ends a DEFLATE stream, not the message.
                // The next stream starts at the next byte, and with an empty window (RFC 1951 §3.2.3).
                inflater.reset();
                if (!in.hasRemaining()) {
                    afterFinalBlock = true;
                    return Inflation.OK;
                }
                inflater.setInput(in);
            } else if (written < space) {
                // All that could be written is written. A dictionary cannot be asked for: raw DEFLATE has none.
                return inflater.needsInput() ? Inflation.OK : Inflation.CORRUPT;
            }
        }
    }

    private Inflation endMessage() throws DataFormatException {
        if (afterFinalBlock) {
            // RFC 7692 §7.2.1 wants another, empty block after a final one. A stream that has ended needs none,
            // and some compressors leave it out.
            afterFinalBlock = false;
            return Inflation.OK;
        }
        inflater.setInput(contextTakeover ? TAIL_AND_EMPTY_BLOCKS : TAIL_AND_END);
        boolean silent = inflater.inflate(oneByte) == 0;
        boolean complete = contextTakeover
                ? inflater.needsInput() && !inflater.finished()
                : inflater.finished() && inflater.getRemaining() == 0;
        if (!contextTakeover) {
            reset();
        }
        return silent && complete ? Inflation.OK : Inflation.CORRUPT;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
