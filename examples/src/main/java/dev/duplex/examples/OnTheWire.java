package dev.duplex.examples;

import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Prints every byte between a browser and an echo endpoint, from the opening handshake to the end. */
public final class OnTheWire {
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");
    private static final byte[] KEY = {0x14, 0x7b, (byte) 0x9d, (byte) 0xb9};

    private final StringBuilder log = new StringBuilder();
    private final Wire wire;

    private OnTheWire(Wire wire) {
        this.wire = wire;
    }

    public static void main(String[] args) throws IOException {
        System.out.print(record());
    }

    static String record() throws IOException {
        try (WebSocketServer server = WebSocketServer.builder()
                        .port(0)
                        .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                        .start();
                Wire wire = new Wire(server.port())) {
            OnTheWire exchange = new OnTheWire(wire);
            exchange.run(server.port());
            return exchange.log.toString();
        }
    }

    private void run(int port) throws IOException {
        byte[] handshake = BrowserRequests.handshake(port, "/echo");
        wire.send(handshake);
        head("> ", new String(handshake, StandardCharsets.US_ASCII).replace(Integer.toString(port), "9998"));
        head("< ", wire.readHead());
        send("socket.send(\"Hello\")", BrowserRequests.HELLO);
        receive("its echo");
        send("a ping", Wire.masked(0x89, KEY, Wire.utf8("hi")));
        receive("its pong");
        send("the first fragment of a text, \"Hel\"", Wire.masked(0x01, KEY, Wire.utf8("Hel")));
        send("a ping between two fragments", Wire.masked(0x89, KEY, new byte[0]));
        receive("its pong");
        send("the last fragment, \"lo\"", Wire.masked(0x80, KEY, Wire.utf8("lo")));
        receive("the echo, in one frame");
        byte[] reason = Wire.utf8("done");
        byte[] close = {0x03, (byte) 0xE8, reason[0], reason[1], reason[2], reason[3]};
        send("socket.close(1000, \"done\")", Wire.masked(0x88, KEY, close));
        receive("the answer; the server then closes the TCP connection");
    }

    private void head(String direction, String text) {
        text.lines()
                .forEach(line -> log.append((direction + line).stripTrailing()).append('\n'));
        log.append('\n');
    }

    private void send(String what, byte[] frame) throws IOException {
        wire.send(frame);
        frame("> ", what, frame);
    }

    private void receive(String what) throws IOException {
        frame("< ", what, wire.readFrame());
    }

    private void frame(String direction, String what, byte[] frame) {
        log.append(String.format("%s%-54s %s\n", direction, HEX.formatHex(frame), what));
    }
}
