package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A client that does what the test says and nothing by itself: it answers neither pings nor close frames. */
final class PlainClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final byte[] KEY = {0x14, 0x7b, (byte) 0x9d, (byte) 0xb9};

    private final Socket socket;
    private final DataInputStream in;

    /** The head of the response to the opening handshake. */
    final String response;

    record Frame(boolean fin, int opcode, byte[] payload) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        int closeCode() {
            assertThat(opcode).as("opcode of a close frame").isEqualTo(8);
            return (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
        }
    }

    private PlainClient(Socket socket, String path, String... fields) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + socket.getPort()
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        for (String field : fields) {
            request.append(field).append("\r\n");
        }
        write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        response = head.toString();
    }

    /** Opens a session. */
    static PlainClient open(WebSocketServer server, String path, String... fields) throws IOException {
        PlainClient client = attempt(server, path, fields);
        assertThat(client.response).startsWith("HTTP/1.1 101 ");
        return client;
    }

    /** Asks for a session, whatever the answer is. */
    static PlainClient attempt(WebSocketServer server, String path, String... fields) throws IOException {
        return new PlainClient(new Socket("127.0.0.1", server.port()), path, fields);
    }

    /** As {@link #attempt}, over a socket that is connected already. */
    static PlainClient over(Socket socket, String path) throws IOException {
        return new PlainClient(socket, path);
    }

    private void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void text(String text) throws IOException {
        frame(0x81, text.getBytes(StandardCharsets.UTF_8));
    }

    void close(int code, String reason) throws IOException {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        byte[] payload = new byte[2 + text.length];
        payload[0] = (byte) (code >> 8);
        payload[1] = (byte) code;
        System.arraycopy(text, 0, payload, 2, text.length);
        frame(0x88, payload);
    }

    /** Sends one frame of at most 125 bytes. */
    void frame(int firstByte, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(firstByte);
        frame.write(0x80 | payload.length);
        frame.writeBytes(KEY);
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ KEY[i % 4]);
        }
        write(frame.toByteArray());
    }

    Frame read() throws IOException {
        int first = in.readUnsignedByte();
        long length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        byte[] payload = new byte[(int) length];
        in.readFully(payload);
        return new Frame((first & 0x80) != 0, first & 0x0F, payload);
    }

    String readText() throws IOException {
        Frame frame = read();
        assertThat(frame.opcode()).as("opcode of a text frame").isEqualTo(1);
        return frame.text();
    }

    /** What still comes until the server ends the connection. */
    String readToEnd() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The address of this end, as the server sees it. */
    String address() {
        return socket.getLocalSocketAddress().toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    @Override
    public String toString() {
        return Arrays.toString(response.split("\r\n"));
    }
}
