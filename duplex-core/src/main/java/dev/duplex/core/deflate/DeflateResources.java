package dev.duplex.core.deflate;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The compressors and decompressors of one event loop: a shared one of each, and whatever its connections own. Not
 * thread safe: only the event loop's thread may use it and the {@link PerMessageDeflate}s made with it.
 *
 * <p>zlib's memory is outside the Java heap. Every connection frees its part by {@link PerMessageDeflate#close()};
 * {@link #close()} frees all that is left.
 */
public final class DeflateResources implements AutoCloseable {
    /** Most compressed messages that may be under way in pieces at a time on connections without a window of their own. */
    public static final int MAX_LEASED = 1024;

    /** How many decompressors are kept for the next such message. */
    private static final int MAX_IDLE = 4;

    private final int level;
    private final DedicatedCount dedicated;
    private final Set<ZlibStream> owned = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Deque<Decompressor> idle = new ArrayDeque<>(MAX_IDLE);
    private @Nullable Compressor sharedCompressor;
    private @Nullable Decompressor sharedDecompressor;
    private int leased;
    private boolean closed;

    /**
     * The resources of one event loop.
     *
     * @param level zlib level of the shared compressor, 1 to 9
     * @param dedicated shared by all event loops
     * @throws IllegalArgumentException if the level is out of range
     */
    public DeflateResources(int level, DedicatedCount dedicated) {
        this.level = DeflateOptions.SHARED.withLevel(level).level();
        this.dedicated = dedicated;
    }

    /**
     * What to negotiate the next connection with: the options themselves, or the same with
     * {@link DeflateOptions.Mode#SHARED} where as many connections own windows as may. To be asked just before the
     * negotiation. A connection counts from when its {@link PerMessageDeflate} exists, so the maximum can be passed by
     * the handshakes under way at that moment, by no more.
     */
    public DeflateOptions admit(DeflateOptions wanted) {
        boolean refuse = wanted.mode() == DeflateOptions.Mode.DEDICATED && !dedicated.hasRoom();
        return refuse ? wanted.withMode(DeflateOptions.Mode.SHARED) : wanted;
    }

    /**
     * Compresses one payload that many connections will get, without reference to anything sent before. A connection
     * with context takeover must hear of it by {@link PerMessageDeflate#foreignMessageSent()}.
     *
     * @param windowBits 8 to 15; every connection whose {@link PerMessageDeflate#outgoingWindowBits()} are as many or
     *     more can decode it
     * @return false if the output would not be smaller: {@code out} is as it was, send the payload uncompressed
     * @throws IllegalArgumentException if the window bits are out of range
     */
    public boolean deflateShared(ByteBuf in, int index, int length, int windowBits, ByteBuf out) {
        DeflateParameters.checkWindowBits("windowBits", windowBits);
        return sharedCompressor().compress(in, index, length, windowBits, out);
    }

    Compressor sharedCompressor() {
        checkOpen();
        Compressor compressor = sharedCompressor;
        if (compressor == null) {
            compressor = new Compressor(level, false);
            sharedCompressor = compressor;
        }
        return compressor;
    }

    Decompressor sharedDecompressor() {
        checkOpen();
        Decompressor decompressor = sharedDecompressor;
        if (decompressor == null) {
            decompressor = new Decompressor(false);
            sharedDecompressor = decompressor;
        }
        return decompressor;
    }

    DedicatedCount dedicated() {
        return dedicated;
    }

    Compressor newCompressor(int level) {
        checkOpen();
        Compressor compressor = new Compressor(level, true);
        owned.add(compressor);
        return compressor;
    }

    Decompressor newDecompressor() {
        checkOpen();
        Decompressor decompressor = new Decompressor(true);
        owned.add(decompressor);
        return decompressor;
    }

    void free(ZlibStream stream) {
        if (owned.remove(stream)) {
            stream.close();
        }
    }

    /** A decompressor without context takeover for one message that comes in pieces; null if too many are lent. */
    @Nullable
    Decompressor lease() {
        checkOpen();
        if (leased == MAX_LEASED) {
            return null;
        }
        Decompressor decompressor = idle.poll();
        if (decompressor == null) {
            decompressor = new Decompressor(false);
        }
        owned.add(decompressor);
        leased++;
        return decompressor;
    }

    void giveBack(Decompressor decompressor) {
        if (!owned.remove(decompressor)) {
            return;
        }
        leased--;
        if (idle.size() < MAX_IDLE) {
            decompressor.reset();
            idle.push(decompressor);
        } else {
            decompressor.close();
        }
    }

    /** How many compressors and decompressors hold native memory now. */
    int live() {
        return owned.size() + idle.size() + (sharedCompressor == null ? 0 : 1) + (sharedDecompressor == null ? 0 : 1);
    }

    /** Frees all native memory, that of connections not yet closed included. Idempotent. */
    @Override
    public void close() {
        closed = true;
        if (sharedCompressor != null) {
            sharedCompressor.close();
            sharedCompressor = null;
        }
        if (sharedDecompressor != null) {
            sharedDecompressor.close();
            sharedDecompressor = null;
        }
        idle.forEach(Decompressor::close);
        idle.clear();
        owned.forEach(ZlibStream::close);
        owned.clear();
        leased = 0;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(
                    "these DeflateResources are closed; close the connections of an event loop before its resources");
        }
    }
}
