package dev.duplex.cli.connect;

import dev.duplex.cli.record.Direction;
import dev.duplex.cli.record.RecordedEvent;
import dev.duplex.client.Blob;
import dev.duplex.client.WebSocket;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** A message to send, or a frame that is none. */
public sealed interface Outgoing {

    /** Text. */
    record Text(String text) implements Outgoing {
        @Override
        public void sendTo(WebSocket socket) {
            socket.send(text);
        }

        @Override
        public RecordedEvent event() {
            return RecordedEvent.text(Direction.OUT, text);
        }
    }

    /** Bytes, which nobody changes any more. */
    record Binary(byte[] bytes) implements Outgoing {
        @Override
        public void sendTo(WebSocket socket) {
            socket.send(bytes);
        }

        @Override
        public RecordedEvent event() {
            return RecordedEvent.binary(Direction.OUT, bytes);
        }
    }

    /** A binary message that is read while it is sent. */
    record File(Blob data) implements Outgoing {
        @Override
        public void sendTo(WebSocket socket) {
            socket.send(data);
        }

        @Override
        public RecordedEvent event() {
            throw new IllegalStateException("what is recorded is read first");
        }
    }

    /** A ping, whose answer is shown with the other pongs. */
    record Ping(byte[] payload) implements Outgoing {
        @Override
        public void sendTo(WebSocket socket) {
            socket.ping(payload);
        }

        @Override
        public RecordedEvent event() {
            return RecordedEvent.ping(Direction.OUT, payload);
        }

        @Override
        public boolean isMessage() {
            return false;
        }
    }

    /** Our close frame, after which nothing is sent. */
    record Close(int code, String reason) implements Outgoing {
        @Override
        public void sendTo(WebSocket socket) {
            socket.close(code, reason);
        }

        @Override
        public RecordedEvent event() {
            return RecordedEvent.close(Direction.OUT, code, reason);
        }

        @Override
        public boolean isMessage() {
            return false;
        }
    }

    void sendTo(WebSocket socket);

    /** As it stands in a recording. */
    RecordedEvent event();

    /** Whether the program at the other end sees it, and might reply. */
    default boolean isMessage() {
        return true;
    }

    /**
     * A message of these bytes.
     *
     * @throws InputException if they are to be text and are no UTF-8: nothing is replaced
     */
    static Outgoing of(boolean binary, byte[] bytes) throws InputException {
        if (binary) {
            return new Binary(bytes);
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            throw new InputException(String.format(
                    "is not UTF-8 (0x%02x at byte %d), so that it cannot be text; --binary sends it as it is",
                    bytes[in.position()], in.position()));
        }
        return new Text(out.flip().toString());
    }
}
