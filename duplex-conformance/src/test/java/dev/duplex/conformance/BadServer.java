package dev.duplex.conformance;

import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.FrameReader;
import dev.duplex.conformance.wire.FrameWriter;
import dev.duplex.conformance.wire.Opcode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A server that knows the opening handshake and leaves the rest to whoever makes it, right or wrong. */
final class BadServer implements AutoCloseable {
    private static final Pattern KEY = Pattern.compile("Sec-WebSocket-Key: (\\S+)");

    private final ServerSocket socket;
    private final Behaviour behaviour;
    private final String fields;

    /** What it does with a frame. */
    interface Behaviour {
        /** The frames to send; empty for an end without one. */
        Optional<List<Frame>> answer(Frame frame);
    }

    BadServer(String fields, Behaviour behaviour) throws IOException {
        this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.behaviour = behaviour;
        this.fields = fields;
        Thread acceptor = new Thread(this::acceptAll, "bad-server");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    URI uri() {
        return URI.create("ws://127.0.0.1:" + socket.getLocalPort() + "/");
    }

    private void acceptAll() {
        while (!socket.isClosed()) {
            try {
                Socket accepted = socket.accept();
                Thread thread = new Thread(() -> serve(accepted), "bad-server-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = connection.getInputStream();
            OutputStream out = connection.getOutputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int octet = in.read();
                if (octet < 0) {
                    return;
                }
                head.append((char) octet);
            }
            out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + fieldsFor(head) + "Sec-WebSocket-Accept: " + accept(head) + "\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            FrameReader reader = new FrameReader(1 << 20);
            byte[] buffer = new byte[8192];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                for (Frame frame : reader.read(buffer, 0, read)) {
                    Optional<List<Frame>> answers = behaviour.answer(frame.unmasked());
                    if (answers.isEmpty()) {
                        return;
                    }
                    for (Frame answer : answers.get()) {
                        out.write(FrameWriter.bytes(answer));
                    }
                    if (answers.get().stream().anyMatch(answer -> answer.opcode() == Opcode.CLOSE)) {
                        return; // RFC 6455 §7.1.1: the server ends the TCP connection
                    }
                }
            }
        } catch (IOException e) {
            // The checker has left.
        }
    }

    /** An answer about a known extension goes to those who offer it. */
    private String fieldsFor(CharSequence head) {
        return Stream.of("permessage-deflate", "x-webkit-deflate-frame")
                        .filter(fields::contains)
                        .allMatch(head.toString()::contains)
                ? fields
                : "";
    }

    private static String accept(CharSequence head) {
        Matcher key = KEY.matcher(head);
        String value = key.find() ? key.group(1) : "";
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1")
                            .digest((value + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                                    .getBytes(StandardCharsets.ISO_8859_1)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
