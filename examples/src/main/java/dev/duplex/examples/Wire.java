package dev.duplex.examples;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A TCP connection to a server on this machine, on which one sees every byte. */
final class Wire implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    Wire(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(10_000);
        in = socket.getInputStream();
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** The head of an HTTP message, up to and with its empty line. */
    String readHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) read(1)[0]);
        }
        return head.toString();
    }

    byte[] read(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the server has closed the connection");
        }
        return bytes;
    }

    /** A frame from the server whose payload is at most 125 bytes: header and payload. */
    byte[] readFrame() throws IOException {
        byte[] header = read(2);
        byte[] payload = read(header[1] & 0x7F);
        byte[] frame = new byte[2 + payload.length];
        System.arraycopy(header, 0, frame, 0, 2);
        System.arraycopy(payload, 0, frame, 2, payload.length);
        return frame;
    }

    /** Masks a frame as a browser does (RFC 6455 §5.3). */
    static byte[] masked(int firstByte, byte[] key, byte[] payload) {
        byte[] frame = new byte[6 + payload.length];
        frame[0] = (byte) firstByte;
        frame[1] = (byte) (0x80 | payload.length);
        System.arraycopy(key, 0, frame, 2, 4);
        for (int i = 0; i < payload.length; i++) {
            frame[6 + i] = (byte) (payload[i] ^ key[i % 4]);
        }
        return frame;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
