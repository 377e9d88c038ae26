package dev.duplex.examples;

import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.Socket;
import dev.duplex.socketio.SocketIoServer;

/** The chat with rooms once more, for the official client of Socket.IO, which the server serves itself. */
public final class SocketIoChat {
    private static final String PAGE = """
            <!doctype html>
            <meta charset="utf-8">
            <title>Chat</title>
            <ul id="log"></ul>
            <form><input id="line" autocomplete="off" autofocus><button>Send</button></form>
            <script src="/socket.io/socket.io.js"></script>
            <script>
              const socket = io();
              socket.on("connect", () => socket.emit("join", "tea"));
              socket.on("message", ({ from, text }) => {
                const item = document.createElement("li");
                item.textContent = from + ": " + text; // never innerHTML: it is a stranger's text
                document.getElementById("log").append(item);
              });
              document.querySelector("form").onsubmit = async (event) => {
                event.preventDefault();
                const text = document.getElementById("line").value;
                await socket.emitWithAck("say", { room: "tea", text });
                document.getElementById("line").value = "";
              };
            </script>
            """;

    private SocketIoChat() {}

    // tag::events
    record Say(String room, String text) {}

    record Message(String from, String text) {}

    static void welcome(SocketIoServer io, Socket socket) {
        socket.on("join", String.class, room -> socket.join(room));
        socket.on("say", Say.class, (say, ack) -> {
            io.to(say.room()).emit("message", new Message(socket.id(), say.text()));
            ack.send("delivered");
        });
    }
    // end::events

    static WebSocketServer start(int port) {
        SocketIoServer io = SocketIoServer.builder().build();
        io.onConnection(socket -> welcome(io, socket));
        return io.attach(WebSocketServer.builder().port(port))
                .http("/", HttpHandler.of(request -> HttpResponse.html(200, PAGE)))
                .start();
    }

    public static void main(String[] args) {
        System.out.println(start(3000).httpUri("/"));
    }
}
