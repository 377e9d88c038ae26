package dev.duplex.client.internal.load;

import dev.duplex.client.internal.Connector;
import dev.duplex.client.internal.wire.WireTap;
import dev.duplex.core.Violation;
import dev.duplex.core.handshake.HandshakeRequest;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection under load. It is the client's: the same opening handshake, engine, fresh masking key for each frame, limits
 * and keepalive. What is left out is the object of the standard, with its events, tasks and copies. On the thread of its
 * loop only.
 */
public final class LoadSocket {
    private final LoadLoop loop;
    private final LoadListener listener;
    private final Events events = new Events();
    private @Nullable WebSocketConnection connection;

    private final long called = System.nanoTime();
    private long begun = called;
    private long lookedUp = called;
    private long connected = called;
    private long secured = called;

    LoadSocket(LoadLoop loop, LoadListener listener) {
        this.loop = loop;
        this.listener = listener;
    }

    Connector.Owner events() {
        return events;
    }

    private WebSocketConnection connection() {
        return Objects.requireNonNull(connection, "not open yet");
    }

    /**
     * Sends the first bytes of a payload as one message. What is sent while something is received leaves with the other
     * answers to the same read, and otherwise at the end of the loop's turn.
     *
     * @return whether more can be sent; if not, this message is taken all the same unless the connection is closing, and
     *     {@link LoadListener#drained} follows
     */
    public boolean send(boolean text, Payload payload, int length) {
        return connection().sendBytes(text, payload.buffer(), 0, length, null) == SendResult.SENT;
    }

    /** Begins the closing handshake. */
    public void close(int code) {
        connection().close(code, "");
    }

    /** Cuts the connection. */
    public void terminate(String why) {
        connection().terminate(CloseKind.TERMINATED, why);
    }

    private final class Events implements Connector.Owner, Connector.Observer {
        @Override
        public void onPhase(Connector.Phase phase) {
            long now = System.nanoTime();
            switch (phase) {
                case BEGUN -> begun = now;
                case LOOKED_UP -> lookedUp = now;
                case CONNECTED -> {
                    connected = now;
                    secured = now;
                }
                case SECURED -> secured = now;
            }
        }

        @Override
        public void established(WebSocketConnection opened, String subprotocol, String extensions) {
            long now = System.nanoTime();
            connection = opened;
            listener.opened(
                    LoadSocket.this,
                    new ConnectTimes(
                            lookedUp - begun, connected - lookedUp, secured - connected, now - secured, now - called));
        }

        @Override
        public void failed(Connector.Failure failure) {
            listener.failed(failure.kind(), failure.message(), failure.response());
        }

        @Override
        public Connector.Observer observer() {
            return this;
        }

        @Override
        public void onRequest(HandshakeRequest request) {}

        @Override
        public void onResponse(HandshakeResponse response) {}

        @Override
        public @Nullable WireTap tap() {
            return null;
        }

        @Override
        public void onRead() {
            loop.read();
        }

        @Override
        public void onMessage(boolean text, ByteBuf payload, int index, int length) {
            Incoming message = loop.incoming().of(text, payload, index, length);
            listener.message(LoadSocket.this, message, loop.lastRead());
            message.clear();
        }

        @Override
        public void onChunk(boolean text, ByteBuf payload, int index, int length, boolean last) {
            throw new IllegalStateException("messages come whole");
        }

        @Override
        public void onPing(ByteBuf payload, int index, int length) {}

        @Override
        public void onPong(ByteBuf payload, int index, int length) {}

        @Override
        public void onRoundTrip(long nanos) {}

        @Override
        public void onDrain() {
            listener.drained(LoadSocket.this);
        }

        @Override
        public void onDropped() {}

        @Override
        public void onViolation(Violation violation, String reason) {}

        @Override
        public void onClosed(CloseEvent event) {
            listener.closed(LoadSocket.this, event);
        }
    }
}
