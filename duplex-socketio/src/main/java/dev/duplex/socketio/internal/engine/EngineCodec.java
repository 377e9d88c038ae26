package dev.duplex.socketio.internal.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How packets stand in frames and in payloads of polling, in one revision of Engine.IO. Stateless.
 *
 * <p>Nothing is thrown for malformed input: a packet is null then.
 */
public sealed interface EngineCodec permits EngineCodecV4, EngineCodecV3 {
    /** A payload of polling. */
    record Payload(boolean binary, byte[] bytes) {}

    /** Takes the packets of a payload, one after the other. */
    interface PacketSink {
        /**
         * Takes a packet.
         *
         * @param packet null for what is malformed, after which nothing follows
         * @return whether to go on
         */
        boolean take(@Nullable Packet packet);
    }

    /** The codec of a revision, 3 or 4. */
    static EngineCodec of(int revision) {
        return switch (revision) {
            case 3 -> EngineCodecV3.INSTANCE;
            case 4 -> EngineCodecV4.INSTANCE;
            default -> throw new IllegalArgumentException("the revision must be 3 or 4 but was " + revision);
        };
    }

    /** 3 or 4. */
    int revision();

    /** The packet of a text frame, or null if it is none. */
    @Nullable
    Packet decodeText(String frame);

    /** The packet of a binary frame, or null if it is none. */
    @Nullable
    Packet decodeBinary(byte[] frame);

    /** A binary packet as a binary frame. */
    byte[] encodeBinary(Packet packet);

    /**
     * The packets of a payload, one after the other.
     *
     * @param binary whether the body was declared as {@code application/octet-stream}
     * @param each takes them
     */
    void decodePayload(byte[] body, boolean binary, PacketSink each);

    /**
     * A payload.
     *
     * @param supportsBinary whether the client takes payloads that are not text
     */
    Payload encodePayload(List<Packet> packets, boolean supportsBinary);
}
