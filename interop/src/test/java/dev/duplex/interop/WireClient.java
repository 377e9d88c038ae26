package dev.duplex.interop;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * A WebSocket client that shows what is on the wire and forgives everything: frames as they come, valid or not. Ours would
 * refuse half of what it is to be shown here. Blocking; no read waits longer than {@link DevTools#PATIENCE}.
 */
final class WireClient implements AutoCloseable {
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /** The head of a response, and its body unless that is the WebSocket. */
    record Response(int status, List<String> fields, String body) {
        /** The value of a field, or {@code null}. */
        String field(String name) {
            String start = name.toLowerCase(Locale.ROOT) + ":";
            return fields.stream()
                    .filter(field -> field.toLowerCase(Locale.ROOT).startsWith(start))
                    .map(field -> field.substring(start.length()).strip())
                    .findFirst()
                    .orElse(null);
        }
    }

    record Frame(boolean fin, int opcode, byte[] payload) {}

    WireClient(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout((int) DevTools.PATIENCE.toMillis());
            socket.setTcpNoDelay(true);
            in = socket.getInputStream();
            out = socket.getOutputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection with the handshake done. */
    static WireClient open(int port, String path, String... fields) {
        WireClient client = new WireClient(port);
        Response response = client.upgrade(path, fields);
        if (response.status() != 101) {
            client.close();
            throw new AssertionError("refused: " + response);
        }
        return client;
    }

    /** Sends an opening handshake and reads the answer. */
    Response upgrade(String path, String... fields) {
        List<String> all = new ArrayList<>(List.of(
                "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + KEY));
        all.addAll(List.of(fields));
        return request("GET", path, "", all.toArray(String[]::new));
    }

    /** One plain request of its own connection. */
    static Response get(int port, String path, String... fields) {
        try (WireClient client = new WireClient(port)) {
            return client.request("GET", path, "", fields);
        }
    }

    Response request(String method, String path, String body, String... fields) {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        if (List.of(fields).stream().noneMatch(field -> field.startsWith("Host:"))) {
            head.append("Host: 127.0.0.1:").append(socket.getPort()).append("\r\n");
        }
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        if (!body.isEmpty()) {
            head.append("Content-Length: ").append(body.getBytes(UTF_8).length).append("\r\n");
        }
        send((head + "\r\n" + body).getBytes(UTF_8));
        return response(method.equals("HEAD"));
    }

    /** The answer to a request that was sent as bytes. */
    Response answer() {
        return response(false);
    }

    /** Bytes as they are. */
    void send(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Response response(boolean withoutBody) {
        try {
            String[] lines = head().split("\r\n");
            int status = Integer.parseInt(lines[0].split(" ")[1]);
            Response head = new Response(status, List.of(lines).subList(1, lines.length), "");
            if (status == 101 || status == 204 || status == 304 || withoutBody) {
                return head;
            }
            String length = head.field("Content-Length");
            byte[] body = length != null
                    ? in.readNBytes(Integer.parseInt(length))
                    : "chunked".equals(head.field("Transfer-Encoding")) ? chunks() : in.readAllBytes();
            return new Response(status, head.fields(), new String(body, UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String head() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            head.write(byteOf(in));
        }
        return head.toString(ISO_8859_1);
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line(), 16);
            body.write(in.readNBytes(size));
            line();
            if (size == 0) {
                return body.toByteArray();
            }
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = byteOf(in); c != '\n'; c = byteOf(in)) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private static int byteOf(InputStream in) throws IOException {
        int b = in.read();
        if (b < 0) {
            throw new EOFException("the connection ended");
        }
        return b;
    }

    void text(String text) {
        send(frame(0x80 | TEXT, text.getBytes(UTF_8)));
    }

    void binary(byte[] payload) {
        send(frame(0x80 | BINARY, payload));
    }

    void close(int code, String reason) {
        byte[] words = reason.getBytes(UTF_8);
        send(frame(
                0x80 | CLOSE,
                ByteBuffer.allocate(2 + words.length)
                        .putShort((short) code)
                        .put(words)
                        .array()));
    }

    /** A frame of a client, masked with zeros. */
    static byte[] frame(int first, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14).put((byte) first);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 65_536) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.putInt(0).put(payload).flip();
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }

    /** The next frame, or {@code null} where the connection ends. */
    Frame read() {
        try {
            int first = in.read();
            if (first < 0) {
                return null;
            }
            int second = byteOf(in);
            int length = second & 0x7F;
            if (length == 126) {
                length = ByteBuffer.wrap(in.readNBytes(2)).getShort() & 0xFFFF;
            } else if (length == 127) {
                length = Math.toIntExact(ByteBuffer.wrap(in.readNBytes(8)).getLong());
            }
            return new Frame((first & 0x80) != 0, first & 0x0F, in.readNBytes(length));
        } catch (SocketException e) {
            return null; // a reset
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end of the connection; whether nothing came before it. */
    boolean hasEnded() {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true; // a reset
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether bytes have come that nobody has read yet. */
    boolean hasSomething() {
        try {
            return in.available() > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next message or control frame in words, such as {@code text hello}; {@code cut} where the connection ends. */
    String next() {
        Frame frame = read();
        if (frame == null) {
            return "cut";
        }
        return switch (frame.opcode()) {
            case TEXT -> text(whole(frame));
            case BINARY -> "binary " + hex(whole(frame));
            case CLOSE -> closed(frame.payload());
            case PING -> "ping " + hex(frame.payload());
            case PONG -> "pong " + hex(frame.payload());
            default -> "opcode " + frame.opcode() + " " + hex(frame.payload());
        };
    }

    /** The payload with that of the continuation frames, none of which may be anything else. */
    private byte[] whole(Frame first) {
        if (first.fin()) {
            return first.payload();
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(first.payload());
        for (Frame frame = read(); frame != null; frame = read()) {
            if (frame.opcode() != 0) {
                throw new AssertionError("expected a continuation but got opcode " + frame.opcode());
            }
            all.writeBytes(frame.payload());
            if (frame.fin()) {
                return all.toByteArray();
            }
        }
        throw new AssertionError("the connection ended within a message");
    }

    private static String text(byte[] payload) {
        return isUtf8(payload) ? "text " + inShort(new String(payload, UTF_8)) : "no text " + hex(payload);
    }

    /** The text itself, or what stands for it where it is too long to be read. */
    static String inShort(String text) {
        return text.length() <= 1_000
                ? text
                : text.substring(0, 10) + "... of " + text.length() + " characters, hash " + text.hashCode();
    }

    /** Everything up to and with the end. */
    List<String> rest() {
        List<String> lines = new ArrayList<>();
        while (true) {
            String line = next();
            if (!line.startsWith("ping ")) {
                lines.add(line);
            }
            if (line.equals("cut") || line.startsWith("close")) {
                return lines;
            }
        }
    }

    private static String closed(byte[] payload) {
        if (payload.length < 2) {
            return "close";
        }
        String reason = new String(payload, 2, payload.length - 2, UTF_8);
        return "close " + (ByteBuffer.wrap(payload).getShort() & 0xFFFF) + (reason.isEmpty() ? "" : " " + reason);
    }

    private static boolean isUtf8(byte[] payload) {
        return Arrays.equals(new String(payload, UTF_8).getBytes(UTF_8), payload);
    }

    private static String hex(byte[] payload) {
        return HexFormat.of().formatHex(payload);
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
