package dev.duplex.cli;

import dev.duplex.cli.echo.EchoRoutes;
import dev.duplex.server.WebSocketServer;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code duplex echo}: endpoints to try WebSocket with, and the page for it. */
@Command(
        name = "echo",
        description = "A playground: endpoints that behave well or badly as you ask, and a page to try them with.",
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Endpoints:",
            "  /echo               sends back what you send; so does /",
            "  /reverse            sends it back in reverse",
            "  /broadcast          everybody connected here gets it",
            "  /room/NAME          everybody in this room gets it",
            "  /time?every=1s      tells the time",
            "  /close?code=4001&reason=bye&after=2",
            "                      closes with this code and reason after 2 seconds",
            "  /drop?after=2       cuts the connection without a close frame",
            "  /delay?ms=500       echoes half a second later",
            "  /slow?ms=1000       takes its time, and reads nothing meanwhile",
            "  /flood?n=1000&size=64",
            "                      sends many messages",
            "  /count              counts messages and bytes",
            "  /headers            sends the header fields of your request",
            "  /reject?status=403  refuses the handshake with this HTTP status",
            "  /badframe?kind=K    sends a frame that breaks the protocol; K is rsv1, opcode,",
            "                      masked, unfinished-close, utf8, length, fragmented-ping",
            "                      or continuation",
            "",
            "Any subprotocol is accepted, the first that is offered. Plain HTTP on any other",
            "path is answered with the request as JSON."
        })
final class EchoCommand implements Callable<Integer> {
    private static final int PORT = 9998;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Override
    public Integer call() {
        Pages pages = new Pages();
        try (EchoRoutes routes = new EchoRoutes()) {
            WebSocketServer.Builder builder =
                    WebSocketServer.builder().http("/", pages.page("echo.html")).health("/health");
            pages.addAssets(builder);
            routes.addTo(builder, server.staticFiles());
            return new ServerRun(spec, server, PORT)
                    .run(
                            builder,
                            running -> server.listensOnTcp()
                                    ? List.of(
                                            "Open the address for the page; programs connect to " + running.uri("/echo")
                                                    + ".",
                                            "'duplex echo --help' names the other endpoints.")
                                    : List.of());
        }
    }
}
