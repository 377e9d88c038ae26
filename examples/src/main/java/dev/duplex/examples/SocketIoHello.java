package dev.duplex.examples;

import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.SocketIoServer;

public class SocketIoHello {
    public static void main(String[] args) {
        SocketIoServer io = SocketIoServer.builder().build();
        io.onConnection(socket -> {
            socket.on("hello", String.class, (name, ack) -> ack.send("Hello, " + name));
            socket.broadcast().emit("joined", socket.id());
        });
        io.attach(WebSocketServer.builder().port(3000)).start();
    }
}
