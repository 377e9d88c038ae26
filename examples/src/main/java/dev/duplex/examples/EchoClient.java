package dev.duplex.examples;

import dev.duplex.client.WebSocket;

public class EchoClient {
    public static void main(String[] args) {
        WebSocket socket = new WebSocket(args.length > 0 ? args[0] : "ws://localhost:8080/echo");
        socket.onopen(event -> socket.send("Hello WebSockets!"));
        socket.onmessage(event -> {
            System.out.println("received: " + event.data());
            socket.close(1000, "done");
        });
        socket.onerror(event -> System.err.println(event.message()));
        socket.onclose(event -> System.out.println("closed: " + event.code()));
    }
}
