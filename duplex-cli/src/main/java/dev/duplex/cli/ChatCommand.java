package dev.duplex.cli;

import dev.duplex.cli.chat.ChatHandler;
import dev.duplex.cli.chat.ChatRooms;
import dev.duplex.cli.chat.ChatSockets;
import dev.duplex.server.Route;
import dev.duplex.server.WebSocketServer;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code duplex chat}: the chat and its page. */
@Command(
        name = "chat",
        description = "A chat in the browser: names, rooms, who is here, and the last messages for newcomers.",
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Rooms are at /room/NAME, the lobby is at /. A WebSocket client that offers no",
            "subprotocol speaks plain text: what it sends, everybody in the room gets.",
            "An empty room's messages are kept for an hour.",
            "",
            "With --socketio, clients of Socket.IO name their room in auth.room, and emit",
            "join {name}, say {text} and rename {name}."
        })
final class ChatCommand implements Callable<Integer> {
    private static final int PORT = 8009;
    private static final int MAX_HISTORY = 10_000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Option(
            names = "--history",
            paramLabel = "N",
            defaultValue = "100",
            description = "Messages of a room that newcomers get; default: ${DEFAULT-VALUE}.")
    private int history;

    @Option(
            names = "--socketio",
            description = "Speak Socket.IO with the page, which uses its official client, instead of WebSocket.")
    private boolean socketIo;

    @Override
    public Integer call() {
        if (history < 0 || history > MAX_HISTORY) {
            throw ServerOptions.wrong("--history: expected a number from 0 to " + MAX_HISTORY + " but got " + history);
        }
        Pages pages = new Pages();
        ChatRooms rooms = new ChatRooms(history, Clock.systemUTC());
        WebSocketServer.Builder builder = WebSocketServer.builder()
                .http("/", pages.page("chat.html"))
                .http("/room/{name}", pages.page("chat.html"))
                .health("/health");
        if (socketIo) {
            builder.http("/assets/connection.js", pages.page("connection-socketio.js"));
            new ChatSockets(rooms, System::nanoTime).server().attach(builder);
        } else {
            Route chat = new ChatHandler(rooms, System::nanoTime).route();
            builder.webSocket("/", chat).webSocket("/room/{name}", chat);
        }
        pages.addAssets(builder);
        server.staticFiles().ifPresent(builder::fallback);
        return new ServerRun(spec, server, PORT)
                .run(
                        builder,
                        running -> server.listensOnTcp()
                                ? List.of("Open the address in two windows; rooms are at "
                                        + ServerRun.address(running, "/room/") + "NAME.")
                                : List.of());
    }
}
