package dev.duplex.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.common.Streams;
import dev.duplex.cli.echo.EchoRoutes;
import dev.duplex.server.WebSocketServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ReplayCommandTest {
    private static final String HEAD = "{\"duplex\":\"recording\",\"version\":1}\n";
    private static final String OPEN = "{\"t\":0.1,\"dir\":\"in\",\"type\":\"open\"}\n";
    private static final String ENDED = "{\"t\":0.4,\"dir\":\"out\",\"type\":\"close\",\"code\":1000}\n"
            + "{\"t\":0.4,\"dir\":\"in\",\"type\":\"close\",\"code\":1000,\"reason\":\"\"}\n";

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

    private static String text(String dir, String data) {
        return "{\"t\":0.2,\"dir\":\"" + dir + "\",\"type\":\"text\",\"data\":\"" + data + "\"}\n";
    }

    private int replay(String path, String recording, String... options) throws IOException {
        Path file = Files.writeString(directory.resolve("a.ndjson"), recording);
        List<String> args = new ArrayList<>(
                List.of("replay", file.toString(), server.uri(path).toString()));
        args.addAll(List.of(options));
        return run(args.toArray(String[]::new));
    }

    private int run(String... args) {
        CommandLine commandLine = Main.commandLine(new Streams(new ByteArrayInputStream(new byte[0]), out));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }

    @Test
    void sendsWhatWasSentAndPrintsWhatComes() throws IOException {
        String recording = HEAD
                + OPEN
                + text("out", "a")
                + text("in", "not as recorded")
                + text("out", "你好 😀")
                + text("in", "你好 😀")
                + ENDED;
        assertThat(replay("/echo", recording, "--asap")).as(err.toString()).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("a\n你好 😀\n");
        assertThat(err.toString()).isEqualTo("duplex: 2 sent, 2 came" + System.lineSeparator());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--asap", "--speed=100x"})
    void confirmsThatTheServerDoesAsRecorded(String pace) throws IOException {
        String recording = HEAD + OPEN + text("out", "a") + text("in", "a")
                + "{\"t\":0.3,\"dir\":\"out\",\"type\":\"ping\",\"base64\":\"\"}\n"
                + "{\"t\":0.3,\"dir\":\"out\",\"type\":\"binary\",\"base64\":\"AAE=\"}\n"
                + "{\"t\":0.3,\"dir\":\"in\",\"type\":\"pong\",\"base64\":\"\"}\n"
                + "{\"t\":0.3,\"dir\":\"in\",\"type\":\"binary\",\"base64\":\"AAE=\"}\n" + ENDED;
        assertThat(replay("/echo", recording, "--assert", pace))
                .as(err.toString())
                .isZero();
        assertThat(out.size()).isZero();
        assertThat(err.toString()).contains("2 sent, 2 came, all as recorded");
    }

    @Test
    void doesNotCloseBeforeWhatCameThenHasCome() throws IOException {
        String recording = HEAD + OPEN + text("out", "a") + text("in", "a") + ENDED;
        assertThat(replay("/delay?ms=300", recording, "--speed=1000x"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("a\n");
        assertThat(err.toString()).contains("1 sent, 1 came");
    }

    @Test
    void keepsTheRecordedPace() throws IOException {
        // The text is due in a day: whoever waits for it sees the server close first.
        String tomorrow = "{\"t\":86400,\"dir\":\"out\",\"type\":\"text\",\"data\":\"a\"}\n";
        assertThat(replay("/close?code=4001", HEAD + OPEN + tomorrow)).isEqualTo(7);
        assertThat(err.toString()).contains("closed with 4001").doesNotContain("1 sent");
    }

    @Test
    void showsWhatDiffersOneBelowTheOther() throws IOException {
        String recording = HEAD
                + OPEN
                + text("out", "a")
                + text("in", "a")
                + text("out", "{'你': 17}")
                + text("in", "{'你': 18}")
                + ENDED;
        assertThat(replay("/echo", recording, "--assert", "--asap")).isEqualTo(10);
        assertThat(err.toString()).isEqualToNormalizingNewlines("""
                duplex: a.ndjson, line 6: the server sent something else than recorded, after 1 message as recorded
                  recorded: text {'你': 18}
                  came:     text {'你': 17}
                                         ^
                """);
    }

    @Test
    void saysWhereElseTheRecordingHasIt() throws IOException {
        String recording = HEAD + OPEN + text("out", "b") + text("in", "a") + text("out", "a") + text("in", "b");
        assertThat(replay("/echo", recording, "--assert", "--asap")).isEqualTo(10);
        assertThat(err.toString()).contains("line 4:").contains("recorded in line 6.");
    }

    @Test
    void comparesTypesAndBytes() throws IOException {
        String sent = "{\"t\":0.3,\"dir\":\"out\",\"type\":\"binary\",\"base64\":\"AAEC\"}\n";
        String came = "{\"t\":0.3,\"dir\":\"in\",\"type\":\"binary\",\"base64\":\"AAED\"}\n";
        assertThat(replay("/echo", HEAD + OPEN + sent + came, "--assert", "--asap"))
                .isEqualTo(10);
        assertThat(err.toString()).contains("recorded: binary 000103").contains("came:     binary 000102");
        err.getBuffer().setLength(0);
        assertThat(replay("/echo", HEAD + OPEN + sent + text("in", "x"), "--assert", "--asap"))
                .isEqualTo(10);
        assertThat(err.toString()).contains("recorded: text   x").contains("came:     binary 000102");
    }

    @Test
    void doesNotCompareWhatIsMasked() throws IOException {
        String recording = HEAD + OPEN + text("out", "at 12:30, id 7") + text("in", "at 09:15, id 9") + ENDED;
        assertThat(replay("/echo", recording, "--assert", "--asap", "--mask", "\\d\\d:\\d\\d", "--mask", "id \\d+"))
                .as(err.toString())
                .isZero();
        assertThat(replay("/echo", recording, "--assert", "--asap", "--mask", "\\d\\d:\\d\\d"))
                .isEqualTo(10);
    }

    @Test
    void missesWhatDoesNotCome() throws IOException {
        String recording = HEAD + OPEN + text("out", "a") + text("in", "a") + text("in", "more");
        assertThat(replay("/echo", recording, "--assert", "--asap", "--timeout", "2s"))
                .isEqualTo(10);
        assertThat(err.toString())
                .contains("line 5: nothing came within 2000 ms")
                .contains("in text more");
        assertThat(replay("/echo", recording, "--asap", "--timeout", "200ms")).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noticesWhatWasNotRecorded(boolean withClose) throws IOException {
        String recording = HEAD + OPEN + text("out", "a") + text("in", "a") + text("out", "b");
        String end = "{\"t\":0.4,\"dir\":\"in\",\"type\":\"close\",\"code\":1000,\"reason\":\"\"}\n";
        assertThat(replay("/echo", withClose ? recording + end : recording, "--assert", "--asap"))
                .isEqualTo(10);
        assertThat(err.toString())
                .contains("more than recorded, after 1 message")
                .contains("came: in text b");
    }

    @Test
    void comparesHowTheServerCloses() throws IOException {
        String closed = "{\"t\":0.3,\"dir\":\"in\",\"type\":\"close\",\"code\":4001,\"reason\":\"bye\"}\n";
        assertThat(replay("/close?code=4001&reason=bye", HEAD + OPEN + closed, "--assert", "--asap"))
                .as(err.toString())
                .isZero();
        assertThat(replay("/close?code=4002&reason=bye", HEAD + OPEN + closed, "--assert", "--asap"))
                .isEqualTo(10);
        assertThat(err.toString()).contains("recorded: close 4001 bye").contains("came:     close 4002 bye");
    }

    @Test
    void looksAtAllThatIsRecordedThoughTheServerHasClosedAlready() throws IOException {
        String recording = HEAD + OPEN + text("in", "a") + text("in", "b");
        // Text "a" and a close frame 4001, which come together with the answer to the handshake.
        try (SilentServer server = new SilentServer("810161" + "88020fa1")) {
            Path file = Files.writeString(directory.resolve("a.ndjson"), recording);
            assertThat(run("replay", file.toString(), server.url(), "--assert", "--asap"))
                    .isEqualTo(10);
        }
        assertThat(err.toString()).contains("closed with 4001").contains("in text b");
    }

    @Test
    void saysThatTheServerClosedTooEarly() throws IOException {
        String recording = HEAD + OPEN + text("in", "a");
        assertThat(replay("/close?code=4001", recording, "--assert", "--asap")).isEqualTo(10);
        assertThat(err.toString())
                .contains("closed with 4001")
                .contains("goes on with")
                .contains("in text a");
    }

    @Test
    void replaysTheFirstConnectionOnly() throws IOException {
        assertThat(replay("/echo", HEAD + OPEN + text("out", "a") + ENDED + OPEN + text("out", "b"), "--speed", "100"))
                .as(err.toString())
                .isZero();
        assertThat(err.toString()).contains("first connection");
    }

    @ParameterizedTest
    @CsvSource({"--speed fast, --speed", "--speed 0x, --speed", "--mask ( , --mask", "--timeout soon, --timeout"})
    void refusesWhatCannotBe(String options, String named) throws IOException {
        assertThat(replay("/echo", HEAD, options.split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains(named).contains("duplex replay --help");
    }

    @Test
    void saysInWhichLineTheRecordingIsBroken() throws IOException {
        assertThat(replay("/echo", HEAD + OPEN + "{\"t\":", "--asap")).isEqualTo(2);
        assertThat(err.toString()).contains("a.ndjson, line 3:").doesNotContain("\tat ");
    }
}
