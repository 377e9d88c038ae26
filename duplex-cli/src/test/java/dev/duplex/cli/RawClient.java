package dev.duplex.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** A WebSocket client of bare bytes, which hides nothing of what the server sends. */
public final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 60_000;

    private final Socket socket;
    private final DataInputStream in;
    private final String head;

    /** A frame as it came; the payload in hex tells of binary, the text of text. */
    public record Frame(int firstByte, byte[] payload) {
        public int opcode() {
            return firstByte & 0x0F;
        }

        public String text() {
            return new String(payload, UTF_8);
        }

        public String hex() {
            return HexFormat.of().formatHex(payload);
        }
    }

    private RawClient(URI address, String head) throws IOException {
        socket = new Socket(address.getHost(), address.getPort());
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        socket.getOutputStream().write(head.getBytes(ISO_8859_1));
        this.head = readHead();
    }

    /** Sends an opening handshake with these fields besides, such as {@code "Origin: http://a.example"}. */
    public static RawClient open(URI address, String... fields) {
        String target = address.getRawPath() + (address.getRawQuery() == null ? "" : "?" + address.getRawQuery());
        StringBuilder head = new StringBuilder("GET " + target + " HTTP/1.1\r\n"
                + "Host: " + address.getHost() + ":" + address.getPort() + "\r\n"
                + "Upgrade: websocket\r\n"
                + "Connection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Version: 13\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        try {
            return new RawClient(address, head.append("\r\n").toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String readHead() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (!bytes.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            bytes.write(in.readByte());
        }
        return bytes.toString(ISO_8859_1);
    }

    /** The status line and fields of the answer. */
    public String head() {
        return head;
    }

    public int status() {
        return Integer.parseInt(head.substring(9, 12));
    }

    /** What follows the head, to the end of the stream. */
    public String body() throws IOException {
        return new String(in.readAllBytes(), UTF_8);
    }

    public RawClient sendText(String text) {
        return send(0x81, text.getBytes(UTF_8));
    }

    public RawClient sendBinary(String hex) {
        return send(0x82, HexFormat.of().parseHex(hex));
    }

    /** Sends a frame, masked with zeros. */
    public RawClient send(int firstByte, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(firstByte);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else if (payload.length < 65_536) {
            frame.write(0x80 | 126);
            frame.write(payload.length >>> 8);
            frame.write(payload.length);
        } else {
            frame.write(0x80 | 127);
            frame.writeBytes(
                    ByteBuffer.allocate(Long.BYTES).putLong(payload.length).array());
        }
        frame.writeBytes(new byte[4]);
        frame.writeBytes(payload);
        try {
            socket.getOutputStream().write(frame.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** The next frame, whatever it is. */
    public Frame frame() {
        try {
            int first = in.readUnsignedByte();
            int length = in.readUnsignedByte();
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = Math.toIntExact(in.readLong());
            }
            byte[] payload = new byte[length];
            in.readFully(payload);
            return new Frame(first, payload);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of the next frame, which must be text; keepalive pings do not count. */
    public String text() {
        Frame frame = frame();
        while (frame.firstByte() == 0x89) {
            frame = frame();
        }
        if (frame.firstByte() != 0x81) {
            throw new AssertionError("expected text but got a frame that begins with "
                    + Integer.toHexString(frame.firstByte()) + " and holds " + frame.hex());
        }
        return frame.text();
    }

    /** That many bytes as they come, in hex. */
    public String hex(int bytes) {
        byte[] read = new byte[bytes];
        try {
            in.readFully(read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(read);
    }

    /** Whether the server ends the stream without another byte. */
    public boolean isAtEnd() throws IOException {
        try {
            in.readByte();
            return false;
        } catch (EOFException e) {
            return true;
        } catch (SocketException e) {
            return String.valueOf(e.getMessage()).contains("reset");
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
