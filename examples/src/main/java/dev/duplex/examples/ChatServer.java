package dev.duplex.examples;

import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;

/** A chat with rooms. */
public final class ChatServer {
    private static final String PAGE = """
            <!doctype html>
            <meta charset="utf-8">
            <title>Chat</title>
            <ul id="log"></ul>
            <form><input id="line" autocomplete="off" autofocus><button>Send</button></form>
            <script>
              const socket = new WebSocket("ws://" + location.host + "/room/tea");
              socket.onmessage = (event) => {
                const item = document.createElement("li");
                item.textContent = event.data; // never innerHTML: it is a stranger's text
                document.getElementById("log").append(item);
              };
              document.querySelector("form").onsubmit = (event) => {
                event.preventDefault();
                socket.send(document.getElementById("line").value);
                document.getElementById("line").value = "";
              };
            </script>
            """;

    private ChatServer() {}

    // tag::room
    static final class Room implements WebSocketHandler {
        @Override
        public void onOpen(Session session) {
            session.subscribe(session.path());
        }

        @Override
        public void onMessage(Session session, Message message) {
            if (message.isText()) {
                session.server().publish(session.path(), message.text());
            }
        }
    }
    // end::room

    static WebSocketServer start(int port) {
        // tag::server
        return WebSocketServer.builder()
                .port(port)
                .webSocket("/room/{name}", new Room())
                .http("/", HttpHandler.of(request -> HttpResponse.html(200, PAGE)))
                .start();
        // end::server
    }

    public static void main(String[] args) {
        System.out.println(start(8080).httpUri("/"));
    }
}
