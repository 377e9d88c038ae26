package dev.duplex.socketio.engine;

import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.socketio.internal.engine.EngineCodec;
import dev.duplex.socketio.internal.engine.Link;
import dev.duplex.socketio.internal.engine.Packet;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A WebSocket session as what carries the packets of a client. */
final class WebSocketLink implements Link {
    private final Session session;
    private final EngineCodec codec;

    WebSocketLink(Session session, EngineCodec codec) {
        this.session = session;
        this.codec = codec;
    }

    @Override
    public void send(Packet packet) {
        byte[] bytes = packet.isBinary() ? codec.encodeBinary(packet) : packet.utf8();
        session.send(new Encoded(!packet.isBinary(), bytes, packet.compress()));
    }

    @Override
    public boolean writable() {
        return session.isOpen() && session.bufferedAmount() == 0;
    }

    @Override
    public void close() {
        session.close();
    }

    void pause() {
        session.pause();
    }

    void resume() {
        session.resume();
    }

    /** A packet as the bytes of its frame, for the session to send as they are. */
    private record Encoded(boolean isText, byte[] bytes, boolean mayCompress) implements Message {
        @Override
        public boolean isLast() {
            return true;
        }

        @Override
        public int size() {
            return bytes.length;
        }

        @Override
        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        @Override
        public ByteBuffer buffer() {
            return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
        }
    }
}
