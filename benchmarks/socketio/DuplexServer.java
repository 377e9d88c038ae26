import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.SocketIoServer;

/** What bench-socketio drives: ours. */
public final class DuplexServer {
    private DuplexServer() {}

    public static void main(String[] args) {
        SocketIoServer io = SocketIoServer.builder().build();
        io.onConnection(socket -> {
            socket.on("echo", String.class, (text, ack) -> ack.send(text));
            socket.on("join", String.class, (room, ack) -> {
                socket.join(room);
                ack.send();
            });
            socket.on("say", String.class, text -> io.to("room").emit("said", text));
        });
        WebSocketServer server =
                io.attach(WebSocketServer.builder().port(0).eventLoops(1)).start();
        System.out.println(server.port());
    }
}
