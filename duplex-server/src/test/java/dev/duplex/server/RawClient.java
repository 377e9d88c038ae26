package dev.duplex.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A client that writes what a test tells it, byte by byte, and reads responses and frames. */
final class RawClient implements AutoCloseable {
    static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    static RawClient connect(WebSocketServer server) throws IOException {
        return connect(server, 0);
    }

    /** Connects with a receive buffer of so many bytes; 0 for the system's own idea. */
    static RawClient connect(WebSocketServer server, int receiveBuffer) throws IOException {
        return connect(server.port(), receiveBuffer);
    }

    static RawClient connect(int port) throws IOException {
        return connect(port, 0);
    }

    static RawClient connect(int port, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MILLIS);
        return new RawClient(socket);
    }

    /** Connects and opens a WebSocket. */
    static RawClient open(WebSocketServer server, String path, String... fields) throws IOException {
        return open(server.port(), path, fields);
    }

    static RawClient open(int port, String path, String... fields) throws IOException {
        RawClient client = connect(port).send(handshake(path, fields));
        assertThat(client.response().status()).isEqualTo(101);
        return client;
    }

    /** A valid opening handshake and further fields. */
    static String handshake(String target, String... fields) {
        String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
        return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY + "\r\n" + more + "\r\n";
    }

    static String get(String target, String... fields) {
        String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
        return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + more + "\r\n";
    }

    Socket socket() {
        return socket;
    }

    // ---------------------------------------------------------------------------------------------------------- bytes

    RawClient send(String characters) throws IOException {
        return send(characters.getBytes(ISO_8859_1));
    }

    RawClient send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    RawClient sendHex(String hex) throws IOException {
        return send(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    /** Whether the server ends the connection, and sends nothing before. */
    boolean ends() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    /** Everything until the server ends the connection. */
    String rest() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (java.net.SocketException reset) {
            all.write("[reset]".getBytes(ISO_8859_1));
        }
        return all.toString(ISO_8859_1);
    }

    int read() throws IOException {
        int read = in.read();
        if (read < 0) {
            throw new EOFException("the server has ended the connection");
        }
        return read;
    }

    byte[] read(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("expected " + length + " bytes but the connection ended after " + bytes.length);
        }
        return bytes;
    }

    // ----------------------------------------------------------------------------------------------------------- HTTP

    record Response(int status, List<String> fields, String body) {
        String field(String name) {
            return fields.stream()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).trim())
                    .reduce((a, b) -> a + ", " + b)
                    .orElse("");
        }
    }

    /** The next response. */
    Response response() throws IOException {
        return response(true);
    }

    Response responseWithoutBody() throws IOException {
        return response(false);
    }

    private Response response(boolean hasBody) throws IOException {
        String statusLine = line();
        assertThat(statusLine).startsWith("HTTP/1.1 ");
        List<String> fields = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            fields.add(line);
        }
        Response head = new Response(Integer.parseInt(statusLine.substring(9, 12)), fields, "");
        String length = head.field("Content-Length");
        if (!hasBody || length.isEmpty()) {
            return head;
        }
        return new Response(head.status(), fields, new String(read(Integer.parseInt(length)), UTF_8));
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = read(); c != '\n'; c = read()) {
            line.append((char) c);
        }
        assertThat(line.toString()).endsWith("\r");
        return line.substring(0, line.length() - 1);
    }

    // --------------------------------------------------------------------------------------------------------- frames

    record Frame(int firstByte, byte[] payload) {
        String text() {
            return new String(payload, UTF_8);
        }

        int opcode() {
            return firstByte & 0x0F;
        }

        boolean fin() {
            return (firstByte & 0x80) != 0;
        }

        boolean compressed() {
            return (firstByte & 0x40) != 0;
        }

        int closeCode() {
            assertThat(opcode()).as("opcode").isEqualTo(8);
            return ByteBuffer.wrap(payload).getShort() & 0xFFFF;
        }

        String closeReason() {
            return new String(payload, 2, payload.length - 2, UTF_8);
        }
    }

    Frame frame() throws IOException {
        int first = read();
        long length = read();
        assertThat(length).as("a server does not mask (RFC 6455 §5.1)").isLessThan(128);
        if (length == 126) {
            length = ByteBuffer.wrap(read(2)).getShort() & 0xFFFF;
        } else if (length == 127) {
            length = ByteBuffer.wrap(read(8)).getLong();
        }
        return new Frame(first, read((int) length));
    }

    /** The next message that is no ping, pong or close. */
    String text() throws IOException {
        Frame frame = frame();
        assertThat(frame.firstByte()).as("first byte of " + frame.text()).isEqualTo(0x81);
        return frame.text();
    }

    RawClient text(String message) throws IOException {
        return frame(0x81, message.getBytes(UTF_8));
    }

    RawClient binary(byte[] message) throws IOException {
        return frame(0x82, message);
    }

    RawClient close(int code) throws IOException {
        return frame(0x88, new byte[] {(byte) (code >> 8), (byte) code});
    }

    RawClient frame(int firstByte, byte[] payload) throws IOException {
        return send(masked(firstByte, payload));
    }

    static byte[] masked(int firstByte, byte[] payload) {
        int lengthBytes = payload.length < 126 ? 0 : payload.length < 65536 ? 2 : 8;
        ByteBuffer frame = ByteBuffer.allocate(2 + lengthBytes + 4 + payload.length);
        frame.put((byte) firstByte);
        if (lengthBytes == 0) {
            frame.put((byte) (0x80 | payload.length));
        } else if (lengthBytes == 2) {
            frame.put((byte) 0xFE).putShort((short) payload.length);
        } else {
            frame.put((byte) 0xFF).putLong(payload.length);
        }
        byte[] key = {0x37, (byte) 0xfa, 0x21, 0x3d};
        frame.put(key);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ key[i & 3]));
        }
        return frame.array();
    }

    /** Cuts the connection with RST. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
