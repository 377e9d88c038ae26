package dev.duplex.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.common.Streams;
import dev.duplex.cli.echo.EchoRoutes;
import dev.duplex.server.WebSocketServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** {@code duplex connect} in a pipe, against the endpoints of {@code duplex echo}. */
class ConnectCommandTest {
    private static WebSocketServer server;
    private static EchoRoutes routes;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() {
        routes = new EchoRoutes();
        WebSocketServer.Builder builder = WebSocketServer.builder().port(0);
        routes.addTo(builder, Optional.empty());
        server = builder.start();
    }

    @AfterAll
    static void stop() {
        server.close();
        routes.close();
    }

    private int run(String input, String path, String... options) {
        String[] args = new String[options.length + 2];
        args[0] = "connect";
        args[1] = server.uri(path).toString();
        System.arraycopy(options, 0, args, 2, options.length);
        CommandLine commandLine = Main.commandLine(new Streams(new ByteArrayInputStream(input.getBytes(UTF_8)), out));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }

    @Test
    void sendsEachLineAndPrintsEachReply() {
        assertThat(run("a\nb\n", "/echo", "--count", "2")).as(err.toString()).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("a\nb\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void endsByItselfWhenTheRepliesHaveCome() {
        assertThat(run("a\nb", "/echo")).as(err.toString()).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("a\nb\n");
    }

    @Test
    void endsWithSevenWhenTheServerClosesWithAnotherCode() {
        assertThat(run("", "/close?code=4001&reason=bye")).isEqualTo(7);
        assertThat(err.toString()).contains("4001").contains("bye");
        assertThat(out.size()).isZero();
    }
}
