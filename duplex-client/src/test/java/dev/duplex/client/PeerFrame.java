package dev.duplex.client;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A frame as a {@link RawServer} reads it from a client, unmasked, and as it writes one. */
record PeerFrame(int first, int maskingKey, byte[] payload) {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    int opcode() {
        return first & 0x0F;
    }

    /** The first byte in hex, and the payload as text: "81 hello". */
    @Override
    public String toString() {
        return "%02x ".formatted(first) + text();
    }

    String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** The next frame of a client. */
    static PeerFrame read(Socket socket) throws IOException {
        return read(socket.getInputStream());
    }

    private static PeerFrame read(InputStream stream) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        int first = in.readUnsignedByte();
        int length = in.readUnsignedByte() & 0x7F;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = (int) in.readLong();
        }
        byte[] key = in.readNBytes(4);
        byte[] payload = in.readNBytes(length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= key[i & 3];
        }
        return new PeerFrame(first, ByteBuffer.wrap(key).getInt(), payload);
    }

    static void write(Socket socket, int opcode, byte... payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 4).put((byte) (0x80 | opcode));
        if (payload.length < 126) {
            frame.put((byte) payload.length);
        } else {
            frame.put((byte) 126).putShort((short) payload.length);
        }
        frame.put(payload).flip();
        socket.getOutputStream().write(frame.array(), 0, frame.limit());
        socket.getOutputStream().flush();
    }

    static void writeText(Socket socket, String text) throws IOException {
        write(socket, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }
}
