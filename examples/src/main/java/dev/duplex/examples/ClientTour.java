package dev.duplex.examples;

import dev.duplex.client.BinaryType;
import dev.duplex.client.Blob;
import dev.duplex.client.EventType;
import dev.duplex.client.ListenerOptions;
import dev.duplex.client.MessageEvent;
import dev.duplex.client.Proxy;
import dev.duplex.client.ReconnectingWebSocket;
import dev.duplex.client.WebSocket;
import dev.duplex.client.WebSocketOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The guide's page on the client, from the constructor to close, against an echo server:
 * {@code java ... ClientTour ws://localhost:8080/echo}. It prints what happens.
 */
public final class ClientTour {
    private ClientTour() {}

    public static void main(String[] args) throws IOException {
        String url = args.length > 0 ? args[0] : "ws://localhost:8080/echo";
        Path file = Files.createTempFile("tour", ".txt");
        Files.writeString(file, "the bytes of a file");
        file.toFile().deleteOnExit();
        // Two listeners for one event: only those that are set inside the constructor are sure to hear the first one.
        new WebSocket(url, WebSocketOptions.DEFAULT, socket -> handlers(socket, file));
    }

    static WebSocket connect(String url) {
        // tag::constructor
        WebSocket socket = new WebSocket(url);
        // end::constructor
        return socket;
    }

    static void handlers(WebSocket socket, Path file) {
        // tag::events
        socket.onopen(event -> System.out.println("open"));
        socket.onmessage(event -> System.out.println("message: " + show(event)));
        socket.onerror(event -> System.out.println("error: " + event.message()));
        socket.onclose(event -> System.out.println("close: " + event.code() + " " + event.wasClean()));
        // end::events
        // tag::listeners
        socket.addEventListener(EventType.OPEN, event -> System.out.println("told as well"), ListenerOptions.ONCE);
        // end::listeners
        socket.addEventListener(EventType.OPEN, event -> {
            System.out.println(state(socket));
            send(socket, file);
        });
        socket.addEventListener(EventType.MESSAGE, event -> answer(socket, event));
    }

    // tag::state
    static String state(WebSocket socket) {
        return switch (socket.readyState()) {
            case WebSocket.CONNECTING -> "connecting";
            case WebSocket.OPEN -> "open for messages";
            case WebSocket.CLOSING -> "closing";
            default -> "closed";
        };
    }
    // end::state

    static void send(WebSocket socket, Path file) {
        try {
            // tag::send
            socket.send("text, also 你好");
            socket.send(Blob.of(file));
            socket.send(new byte[] {1, 2, 3});
            socket.send(ByteBuffer.wrap(new byte[] {0, 1, 2, 3}, 1, 2));
            // end::send
        } catch (IOException e) {
            System.out.println("no file to send: " + e.getMessage());
        }
    }

    // tag::data
    static String show(MessageEvent event) {
        if (event.data() instanceof String text) {
            return text;
        } else if (event.data() instanceof Blob blob) {
            return "Blob of " + blob.size();
        }
        return "array of " + event.bytes().length;
    }
    // end::data

    private static void answer(WebSocket socket, MessageEvent event) {
        if (event.bytes().length == 2) {
            // tag::binaryType
            socket.binaryType(BinaryType.ARRAYBUFFER);
            // end::binaryType
            buffered(socket);
        } else if (event.bytes().length == 900_000) {
            close(socket);
        }
    }

    static void buffered(WebSocket socket) {
        // tag::buffered
        socket.send(new byte[900_000]);
        System.out.println(socket.bufferedAmount()); // 900000, and later 0
        // end::buffered
    }

    static void close(WebSocket socket) {
        // tag::close
        socket.close(1000, "done");
        // end::close
        System.out.println(state(socket));
    }

    static WebSocket options(String token) {
        // tag::options
        WebSocketOptions options = WebSocketOptions.builder()
                .protocols("chat.v2", "chat.v1")
                .bearer(token)
                .cookie("sid", "8f14e45f")
                .origin("https://example.com")
                .header("X-Trace", "7")
                .connectTimeout(Duration.ofSeconds(5))
                .build();
        WebSocket socket = new WebSocket("wss://example.com/chat", options);
        // end::options
        return socket;
    }

    static WebSocketOptions proxy() {
        // tag::proxy
        return WebSocketOptions.builder()
                .proxy(Proxy.http("proxy.example", 3128).withCredentials("user", "password"))
                .build();
        // end::proxy
    }

    // tag::setup
    static WebSocket missesNothing(String url) {
        return new WebSocket(url, WebSocketOptions.DEFAULT, socket -> {
            socket.onmessage(event -> System.out.println(event.data()));
        });
    }
    // end::setup

    // tag::reconnect
    static ReconnectingWebSocket feed(String url) {
        return ReconnectingWebSocket.builder(url)
                .listener(new ReconnectingWebSocket.Listener() {
                    @Override
                    public void onOpen(WebSocket socket, int attempt) {
                        socket.send("subscribe prices");
                    }

                    @Override
                    public void onMessage(MessageEvent event) {
                        System.out.println(event.data());
                    }
                })
                .start();
    }
    // end::reconnect
}
