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
        if (packet.isBinary()) {
            session.send(codec.encodeBinary(packet));
        } else {
            session.send(new Encoded(packet.utf8()));
        }
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

    /** A text that is UTF-8 already, for the session to send as it is. */
    private record Encoded(byte[] bytes) implements Message {
        @Override
        public boolean isText() {
            return true;
        }

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
