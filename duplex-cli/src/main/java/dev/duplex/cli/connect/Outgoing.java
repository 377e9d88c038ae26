package dev.duplex.cli.connect;

import dev.duplex.client.Blob;
import dev.duplex.client.WebSocket;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** A message to send. */
public sealed interface Outgoing {

    /** Text. */
    record Text(String text) implements Outgoing {
        @Override
        public void sendTo(WebSocket socket) {
            socket.send(text);
        }
    }

    /** Bytes, which nobody changes any more. */
    record Binary(byte[] bytes) implements Outgoing {
        @Override
        public void sendTo(WebSocket socket) {
            socket.send(bytes);
        }
    }

    /** A binary message that is read while it is sent. */
    record File(Blob data) implements Outgoing {
        @Override
        public void sendTo(WebSocket socket) {
            socket.send(data);
        }
    }

    void sendTo(WebSocket socket);

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
