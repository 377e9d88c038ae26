package dev.duplex.core;

import io.netty.buffer.ByteBufAllocator;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one end have in common: its role, its limits, and what reads the one of them whose bytes are at
 * hand. Between two messages a connection remembers nothing of what it reads, so that an idle one costs next to nothing.
 *
 * <p>Not thread-safe: only connections of the same event loop may share one.
 */
public final class Endpoint {
    /** What fits into one buffer, with room for a compressed message that does not shrink. */
    private static final int LARGEST_WHOLE_MESSAGE = 2_000_000_000;

    final Role role;
    final Limits limits;
    final Delivery delivery;
    final ByteBufAllocator allocator;
    final FrameWriter writer;

    // What the first two bytes of a short message's only frame must be, but for the length in the lower seven bits.
    final int wholeText;
    final int wholeBinary;

    final int shortHeaderBytes;
    final int longestShort;

    private @Nullable Incoming spare;

    /**
     * @param maskingKeys unpredictable numbers (RFC 6455 §10.3) for {@link Role#CLIENT}; null for a server
     * @throws IllegalArgumentException if the keys do not fit the role, or whole messages of more than 2,000,000,000
     *     bytes are allowed
     */
    public Endpoint(
            Role role,
            Limits limits,
            Delivery delivery,
            ByteBufAllocator allocator,
            @Nullable IntSupplier maskingKeys) {
        if (role.masks() != (maskingKeys != null)) {
            throw new IllegalArgumentException(
                    "expected masking keys for a client and none for a server (RFC 6455 §5.1)");
        }
        if (delivery == Delivery.WHOLE && limits.maxMessageBytes() > LARGEST_WHOLE_MESSAGE) {
            throw new IllegalArgumentException(
                    "maxMessageBytes must be at most " + LARGEST_WHOLE_MESSAGE + " for whole messages but was "
                            + limits.maxMessageBytes() + "; larger ones need Delivery.STREAMED");
        }
        this.role = role;
        this.limits = limits;
        this.delivery = delivery;
        this.allocator = allocator;
        this.writer = new FrameWriter(maskingKeys);
        boolean masked = role.peer().masks();
        this.wholeText = FrameHeader.start(true, Opcode.TEXT, masked);
        this.wholeBinary = FrameHeader.start(true, Opcode.BINARY, masked);
        this.shortHeaderBytes = masked ? 6 : 2;
        this.longestShort = (int) Math.min(125, limits.maxMessageBytes());
    }

    public Role role() {
        return role;
    }

    public Limits limits() {
        return limits;
    }

    /** For a connection that begins to read; several need one at a time where a message is cut by the end of a read. */
    Incoming lend() {
        Incoming lent = spare;
        spare = null;
        return lent != null ? lent : new Incoming(allocator);
    }

    /** When it is as it was lent. */
    void giveBack(Incoming incoming) {
        spare = incoming;
    }
}
