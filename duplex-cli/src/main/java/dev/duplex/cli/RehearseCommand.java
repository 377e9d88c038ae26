package dev.duplex.cli;

import dev.duplex.cli.common.Streams;
import dev.duplex.cli.echo.EchoRoutes;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.Tls;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * {@code duplex rehearse}, which nobody types: does once what is often done, with a server and a client in this process,
 * so that the launcher learns which classes a verb needs.
 */
@Command(name = "rehearse", hidden = true)
final class RehearseCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        run("help");
        try (EchoRoutes routes = new EchoRoutes()) {
            connect(routes, WebSocketServer.builder());
            connect(routes, WebSocketServer.builder().tls(Tls.selfSigned("localhost")));
        }
        return 0;
    }

    private static void connect(EchoRoutes routes, WebSocketServer.Builder builder) {
        routes.addTo(builder.port(0), Optional.empty());
        try (WebSocketServer server = builder.start()) {
            String url = server.uri("/echo").toString();
            run("connect", url, "hello", "--insecure", "--count", "1", "--timeout", "30s");
            run("connect", url, "hello", "--insecure", "--count", "1", "--timeout", "30s", "--json");
        }
    }

    private static void run(String... args) {
        CommandLine commandLine =
                Main.commandLine(new Streams(InputStream.nullInputStream(), OutputStream.nullOutputStream()));
        commandLine.setOut(new PrintWriter(Writer.nullWriter(), true));
        commandLine.setErr(new PrintWriter(Writer.nullWriter(), true));
        commandLine.execute(args);
    }
}
