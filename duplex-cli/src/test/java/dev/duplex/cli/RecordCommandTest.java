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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RecordCommandTest {
    private static WebSocketServer server;
    private static EchoRoutes routes;

    @TempDir
    private Path directory;

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

    private int run(String input, String... args) {
        CommandLine commandLine = Main.commandLine(new Streams(new ByteArrayInputStream(input.getBytes(UTF_8)), out));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }

    @Test
    void recordsWhatConnectDoesAndReplayConfirmsIt() throws Exception {
        String file = directory.resolve("a.ndjson").toString();
        String url = server.uri("/echo").toString();
        assertThat(run("a\n你好 😀\n", "record", file, "--", url, "-n", "2"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("a\n你好 😀\n");
        assertThat(Files.readString(Path.of(file)))
                .startsWith("{\"duplex\":\"recording\",\"version\":1,")
                .containsSubsequence(
                        "\"dir\":\"in\",\"type\":\"open\"",
                        "\"dir\":\"out\",\"type\":\"text\",\"data\":\"a\"",
                        "\"dir\":\"in\",\"type\":\"text\",\"data\":\"你好 😀\"",
                        "\"dir\":\"in\",\"type\":\"close\",\"code\":1000");
        assertThat(run("", "replay", "--assert", "--asap", file, url))
                .as(err.toString())
                .isZero();
        assertThat(run(
                        "",
                        "replay",
                        "--assert",
                        "--asap",
                        file,
                        server.uri("/reverse").toString()))
                .as(err.toString())
                .isEqualTo(10);
        assertThat(err.toString()).contains("recorded: text 你好 😀").contains("came:     text 😀 好你");
    }

    @Test
    void takesOptionsOfConnectWithoutDashesBefore() {
        String file = directory.resolve("a.ndjson").toString();
        assertThat(run("a\n", "record", file, server.uri("/echo").toString(), "--count", "1"))
                .as(err.toString())
                .isZero();
        assertThat(Path.of(file)).exists();
    }

    @Test
    void wantsAUrl() {
        assertThat(run("", "record", directory.resolve("a").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("expected a URL").contains("duplex record --help");
    }
}
