package dev.duplex.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/** Accepts one handshake, sends some frames, and then reads on without ever answering, pings and closes neither. */
public final class SilentServer implements AutoCloseable {
    private final ServerSocket listener;

    public SilentServer(String framesInHex) {
        byte[] frames = HexFormat.of().parseHex(framesInHex);
        try {
            listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(() -> serve(frames), "silent-server");
        thread.setDaemon(true);
        thread.start();
    }

    public String url() {
        return "ws://127.0.0.1:" + listener.getLocalPort() + "/";
    }

    private void serve(byte[] frames) {
        try (Socket socket = listener.accept()) {
            InputStream in = socket.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }
            String key = head.toString().replaceAll("(?is).*sec-websocket-key: *(\\S+).*", "$1");
            // RFC 6455 §4.2.2
            byte[] hash = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1));
            socket.getOutputStream()
                    .write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                    + "Sec-WebSocket-Accept: "
                                    + Base64.getEncoder().encodeToString(hash) + "\r\n\r\n")
                            .getBytes(ISO_8859_1));
            socket.getOutputStream().write(frames);
            in.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException | NoSuchAlgorithmException e) {
            return; // the client has gone
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
