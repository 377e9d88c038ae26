package dev.duplex.cli;

import dev.duplex.cli.chat.ChatHandler;
import dev.duplex.cli.chat.ChatRooms;
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
            "An empty room's messages are kept for an hour."
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

    @Override
    public Integer call() {
        if (history < 0 || history > MAX_HISTORY) {
            throw ServerOptions.wrong("--history: expected a number from 0 to " + MAX_HISTORY + " but got " + history);
        }
        Pages pages = new Pages();
        Route chat = new ChatHandler(new ChatRooms(history, Clock.systemUTC()), System::nanoTime).route();
        WebSocketServer.Builder builder = WebSocketServer.builder()
                .webSocket("/", chat)
                .webSocket("/room/{name}", chat)
                .http("/", pages.page("chat.html"))
                .http("/room/{name}", pages.page("chat.html"))
                .health("/health");
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
