package dev.duplex.transport.internal;

import dev.duplex.core.WebSocketProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** Something to be sent that has to wait: for the event loop's turn, or for the peer to read. Not yet encoded. */
sealed interface Outgoing {
    /** What waiting costs on top of the payload, so that a flood of empty messages meets the bound too. */
    int OVERHEAD_BYTES = 64;

    /** Payload bytes. */
    int bytes();

    /**
     * Appends it as frames, to a buffer with room for a frame of so many {@link #bytes}.
     *
     * @return false, nothing appended, if a close frame is out already
     */
    boolean writeTo(WebSocketProtocol protocol, ByteBuf out);

    /** Whether it may be refused for want of room: not what ends something that the peer has been told the beginning of. */
    default boolean mayBeRefused() {
        return true;
    }

    /** What it counts against the bound of what may wait. */
    default long charge() {
        return (long) bytes() + OVERHEAD_BYTES;
    }

    /** A message whose text is kept as it was given. */
    record Text(String text, int bytes, @Nullable Object key) implements Outgoing {
        Text(String text, @Nullable Object key) {
            this(text, WebSocketProtocol.payloadBytes(text), key);
        }

        @Override
        public boolean writeTo(WebSocketProtocol protocol, ByteBuf out) {
            return protocol.writeText(text, out);
        }
    }

    /** A message whose bytes nobody will change; many connections may hold the same array. */
    record Bytes(
            boolean text,
            byte[] payload,
            boolean mayCompress,
            @Nullable Object key) implements Outgoing {
        Bytes(boolean text, byte[] payload, @Nullable Object key) {
            this(text, payload, true, key);
        }

        @Override
        public boolean writeTo(WebSocketProtocol protocol, ByteBuf out) {
            ByteBuf bytes = Unpooled.wrappedBuffer(payload);
            return mayCompress
                    ? protocol.writeMessage(text, bytes, 0, payload.length, out)
                    : protocol.writeUncompressed(text, bytes, 0, payload.length, out);
        }

        @Override
        public int bytes() {
            return payload.length;
        }
    }

    /** A part of a message; never dropped, since the rest of the message would be lost with it. */
    record Part(boolean text, byte[] payload, boolean last) implements Outgoing {
        @Override
        public boolean writeTo(WebSocketProtocol protocol, ByteBuf out) {
            return protocol.writePart(text, Unpooled.wrappedBuffer(payload), 0, payload.length, last, out);
        }

        @Override
        public boolean mayBeRefused() {
            return !last || payload.length > 0;
        }

        @Override
        public int bytes() {
            return payload.length;
        }
    }

    record Ping(byte[] payload) implements Outgoing {
        @Override
        public boolean writeTo(WebSocketProtocol protocol, ByteBuf out) {
            return protocol.writePing(Unpooled.wrappedBuffer(payload), 0, payload.length, out);
        }

        @Override
        public int bytes() {
            return payload.length;
        }
    }

    record Pong(byte[] payload) implements Outgoing {
        @Override
        public boolean writeTo(WebSocketProtocol protocol, ByteBuf out) {
            return protocol.writePong(Unpooled.wrappedBuffer(payload), 0, payload.length, out);
        }

        @Override
        public int bytes() {
            return payload.length;
        }
    }

    record Close(int code, String reason) implements Outgoing {
        @Override
        public boolean writeTo(WebSocketProtocol protocol, ByteBuf out) {
            return protocol.writeClose(code, reason, out);
        }

        @Override
        public boolean mayBeRefused() {
            return false;
        }

        @Override
        public int bytes() {
            return 0;
        }
    }

    /** Whether a slow-consumer policy may drop it, or put a later one in its place. */
    default boolean isMessage() {
        return this instanceof Text || this instanceof Bytes;
    }

    /** The conflation key of a message, if it has one. */
    default @Nullable Object conflationKey() {
        if (this instanceof Text text) {
            return text.key();
        }
        return this instanceof Bytes bytes ? bytes.key() : null;
    }
}
