package dev.duplex.fuzz;

import dev.duplex.core.handshake.AcceptKey;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The other end of a connection, over a blocking socket and with nothing of ours behind it: a client or a server. */
public final class RawPeer implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final Pattern KEY = Pattern.compile("(?i)\r\nsec-websocket-key: ([^\r]*)\r\n");
    private static final String REQUEST = "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n";

    private final Socket socket;
    private final boolean masks;
    private final DataInputStream in;
    private final OutputStream out;

    /** A frame as it came, its payload unmasked. */
    public record Frame(int firstByte, byte[] payload) {
        public boolean isClose() {
            return (firstByte & 0x0F) == 8;
        }

        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    private RawPeer(Socket socket, boolean masks) throws IOException {
        this.socket = socket;
        this.masks = masks;
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        this.out = socket.getOutputStream();
    }

    /** A client that has connected to this port and said nothing yet. */
    public static RawPeer connect(int port) throws IOException {
        return new RawPeer(new Socket(InetAddress.getLoopbackAddress(), port), true);
    }

    /** A client whose WebSocket is open. */
    public static RawPeer open(int port, String path, String... fields) throws IOException {
        RawPeer peer = connect(port);
        peer.send(request(path, fields));
        String head = peer.head();
        if (!head.startsWith("HTTP/1.1 101 ")) {
            peer.close();
            throw new IOException("expected 101 but got " + head);
        }
        return peer;
    }

    /** A server that has accepted the opening handshake of this connection. */
    public static RawPeer accept(Socket socket) throws IOException {
        RawPeer peer = new RawPeer(socket, false);
        Matcher key = KEY.matcher(peer.head());
        if (!key.find()) {
            throw new IOException("no Sec-WebSocket-Key");
        }
        peer.send(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: " + AcceptKey.of(key.group(1)) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        return peer;
    }

    public static byte[] request(String path, String... fields) {
        String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
        return String.format(REQUEST, path, more).getBytes(StandardCharsets.US_ASCII);
    }

    public Socket socket() {
        return socket;
    }

    public void send(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    public void sendClose(int code) throws IOException {
        send(frame(0x88, ByteBuffer.allocate(2).putShort((short) code).array(), masks));
    }

    /** A frame, masked with a key of zeros if it is a client's: that changes nothing. */
    public static byte[] frame(int firstByte, byte[] payload, boolean masked) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) firstByte);
        int mask = masked ? 0x80 : 0;
        if (payload.length < 126) {
            frame.put((byte) (mask | payload.length));
        } else if (payload.length < 0x10000) {
            frame.put((byte) (mask | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (mask | 127)).putLong(payload.length);
        }
        if (masked) {
            frame.putInt(0);
        }
        frame.put(payload).flip();
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }

    /** Everything up to the empty line. */
    public String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    /** The next frame, or null if the connection has ended between two frames. */
    public @Nullable Frame frame() throws IOException {
        int firstByte = in.read();
        if (firstByte < 0) {
            return null;
        }
        int second = in.readUnsignedByte();
        if ((second & 0x80) != 0 == masks) {
            throw new IOException("the frame's mask bit is that of our own end");
        }
        long length = second & 0x7F;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        byte[] key = new byte[4];
        if (!masks) {
            in.readFully(key);
        }
        byte[] payload = in.readNBytes(Math.toIntExact(length));
        if (payload.length < length) {
            throw new EOFException("the connection ended inside a frame");
        }
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= key[i % 4];
        }
        return new Frame(firstByte, payload);
    }

    /** Ends the connection with a reset instead of an orderly close. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
