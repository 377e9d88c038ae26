package dev.duplex.examples;

import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Measures what it costs to learn of news by polling and by WebSocket, in bytes of HTTP and WebSocket on the connection.
 * The requests are a browser's, the answers this server's. TCP and IP headers, the same for both, are not counted.
 */
public final class PollingCost {
    private static final String NEWS = "{\"from\":\"Ann\",\"text\":\"Shall we start?\"}";
    private static final int HOUR = 3600;

    private PollingCost() {}

    public static void main(String[] args) throws IOException {
        System.out.print(measure());
    }

    static String measure() throws IOException {
        try (WebSocketServer server = WebSocketServer.builder()
                .port(0)
                .http("/nothing", HttpHandler.of(request -> HttpResponse.status(204)))
                .http("/news", HttpHandler.of(request -> HttpResponse.json(200, NEWS)))
                .webSocket("/news", WebSocketHandler.onMessage((session, message) -> session.send(NEWS)))
                .start()) {
            int port = server.port();
            Exchange empty = poll(port, "/nothing");
            Exchange full = poll(port, "/news");
            Exchange opening;
            int down;
            int up;
            try (Wire wire = new Wire(port)) {
                byte[] request = BrowserRequests.handshake(port, "/news");
                wire.send(request);
                // The port, which is printed five digits long or shorter, counts as five.
                opening = new Exchange(
                        request.length + 2 * missingDigits(port),
                        wire.readHead().length());
                byte[] frame = Wire.masked(0x81, new byte[] {0x14, 0x7b, (byte) 0x9d, (byte) 0xb9}, Wire.utf8(NEWS));
                wire.send(frame);
                up = frame.length;
                down = wire.readFrame().length;
            }
            int messages = 60;
            int polling = (HOUR - messages) * empty.total() + messages * full.total();
            // A ping and the masked pong that answers it, after 25 seconds of silence at the latest.
            int keepalive = HOUR / 25 * (2 + 6);
            int webSocket = opening.total() + messages * down + keepalive;
            return String.join(
                            "\n",
                            "the news, as JSON: " + Wire.utf8(NEWS).length + " bytes",
                            "",
                            "                            request  response     total",
                            line("a poll that finds nothing", empty),
                            line("a poll that finds the news", full),
                            line("opening a WebSocket, once", opening),
                            "",
                            "the news in a frame to the browser    " + down + " bytes",
                            "the news in a frame to the server     " + up + " bytes",
                            "",
                            "an hour with " + messages + " messages:",
                            "  polled once a second    " + String.format("%,10d bytes", polling),
                            "  by WebSocket            " + String.format("%,10d bytes", webSocket))
                    + "\n";
        }
    }

    /** Bytes of a request and of its response. */
    private record Exchange(int request, int response) {
        int total() {
            return request + response;
        }
    }

    private static Exchange poll(int port, String path) throws IOException {
        try (Wire wire = new Wire(port)) {
            byte[] request = new String(BrowserRequests.fetch(port), StandardCharsets.US_ASCII)
                    .replace("/news", path)
                    .getBytes(StandardCharsets.US_ASCII);
            wire.send(request);
            String head = wire.readHead();
            int body = bodyLength(head);
            wire.read(body);
            return new Exchange(
                    request.length + 2 * missingDigits(port) - (path.length() - "/news".length()),
                    head.length() + body);
        }
    }

    private static int bodyLength(String head) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, "content-length:", 0, 15))
                .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                .findFirst()
                .orElse(0);
    }

    private static int missingDigits(int port) {
        return 5 - Integer.toString(port).length();
    }

    private static String line(String what, Exchange exchange) {
        return String.format("%-27s %7d   %7d   %7d", what, exchange.request(), exchange.response(), exchange.total());
    }
}
