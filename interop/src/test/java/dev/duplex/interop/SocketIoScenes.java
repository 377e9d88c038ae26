package dev.duplex.interop;

import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.Ack;
import dev.duplex.socketio.AckException;
import dev.duplex.socketio.Args;
import dev.duplex.socketio.ConnectException;
import dev.duplex.socketio.Namespace;
import dev.duplex.socketio.Next;
import dev.duplex.socketio.RemoteSocket;
import dev.duplex.socketio.Socket;
import dev.duplex.socketio.SocketIoServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** What {@code interop/peers/socket-io-server.js} does, on our server. */
final class SocketIoScenes {
    private final SocketIoServer io;
    private final Map<String, Gone> gone = new ConcurrentHashMap<>();
    private final Map<String, Ack> asked = new ConcurrentHashMap<>();

    private static final class Gone {
        final List<String> lines = new ArrayList<>();
        boolean done;
    }

    private record Guard(String token) {}

    private record Refusal(int code, List<String> of) {}

    private SocketIoScenes(SocketIoServer io) {
        this.io = io;
        io.onConnection(this::scenes);
        io.of("/chat").onConnection(this::scenes);
        io.of(Pattern.compile("^/dynamic-\\d+$")).onConnection(socket -> {
            socket.emit("hello", socket.nsp().name());
            scenes(socket);
        });
        io.of((name, auth) -> CompletableFuture.completedFuture(
                        name.equals("/by-function") && "open".equals(auth.get("key"))))
                .onConnection(socket -> socket.emit("hello", socket.nsp().name()));
        io.of("/guarded")
                .use((socket, next) -> {
                    socket.data().put("first", true);
                    CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS).execute(next::proceed);
                })
                .use(SocketIoScenes::guard)
                .onConnection(socket -> socket.emit("let in"));
    }

    private static void guard(Socket socket, Next next) {
        String token = socket.handshake().auth(Guard.class).token();
        if ("good".equals(token) && socket.data().containsKey("first")) {
            next.proceed();
        } else {
            next.refuse(new ConnectException("not with " + token, new Refusal(7, Arrays.asList("a", null))));
        }
    }

    /** Starts a server with the scenes. */
    static WebSocketServer start(SocketIoServer.Builder builder) {
        SocketIoServer io = builder.build();
        new SocketIoScenes(io);
        return io.attach(WebSocketServer.builder().port(0)).start();
    }

    private synchronized void tell(String name) {
        if (gone.containsKey(name) && gone.get(name).done && asked.containsKey(name)) {
            asked.remove(name).send(gone.get(name).lines);
        }
    }

    private static List<String> others(Socket socket) {
        return socket.rooms().stream()
                .filter(room -> !room.equals(socket.id()))
                .sorted()
                .toList();
    }

    private static String joined(Socket socket) {
        return String.join(",", others(socket));
    }

    private static List<Object> tail(Args args, int from) {
        return new ArrayList<>(args.values().subList(from, args.size()));
    }

    private void scenes(Socket socket) {
        if (socket.handshake().auth().get("name") instanceof String name) {
            Gone entry = new Gone();
            gone.put(name, entry);
            socket.onDisconnecting(reason -> entry.lines.add("disconnecting " + reason + " " + joined(socket)));
            socket.onDisconnect(reason -> {
                entry.lines.add("disconnect " + reason + " " + joined(socket));
                entry.done = true;
                tell(name);
            });
        }
        socket.use((event, args, next) -> {
            if (event.equals("forbidden")) {
                next.refuse(new IllegalArgumentException("no " + args.get(0, String.class)));
            } else {
                next.proceed();
            }
        });
        socket.onError(error -> socket.emit("refused", error.getMessage()));
        echoes(socket);
        rooms(socket);
        questions(socket);
        others(socket, io);
        socket.on("gone", String.class, (who, ack) -> {
            asked.put(who, ack);
            tell(who);
        });
    }

    private static void echoes(Socket socket) {
        socket.on("echo", (args, ack) -> {
            if (ack.isExpected()) {
                ack.send(args.values().toArray());
                ack.send("twice");
            } else {
                socket.emitList("echo", args.values());
            }
        });
        socket.on("values", args -> {
            socket.emit(
                    "values",
                    1,
                    1.5,
                    -7,
                    9007199254740991L,
                    true,
                    false,
                    null,
                    "",
                    "ü \uD83D\uDE00 \u2028",
                    List.of(),
                    Map.of(),
                    List.of(List.of(1, List.of(2))));
            socket.emit("no values");
            record Deep(byte[] b) {}
            record Data(List<Object> a, String c) {}
            socket.emit(
                    "bytes",
                    new byte[] {1, 2, 3},
                    new Data(List.of(new byte[0], new Deep(new byte[] {7, 7, 7})), "text"));
        });
        socket.on(
                "handshake",
                (args, ack) -> ack.send(
                        socket.handshake().auth(),
                        socket.handshake().query().first("flavour").orElse(null),
                        socket.handshake().xdomain(),
                        socket.handshake().secure(),
                        socket.id().matches("[A-Za-z0-9_-]{20}"),
                        !socket.id().equals(socket.conn().id())));
    }

    private void rooms(Socket socket) {
        socket.on("join", (args, ack) -> {
            Object rooms = args.value(0);
            socket.join(rooms instanceof List<?> list ? list.toArray(String[]::new) : new String[] {(String) rooms});
            ack.send(others(socket));
        });
        socket.on("leave", String.class, (room, ack) -> {
            socket.leave(room);
            ack.send(others(socket));
        });
        socket.on("say", args -> socket.to(args.get(0, String.class)).emitList("said", tail(args, 1)));
        socket.on("say to all in", args -> io.to(args.get(0, String.class)).emitList("said", tail(args, 1)));
        socket.on("broadcast", args -> socket.broadcast().emitList("broadcasted", args.values()));
        socket.on("shout", args -> io.emitList("shouted", args.values()));
        socket.on(
                "several", String.class, String.class, (a, b) -> io.to(a).in(b).emit("several", a, b));
        socket.on("except", String.class, room -> io.except(room).emit("excepted", room));
        socket.on(
                "to except",
                String.class,
                String.class,
                (room, other) -> io.to(room).except(other).emit("excepted", room, other));
    }

    private void questions(Socket socket) {
        socket.on("volatile", args -> socket.volatile_().emit("volatile", 1));
        socket.on(
                "ask me",
                args -> socket.emitWithAck("question", Args.class, 42)
                        .thenAccept(answers -> socket.emitList("answered", answers.values())));
        socket.on(
                "ask me with a limit",
                Integer.class,
                millis -> socket.timeout(Duration.ofMillis(millis))
                        .emitWithAck("question", Integer.class, 43)
                        .whenComplete((answer, error) ->
                                socket.emit("answered", error == null ? answer : error.getMessage())));
        socket.on(
                "ask",
                String.class,
                Integer.class,
                (room, millis) -> io.to(room)
                        .timeout(Duration.ofMillis(millis))
                        .emitWithAck("question", String.class, room)
                        .whenComplete((answers, error) -> {
                            Throwable cause = error instanceof CompletionException ? error.getCause() : error;
                            if (cause instanceof AckException late) {
                                socket.emit("answers", late.getMessage(), sorted(late.responses()));
                            } else {
                                socket.emit("answers", sorted(answers));
                            }
                        }));
        socket.on("any", (args, ack) -> {
            List<String> seen = new ArrayList<>();
            var listener = socket.onAny((event, arguments) -> seen.add(event + " " + arguments.size()));
            socket.onAnyOutgoing((event, arguments) -> seen.add("out " + event));
            socket.once("any done", (done, nothing) -> {
                listener.cancel();
                socket.offAnyOutgoing();
                socket.emit("any", seen);
            });
            ack.send();
        });
    }

    private static List<String> sorted(List<?> values) {
        return values.stream().map(String::valueOf).sorted().toList();
    }

    private static void others(Socket socket, SocketIoServer io) {
        socket.on("remember", String.class, (value, ack) -> {
            socket.data().put("value", value);
            ack.send();
        });
        socket.on(
                "fetch",
                String.class,
                (room, ack) -> io.in(room)
                        .fetchSockets()
                        .thenAccept(found -> ack.send(
                                found.stream()
                                        .map(each -> each.data().get("value"))
                                        .sorted()
                                        .toList(),
                                found.stream().map(RemoteSocket::rooms).allMatch(rooms -> rooms.contains(room)))));
        socket.on("move", String.class, String.class, (from, to, ack) -> {
            io.in(from).socketsJoin(to);
            io.in(from).socketsLeave(from);
            io.in(from).fetchSockets().thenCombine(io.in(to).fetchSockets(), (left, there) -> {
                ack.send(left.size(), there.size());
                return null;
            });
        });
        socket.on(
                "disconnect room",
                String.class,
                Boolean.class,
                (room, close) -> io.in(room).disconnectSockets(close));
        socket.on("disconnect me", Boolean.class, close -> socket.disconnect(close));
        socket.on("count", (args, ack) -> {
            Namespace namespace = io.of(socket.nsp().name());
            ack.send(!namespace.sockets().isEmpty());
        });
    }
}
