package dev.duplex.examples;

import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.Args;
import dev.duplex.socketio.ConnectException;
import dev.duplex.socketio.ConnectionStateRecovery;
import dev.duplex.socketio.Namespace;
import dev.duplex.socketio.RemoteSocket;
import dev.duplex.socketio.Socket;
import dev.duplex.socketio.SocketIoServer;
import dev.duplex.socketio.engine.Admission;
import dev.duplex.socketio.engine.Cors;
import dev.duplex.socketio.engine.EngineHandler;
import dev.duplex.socketio.engine.EngineServer;
import dev.duplex.socketio.engine.EngineSocket;
import dev.duplex.socketio.parser.MsgpackParser;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/** Pieces of code for docs/socketio.md. */
final class SocketIoSnippets {
    private SocketIoSnippets() {}

    record Move(int x, int y) {}

    record Login(String token) {}

    record Problem(int code) {}

    static void events(Socket socket) {
        // tag::events
        socket.on("move", Move.class, move -> socket.broadcast().emit("moved", move));
        socket.on("add", Integer.class, Integer.class, (a, b, ack) -> ack.send(a + b));
        socket.on("upload", byte[].class, (file, ack) -> ack.send(file.length));
        socket.on("anything", (args, ack) -> {
            if (args.size() > 2 && args.value(2) != null) {
                ack.send(args.get(2, Move.class));
            }
        });
        // end::events
    }

    static void emitting(SocketIoServer io, Socket socket) {
        // tag::emitting
        socket.emit("news", new Move(1, 2), "text", List.of(1, 2), new byte[] {3});
        socket.to("room").emit("news", "for the others in the room");
        io.to("a", "b").except("c").emit("news", "for some rooms");
        io.volatile_().emit("position", new Move(3, 4));
        io.of("/admin").emit("news", "for all of a namespace");
        // end::emitting
    }

    static void acknowledgements(SocketIoServer io, Socket socket) {
        // tag::acks
        socket.timeout(Duration.ofSeconds(5))
                .emitWithAck("question", String.class, "how are you?")
                .whenComplete((answer, late) -> System.out.println(late == null ? answer : late.getMessage()));
        io.to("room")
                .timeout(Duration.ofSeconds(5))
                .emitWithAck("question", String.class, "and all of you?")
                .thenAccept((List<String> answers) -> System.out.println(answers));
        // end::acks
    }

    static void namespaces(SocketIoServer io) {
        // tag::namespaces
        Namespace admin = io.of("/admin");
        admin.use((socket, next) -> {
            if ("secret".equals(socket.handshake().auth(Login.class).token())) {
                next.proceed();
            } else {
                next.refuse(new ConnectException("who are you?", new Problem(7)));
            }
        });
        admin.onConnection(socket -> socket.emit("welcome"));
        io.of(Pattern.compile("^/game-\\d+$"))
                .onConnection(socket -> socket.emit("hello", socket.nsp().name()));
        // end::namespaces
    }

    static void middlewares(Socket socket) {
        // tag::middlewares
        socket.use((event, args, next) -> {
            if (event.startsWith("admin ")) {
                next.refuse(new SecurityException("not for you"));
            } else {
                next.proceed();
            }
        });
        socket.onError(error -> socket.emit("problem", error.getMessage()));
        socket.onAny((event, args) -> System.out.println(event + ": " + args.size()));
        // end::middlewares
    }

    static void leaving(Socket socket) {
        // tag::leaving
        socket.onDisconnecting(reason ->
                socket.rooms().forEach(room -> socket.to(room).emit("left", socket.id())));
        socket.onDisconnect(reason -> System.out.println(socket.id() + " has gone: " + reason));
        // end::leaving
    }

    static void others(SocketIoServer io) {
        // tag::others
        io.in("room").fetchSockets().thenAccept(sockets -> {
            for (RemoteSocket socket : sockets) {
                System.out.println(socket.id() + " " + socket.rooms() + " " + socket.data());
            }
        });
        io.in("room").socketsJoin("other");
        io.in("room").socketsLeave("room");
        io.in("other").disconnectSockets();
        // end::others
    }

    static CompletableFuture<Set<String>> ids(SocketIoServer io) {
        return io.allSockets().toCompletableFuture();
    }

    static SocketIoServer options() {
        // tag::options
        return SocketIoServer.builder()
                .path("/socket.io")
                .cors(Cors.origin("https://example.com").credentials(true))
                .pingInterval(Duration.ofSeconds(25))
                .pingTimeout(Duration.ofSeconds(20))
                .maxHttpBufferSize(1_000_000)
                .connectionStateRecovery(ConnectionStateRecovery.DEFAULTS)
                .allowRequest(request -> CompletableFuture.completedFuture(
                        request.query().first("token").isPresent() ? Admission.allow() : Admission.refuse("no token")))
                .blocking()
                .build();
        // end::options
    }

    static SocketIoServer msgpack() {
        // tag::msgpack
        return SocketIoServer.builder().parser(mapper -> new MsgpackParser()).build();
        // end::msgpack
    }

    static void serverSide(SocketIoServer io) {
        // tag::server-side
        io.sockets().serverSide().on("cache", String.class, key -> System.out.println("forget " + key));
        io.serverSideEmit("cache", "users");
        io.sockets()
                .serverSideEmitWithAck("how many")
                .thenAccept(
                        answers -> answers.forEach((Args answer) -> System.out.println(answer.get(0, Integer.class))));
        // end::server-side
    }

    static WebSocketServer engine() {
        // tag::engine
        EngineServer engine = EngineServer.builder(new EngineHandler() {
                    @Override
                    public void onMessage(EngineSocket socket, String text) {
                        socket.send(text);
                    }
                })
                .build();
        return engine.attach(WebSocketServer.builder().port(3000)).start();
        // end::engine
    }
}
