package dev.duplex.interop;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server that does what the script of the requested path says, however wrong; with nothing of ours in it. */
final class ScriptedServer implements AutoCloseable {
    /** What is done with a connection once its request has been read. */
    interface Script {
        void play(Peer peer) throws IOException;
    }

    private final Map<String, Script> scripts;
    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    ScriptedServer(Map<String, Script> scripts) throws IOException {
        this.scripts = scripts;
        start(this::accept);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }

    /** Without a slash at its end. */
    String base() {
        return "ws://127.0.0.1:" + listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                open.add(socket);
                start(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            Peer peer = new Peer(socket);
            scripts.getOrDefault(peer.path(), other -> other.write("HTTP/1.1 404 Not Found\r\n\r\n"))
                    .play(peer);
        } catch (IOException e) {
            // The client has gone; whether it should have is for the test to judge.
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : List.copyOf(open)) {
            socket.close();
        }
    }

    /** A frame of the client, unmasked. */
    record Frame(int opcode, byte[] payload) {}

    /** The client of one connection. */
    static final class Peer {
        private static final Pattern PATH = Pattern.compile("^GET (\\S+) ");
        private static final Pattern KEY = Pattern.compile("(?i)\r\nsec-websocket-key: *(\\S+)");
        private static final int CLOSE = 8;

        private final Socket socket;
        private final DataInputStream in;
        private final String request;

        private Peer(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new DataInputStream(socket.getInputStream());
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                head.write(in.readByte());
            }
            this.request = head.toString(StandardCharsets.ISO_8859_1);
        }

        private static String found(Pattern pattern, String text) throws IOException {
            Matcher matcher = pattern.matcher(text);
            if (!matcher.find()) {
                throw new EOFException("no " + pattern + " in " + text);
            }
            return matcher.group(1);
        }

        String path() throws IOException {
            return found(PATH, request);
        }

        void write(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        /** Frames, or pieces of them. */
        void hex(String hex) throws IOException {
            socket.getOutputStream().write(HexFormat.of().parseHex(hex.replace(" ", "")));
        }

        private String acceptValue() throws IOException {
            try {
                byte[] sha1 = MessageDigest.getInstance("SHA-1")
                        .digest((found(KEY, request) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                                .getBytes(StandardCharsets.US_ASCII));
                return Base64.getEncoder().encodeToString(sha1);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        /** A 101 with these fields; "{accept}" in them stands for the right value. */
        String switching(String fields) throws IOException {
            return "HTTP/1.1 101 Switching Protocols\r\n" + fields.replace("{accept}", acceptValue()) + "\r\n\r\n";
        }

        /** Accepts as it should be done, with these fields besides. */
        void accept(String... more) throws IOException {
            String fields = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}";
            write(switching(more.length == 0 ? fields : fields + "\r\n" + String.join("\r\n", more)));
        }

        Frame read() throws IOException {
            int opcode = in.readUnsignedByte() & 0x0F;
            long length = in.readUnsignedByte() & 0x7F;
            length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
            byte[] key = in.readNBytes(4);
            byte[] payload = in.readNBytes((int) length);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= key[i % 4];
            }
            return new Frame(opcode, payload);
        }

        void send(Frame frame) throws IOException {
            int size = frame.payload().length;
            String length = (size < 126 ? "%02x" : size < 65_536 ? "7e%04x" : "7f%016x").formatted(size);
            hex("8" + Integer.toHexString(frame.opcode()) + length);
            socket.getOutputStream().write(frame.payload());
        }

        /** Reads up to the client's close frame, which is returned. */
        Frame untilClose() throws IOException {
            Frame frame = read();
            while (frame.opcode() != CLOSE) {
                frame = read();
            }
            return frame;
        }

        /** Sends everything back, close frames too; then the connection ends. */
        void echo() throws IOException {
            Frame frame = read();
            while (frame.opcode() != CLOSE) {
                send(frame);
                frame = read();
            }
            send(frame);
        }

        /** Waits until the client closes or hangs up; then it is the server's turn to end the connection. */
        void untilCloseOrEnd() throws IOException {
            try {
                untilClose();
            } catch (EOFException e) {
                // hung up
            }
        }

        /** Ends the connection with a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }
}
