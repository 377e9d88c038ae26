package dev.duplex.examples;

import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;

public class EchoServer {
    public static void main(String[] args) {
        WebSocketServer server = WebSocketServer.builder()
                .port(8080)
                .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                .start();
        System.out.println("listening on " + server.uri("/echo"));
    }
}
