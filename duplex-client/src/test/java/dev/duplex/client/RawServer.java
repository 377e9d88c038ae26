package dev.duplex.client;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server that reads a request and then does what a test wants, however wrong. */
final class RawServer implements AutoCloseable {
    interface Script {
        void serve(Socket socket, String request) throws Exception;
    }

    private final ServerSocket listening;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Script script;
    private final Runnable accepted;
    private final boolean readsHead;

    RawServer(Script script) throws IOException {
        this(script, () -> {});
    }

    RawServer(Script script, Runnable accepted) throws IOException {
        this(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), script, accepted, true);
    }

    private RawServer(ServerSocket listening, Script script, Runnable accepted, boolean readsHead) {
        this.listening = listening;
        this.script = script;
        this.accepted = accepted;
        this.readsHead = readsHead;
        start(this::accept);
    }

    /** Listens there, with TLS for instance. */
    static RawServer on(ServerSocket listening, Script script) {
        return new RawServer(listening, script, () -> {}, true);
    }

    /** Reads no request first; gives the script "" for it. */
    static RawServer mute(Script script) throws IOException {
        return new RawServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), script, () -> {}, false);
    }

    /** Answers with this text, in which {accept} stands for the right Sec-WebSocket-Accept, and listens no more. */
    static RawServer answering(String response) throws IOException {
        return new RawServer((socket, request) -> write(
                socket, response.contains("{accept}") ? response.replace("{accept}", acceptOf(request)) : response));
    }

    static void start(Runnable task) {
        Thread thread = new Thread(task, "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listening.getLocalPort();
    }

    String url() {
        return "ws://127.0.0.1:" + port() + "/";
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                open.add(socket);
                accepted.run();
                start(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try {
            script.serve(socket, readsHead ? head(socket.getInputStream()) : "");
        } catch (Exception e) {
            // the client has gone, which is for the test to judge
        }
    }

    static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    static String acceptOf(String request) throws Exception {
        Matcher key = Pattern.compile("Sec-WebSocket-Key: (\\S+)").matcher(request);
        key.find();
        byte[] sha1 = MessageDigest.getInstance("SHA-1")
                .digest((key.group(1) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
        return Base64.getEncoder().encodeToString(sha1);
    }

    static String switching(String request) throws Exception {
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                + acceptOf(request) + "\r\n\r\n";
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : List.copyOf(open)) {
            socket.close();
        }
    }
}
