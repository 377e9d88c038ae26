package dev.duplex.transport.internal;

import dev.duplex.core.Delivery;
import dev.duplex.core.Limits;
import dev.duplex.core.Role;
import dev.duplex.core.WebSocketProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/** A client on a blocking socket. */
final class BlockingPeer implements AutoCloseable {
    final Socket socket;
    final Recorder recorder = new Recorder();
    private final AtomicLong key = new AtomicLong(7);
    final WebSocketProtocol protocol = new WebSocketProtocol(
            Role.CLIENT, Limits.DEFAULTS, Delivery.WHOLE, null, UnpooledByteBufAllocator.DEFAULT, () ->
                    (int) key.addAndGet(0x1357_9bdf));

    BlockingPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(30_000);
    }

    void send(ByteBuf bytes) throws IOException {
        bytes.readBytes(socket.getOutputStream(), bytes.readableBytes());
        bytes.release();
    }

    void text(String text) throws IOException {
        ByteBuf bytes = Unpooled.buffer();
        protocol.writeText(text, bytes);
        send(bytes);
    }

    void close(int code) throws IOException {
        ByteBuf bytes = Unpooled.buffer();
        protocol.writeClose(code, "", bytes);
        send(bytes);
    }

    /** Reads once; false at the end of the stream. */
    boolean read() throws IOException {
        byte[] bytes = new byte[65_536];
        int length = socket.getInputStream().read(bytes);
        if (length > 0) {
            ByteBuf in = Unpooled.wrappedBuffer(bytes, 0, length);
            protocol.receive(in, recorder);
        }
        return length > 0;
    }

    void answer() throws IOException {
        send(recorder.out.readRetainedSlice(recorder.out.readableBytes()));
    }

    @Override
    public void close() throws IOException {
        socket.close();
        protocol.dispose();
        recorder.out.release();
    }
}
