package dev.duplex.core.deflate;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/**
 * Compresses one message after the other as RFC 7692 §7.2.1 says: DEFLATE, flushed to a byte boundary by an empty
 * stored block, whose last four bytes are left out.
 *
 * <p>JDK zlib always compresses with a window of 2^15 bytes. A smaller window is honoured by a full flush, after which
 * nothing refers back any more, at the latest every 2^bits bytes: no distance can then be larger than that.
 */
final class Compressor implements ZlibStream {
    private static final byte[] NOTHING = {};
    /** The 00 00 FF FF which a flush ends with and which is not sent (RFC 7692 §7.2.1). */
    private static final int TAIL = 4;
    /** What the output grows by at least. */
    private static final int STEP = 4096;
    /** With less room than a few flush markers, zlib could need another call and repeat the marker. */
    private static final int MIN_ROOM = 32;

    private final Deflater deflater;
    private final boolean contextTakeover;
    private long sinceFullFlush;
    private boolean forgotten;

    Compressor(int level, boolean contextTakeover) {
        this.deflater = new Deflater(level, true);
        this.contextTakeover = contextTakeover;
    }

    /**
     * Appends the compressed payload to {@code out}.
     *
     * @return false if that would not be smaller: {@code out} is as it was, and the peer is not expected to have seen
     *     anything of the payload
     */
    boolean compress(ByteBuf in, int index, int length, int windowBits, ByteBuf out) {
        if (length == 0) {
            // RFC 7692 §7.2.3.6: the header of an empty stored block, whose rest is the tail that is not sent.
            out.writeByte(0);
            return true;
        }
        int start = out.writerIndex();
        if (forgotten) {
            reset();
        }
        // Until the message is complete; so a failure to grow the output leaves nothing behind either.
        forgotten = true;
        if (!run(in, index, length, windowBits, out)) {
            // The window now ends with a payload that the peer will not see: a later message must not refer to it.
            out.writerIndex(start);
            reset();
            return false;
        }
        out.writerIndex(out.writerIndex() - TAIL);
        if (contextTakeover) {
            // Let go of the caller's buffer.
            deflater.setInput(NOTHING);
            forgotten = false;
        } else {
            reset();
        }
        return true;
    }

    /** Forgets the window: the next message refers to nothing that was sent before. Costs nothing until then. */
    void forget() {
        forgotten = true;
    }

    private void reset() {
        deflater.reset();
        sinceFullFlush = 0;
        forgotten = false;
    }

    private boolean run(ByteBuf in, int index, int length, int windowBits, ByteBuf out) {
        // One byte less than the payload, and the tail that will be cut off again.
        long end = out.writerIndex() + (long) length - 1 + TAIL;
        if (in.nioBufferCount() == 1) {
            return feed(in.nioBuffer(index, length), true, windowBits, out, end);
        }
        ByteBuffer[] parts = in.nioBuffers(index, length);
        for (int i = 0; i < parts.length; i++) {
            if (!feed(parts[i], i == parts.length - 1, windowBits, out, end)) {
                return false;
            }
        }
        return true;
    }

    private boolean feed(ByteBuffer in, boolean last, int windowBits, ByteBuf out, long end) {
        int limit = in.limit();
        do {
            int left = limit - in.position();
            int take = left;
            int flush = Deflater.NO_FLUSH;
            if (windowBits < DeflateParameters.MAX_WINDOW_BITS) {
                take = (int) Math.min(left, (1L << windowBits) - sinceFullFlush);
                sinceFullFlush += take;
            }
            if (windowBits < DeflateParameters.MAX_WINDOW_BITS && sinceFullFlush == 1L << windowBits) {
                sinceFullFlush = 0;
                flush = Deflater.FULL_FLUSH;
            } else if (last && take == left) {
                flush = Deflater.SYNC_FLUSH;
            }
            in.limit(in.position() + take);
            deflater.setInput(in);
            if (!drain(flush, out, end)) {
                return false;
            }
            in.limit(limit);
        } while (in.hasRemaining());
        return true;
    }

    /** Has zlib write until it has taken all input and, if asked to flush, has flushed; false past {@code end}. */
    private boolean drain(int flush, ByteBuf out, long end) {
        while (true) {
            if (out.writableBytes() < MIN_ROOM) {
                out.ensureWritable(Math.min(STEP, out.maxWritableBytes()));
            }
            // One byte more than allowed, so that a full buffer means too much.
            int room = (int) Math.min(out.writableBytes(), end + 1 - out.writerIndex());
            if (room == 0) {
                return false;
            }
            int written = deflater.deflate(out.internalNioBuffer(out.writerIndex(), room), flush);
            out.writerIndex(out.writerIndex() + written);
            if (out.writerIndex() > end) {
                return false;
            }
            if (written < room) {
                return true;
            }
        }
    }

    @Override
    public void close() {
        deflater.end();
    }
}
