package dev.duplex.core.deflate;

import dev.duplex.core.Role;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * permessage-deflate of one connection (RFC 7692 §7.2): turns payloads of messages into compressed ones and back. It
 * knows nothing of frames; RSV1 and masking are the frame engine's.
 *
 * <p>Where no window outlives a message the compressor and decompressor are the event loop's, and this object holds no
 * native memory. Otherwise it owns them, from the first message that needs them until {@link #close()}.
 *
 * <p>Not thread safe: only the thread of the event loop that the {@link DeflateResources} belong to may use it. All
 * methods but {@link #close()} throw {@link IllegalStateException} once it is closed.
 */
public final class PerMessageDeflate implements AutoCloseable {
    private final DeflateResources resources;
    private final int level;
    private final int threshold;
    private final int outgoingWindowBits;
    private final boolean outgoingContextTakeover;
    private final boolean incomingContextTakeover;
    private final boolean counted;
    private @Nullable Compressor compressor;
    private @Nullable Decompressor decompressor;
    private boolean closed;

    /**
     * Starts with what the opening handshake agreed on.
     *
     * <p>A peer that may keep its window makes this end keep one to match, whatever the options say. Our own window is
     * kept only if the parameters allow it, the options say {@link DeflateOptions.Mode#DEDICATED} and the maximum of
     * {@link DedicatedCount} is not reached: leaving it out is always allowed (RFC 7692 §7.1.1).
     *
     * @param role this end's
     * @param parameters as agreed
     * @param options this end's, of which the mode, the level and the threshold matter here
     * @param resources of the event loop that will use this object
     */
    public PerMessageDeflate(
            Role role, DeflateParameters parameters, DeflateOptions options, DeflateResources resources) {
        boolean server = role == Role.SERVER;
        boolean mayKeepOurs = !(server ? parameters.serverNoContextTakeover() : parameters.clientNoContextTakeover());
        boolean peerMayKeep = !(server ? parameters.clientNoContextTakeover() : parameters.serverNoContextTakeover());
        boolean wantOurs = mayKeepOurs && options.mode() == DeflateOptions.Mode.DEDICATED;
        this.resources = resources;
        this.level = options.level();
        this.threshold = options.threshold();
        this.outgoingWindowBits = server ? parameters.serverMaxWindowBits() : parameters.clientMaxWindowBits();
        this.incomingContextTakeover = peerMayKeep;
        boolean room = wantOurs && resources.dedicated().tryAdd();
        this.outgoingContextTakeover = room;
        if (peerMayKeep && !room) {
            resources.dedicated().add();
        }
        this.counted = room || peerMayKeep;
    }

    /** Whether a payload of so many bytes reaches the threshold. */
    public boolean worthCompressing(int payloadBytes) {
        return payloadBytes >= threshold;
    }

    /** Base-2 logarithm of the largest window that what this end sends may need, 8 to 15. */
    public int outgoingWindowBits() {
        return outgoingWindowBits;
    }

    /** Whether this end's compressor does keep its window from message to message. */
    public boolean outgoingContextTakeover() {
        return outgoingContextTakeover;
    }

    /**
     * Compresses the payload of a whole message. What is compressed must be sent, and in this order: where the window
     * is kept, later messages refer to it.
     *
     * @param in read by index; its indices stay as they are
     * @param out is appended to; one component (not a composite of several), and not the buffer behind {@code in}
     * @return false if the output would not be smaller: {@code out} is as it was, send the payload uncompressed
     */
    public boolean deflate(ByteBuf in, int index, int length, ByteBuf out) {
        checkOpen();
        Compressor own = compressor;
        if (!outgoingContextTakeover) {
            own = resources.sharedCompressor();
        } else if (own == null) {
            own = resources.newCompressor(level);
            compressor = own;
        }
        return own.compress(in, index, length, outgoingWindowBits, out);
    }

    /**
     * To be called after a message that was compressed elsewhere, such as a broadcast, has been sent on this
     * connection. The peer's window then holds what our compressor has never seen, so that it must not refer back any
     * more. A message sent uncompressed is no part of the window and needs no call.
     */
    public void foreignMessageSent() {
        checkOpen();
        if (compressor != null) {
            compressor.forget();
        }
    }

    /**
     * Inflates the payload of a message, or the next piece of it. Pieces may be cut anywhere.
     *
     * @param in read by index; its indices stay as they are
     * @param endOfMessage whether these are the last bytes of the message
     * @param out is appended to; one component (not a composite of several), and not the buffer behind {@code in}.
     *     If the result is not {@link Inflation#OK}, its readable bytes are as they were
     * @param maxBytes the most {@code out.readableBytes()} may become. Memory beyond it is not touched
     * @return anything but {@link Inflation#OK} ends the connection: no further message can be inflated
     */
    public Inflation inflate(ByteBuf in, int index, int length, boolean endOfMessage, ByteBuf out, long maxBytes) {
        checkOpen();
        Decompressor current = decompressor;
        if (current == null) {
            if (incomingContextTakeover) {
                current = resources.newDecompressor();
            } else if (endOfMessage) {
                return resources.sharedDecompressor().inflate(in, index, length, true, out, maxBytes);
            } else {
                current = resources.lease();
                if (current == null) {
                    return Inflation.UNAVAILABLE;
                }
            }
            decompressor = current;
        }
        Inflation result = current.inflate(in, index, length, endOfMessage, out, maxBytes);
        if (result != Inflation.OK || (endOfMessage && !incomingContextTakeover)) {
            releaseDecompressor();
        }
        return result;
    }

    /** Frees what this connection owns. Idempotent, and harmless after the resources themselves are closed. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (compressor != null) {
            resources.free(compressor);
            compressor = null;
        }
        releaseDecompressor();
        if (counted) {
            resources.dedicated().remove();
        }
    }

    private void releaseDecompressor() {
        Decompressor current = decompressor;
        decompressor = null;
        if (current == null) {
            return;
        }
        if (incomingContextTakeover) {
            resources.free(current);
        } else {
            resources.giveBack(current);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(
                    "this PerMessageDeflate is closed; nothing may be sent or received any more");
        }
    }
}
