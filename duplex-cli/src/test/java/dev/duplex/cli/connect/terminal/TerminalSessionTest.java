package dev.duplex.cli.connect.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.SilentServer;
import dev.duplex.cli.common.Ending;
import dev.duplex.cli.common.ExitCode;
import dev.duplex.cli.common.Target;
import dev.duplex.cli.connect.Journal;
import dev.duplex.cli.connect.Outgoing;
import dev.duplex.cli.connect.Plan;
import dev.duplex.cli.connect.Reconnect;
import dev.duplex.cli.connect.Show;
import dev.duplex.cli.echo.EchoRoutes;
import dev.duplex.cli.record.RecordWriter;
import dev.duplex.client.WebSocketOptions;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jline.terminal.Size;
import org.jline.terminal.impl.ExternalTerminal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A session at a terminal that is made of streams: what is typed, what is seen, and what goes over the wire. */
class TerminalSessionTest {
    private static final String ENTER = "\r";
    private static final String CTRL_C = "\u0003";
    private static final String CTRL_D = "\u0004";
    private static final String PASTE = "\u001b[200~";
    private static final String PASTED = "\u001b[201~";

    private static WebSocketServer server;
    private static EchoRoutes routes;

    @TempDir
    private Path directory;

    private final PipedOutputStream keys = new PipedOutputStream();
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final StringWriter journal = new StringWriter();
    private final CompletableFuture<Ending> ending = new CompletableFuture<>();

    private @Nullable Reconnect reconnect;
    private @Nullable Show show;
    private String typedBefore = "";
    private List<Outgoing> hello = List.of();

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

    private void open(String url, List<Outgoing> first, Map<String, String> environment) throws IOException {
        TerminalPlan plan = new TerminalPlan(
                Target.of(url),
                WebSocketOptions.builder(),
                reconnect,
                hello,
                first,
                new Journal(List.of(RecordWriter.events(journal))),
                show,
                true,
                false,
                1 << 20,
                new Plan.Closing(1000, ""),
                environment);
        PipedInputStream in = new PipedInputStream(keys, 1 << 16);
        ExternalTerminal terminal = new ExternalTerminal("test", "xterm-256color", in, screen, UTF_8);
        terminal.setSize(new Size(80, 24));
        type(typedBefore);
        while (terminal.input().available() < typedBefore.getBytes(UTF_8).length) {
            LockSupport.parkNanos(1_000_000); // until the terminal has it, which has a thread of its own for that
        }
        Thread thread = new Thread(() -> {
            try (terminal) {
                ending.complete(new TerminalSession(plan).run(terminal, null));
            } catch (Throwable e) {
                ending.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void open(String path) throws IOException {
        open(server.uri(path).toString(), List.of(), Map.of());
        awaitSeen("Enter sends");
    }

    private void type(String text) throws IOException {
        keys.write(text.getBytes(UTF_8));
        keys.flush();
    }

    /** All that was printed, without colours and the movements of the cursor. */
    private String seen() {
        return screen.toString(UTF_8).replaceAll("\u001b\\[[0-9;?]*[A-Za-z]", "");
    }

    private void awaitSeen(String text) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        for (boolean over = ending.isDone(); !seen().contains(text); over = ending.isDone()) {
            assertThat(System.nanoTime()).as("seen " + seen()).isLessThan(deadline);
            assertThat(over).as("seen " + seen() + " " + ending).isFalse();
            LockSupport.parkNanos(1_000_000);
        }
    }

    private void awaitWritten(String text) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!journal.toString().contains(text)) {
            assertThat(System.nanoTime())
                    .as("written " + journal + " seen " + seen())
                    .isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private Ending ended() throws Exception {
        return ending.get(30, TimeUnit.SECONDS);
    }

    /** What went over the wire, without the times. */
    private List<String> written() {
        return journal.toString()
                .lines()
                .map(line -> line.replaceAll("\"t\":[0-9.]+,", ""))
                .toList();
    }

    @Test
    void sendsWhatIsTypedAndShowsWhatComes() throws Exception {
        open("/echo");
        type("hello 你好" + ENTER);
        awaitSeen("< hello 你好");
        type(CTRL_D);
        assertThat(ended()).isEqualTo(new Ending(ExitCode.OK, ""));
        assertThat(seen()).containsPattern("\\d\\d:\\d\\d:\\d\\d > hello 你好").contains("* closed, 1000");
        assertThat(written())
                .containsSubsequence(
                        "{\"dir\":\"out\",\"type\":\"text\",\"data\":\"hello 你好\"}",
                        "{\"dir\":\"in\",\"type\":\"text\",\"data\":\"hello 你好\"}",
                        "{\"dir\":\"out\",\"type\":\"close\",\"code\":1000,\"reason\":\"\"}",
                        "{\"dir\":\"in\",\"type\":\"close\",\"code\":1000,\"reason\":\"\"}");
    }

    @Test
    void sendsFirstWhatIsGivenFirst() throws Exception {
        open(server.uri("/echo").toString(), List.of(new Outgoing.Text("one"), new Outgoing.Text("two")), Map.of());
        awaitSeen("< two");
        type(CTRL_D);
        assertThat(ended().exitCode()).isEqualTo(ExitCode.OK);
        assertThat(seen()).containsSubsequence("> one", "> two");
    }

    @Test
    void sendsManyLinesBetweenQuotesAsOneMessage() throws Exception {
        open("/echo");
        type("\"\"\"" + ENTER + "/one" + ENTER + "two" + ENTER + "\"\"\"" + ENTER);
        awaitWritten("\"in\",\"type\":\"text\",\"data\":\"/one\\ntwo\"");
        type(CTRL_D);
        ended();
    }

    @Test
    void beginsALineWithCtrlJ() throws Exception {
        open("/echo");
        type("one\ntwo" + ENTER);
        awaitWritten("\"in\",\"type\":\"text\",\"data\":\"one\\ntwo\"");
        type(CTRL_D);
        ended();
    }

    @Test
    void takesAPasteOfManyLinesAsOneMessageHoweverLong() throws Exception {
        open("/echo");
        String line = "0123456789 ".repeat(1000);
        type(PASTE + line + "\rsecond \t!! \\n\n" + PASTED + "end" + ENTER);
        awaitWritten("\"in\",\"type\":\"text\",\"data\":\"" + line + "\\nsecond \\t!! \\\\n\\nend\"");
        type(CTRL_D);
        ended();
    }

    @Test
    void letsNothingOfThePeerReachTheTerminalAsItIs() throws Exception {
        // Text "ESC ] 0 ; x BEL", then a close frame 4001 with the reason "ESC [ 2 J".
        try (SilentServer evil = new SilentServer("81061b5d303b7807" + "8806" + "0fa1" + "1b5b324a")) {
            open(evil.url(), List.of(), Map.of());
            assertThat(ended().exitCode()).isEqualTo(ExitCode.CLOSED);
        }
        assertThat(screen.toString(UTF_8))
                .doesNotContain("\u001b]0;x")
                .doesNotContain("\u0007")
                .doesNotContain("\u001b[2J");
        assertThat(seen()).contains("]0;x").contains("\\e").contains("4001");
    }

    @Test
    void saysInWordsHowTheServerClosedAndKeepsWhatWasTyped() throws Exception {
        CompletableFuture<Session> opened = new CompletableFuture<>();
        try (WebSocketServer closing = WebSocketServer.builder()
                .port(0)
                .webSocket("/", new WebSocketHandler() {
                    @Override
                    public void onOpen(Session session) {
                        opened.complete(session);
                    }
                })
                .start()) {
            open(closing.uri("/").toString(), List.of(), Map.of());
            awaitSeen("Enter sends");
            type("half a line");
            awaitSeen("half a line");
            opened.get(30, TimeUnit.SECONDS).close(4001, "bye");
            assertThat(ended()).isEqualTo(new Ending(ExitCode.CLOSED, ""));
        }
        assertThat(seen())
                .contains("closed by the server with 4001 (an application's own code")
                .contains("reason: bye")
                .contains("not sent, but kept in the history: half a line");
    }

    @Test
    void saysThatTheConnectionIsLost() throws Exception {
        open("/drop?after=0.5");
        assertThat(ended()).isEqualTo(new Ending(ExitCode.LOST, ""));
        assertThat(seen()).contains("the connection is lost");
    }

    @Test
    void saysWhyItCannotConnect() throws Exception {
        open(server.uri("/reject?status=403").toString(), List.of(), Map.of());
        assertThat(ended().exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(ended().message()).contains("403");
    }

    @Test
    void closesWithCtrlC() throws Exception {
        open("/echo");
        type(CTRL_C);
        assertThat(ended()).isEqualTo(new Ending(ExitCode.INTERRUPTED, ""));
        assertThat(written()).contains("{\"dir\":\"in\",\"type\":\"close\",\"code\":1000,\"reason\":\"\"}");
    }

    @Test
    void clearsTheLineWithCtrlC() throws Exception {
        open("/echo");
        type("not this" + CTRL_C);
        type("but this" + ENTER);
        awaitSeen("< but this");
        type(CTRL_D);
        assertThat(ended().exitCode()).isEqualTo(ExitCode.OK);
        assertThat(journal.toString()).doesNotContain("not this");
    }

    @Test
    void pingsAndCounts() throws Exception {
        open("/echo");
        type("/ping" + ENTER);
        awaitSeen("pong after ");
        type("/pong x" + ENTER);
        awaitSeen("pong sent");
        type("hello" + ENTER);
        awaitSeen("< hello");
        type("/stats" + ENTER);
        awaitSeen("received 1 message, 5 bytes");
        assertThat(seen()).contains("sent 1 message, 5 bytes").contains("1 round trip, min/avg/max = ");
        type("/quit" + ENTER);
        assertThat(ended().exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void sendsBytesAndShowsThem() throws Exception {
        open("/echo");
        type("/bin 00ff10" + ENTER);
        awaitSeen("< binary, 3 bytes");
        assertThat(seen()).contains("00000000  00 ff 10");
        Path file = Files.write(directory.resolve("bytes"), new byte[] {1, 2, 3, 4});
        type("/bin @" + file + ENTER);
        awaitSeen("< binary, 4 bytes");
        Path text = Files.writeString(directory.resolve("text"), "from a file");
        type("/file " + text + ENTER);
        awaitSeen("< from a file");
        type("/save " + directory.resolve("kept") + ENTER);
        awaitSeen("is in " + directory.resolve("kept"));
        assertThat(directory.resolve("kept")).hasContent("from a file");
        type("/save " + directory.resolve("kept") + ENTER);
        awaitSeen("is there already");
        type(CTRL_D);
        ended();
    }

    @Test
    void repeats() throws Exception {
        open("/echo");
        type("/repeat 3 1 again" + ENTER);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (written().stream()
                        .filter(line -> line.contains("\"in\",\"type\":\"text\",\"data\":\"again\""))
                        .count()
                < 3) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
        type("/repeat 0" + ENTER);
        awaitSeen("nothing is repeated");
        type(CTRL_D);
        ended();
    }

    @Test
    void showsTheHandshakeWithoutItsSecrets() throws Exception {
        open(server.uri("/echo").toString().replace("://", "://ann:hunter2@"), List.of(), Map.of());
        awaitSeen("Enter sends");
        type("/headers" + ENTER);
        awaitSeen("Sec-WebSocket-Accept");
        assertThat(seen())
                .contains("> GET /echo HTTP/1.1")
                .contains("< HTTP/1.1 101")
                .contains("Authorization: (not shown)")
                .doesNotContain("hunter2");
        type(CTRL_D);
        ended();
    }

    @Test
    void showsTheHandshakeAndEachFrameAboveTheLine() throws Exception {
        show = Show.all;
        open(server.uri("/echo").toString().replace("://", "://ann:hunter2@"), List.of(), Map.of());
        awaitSeen("Enter sends");
        type("hello 你好" + ENTER);
        awaitSeen("< hello 你好");
        type(CTRL_D);
        assertThat(ended().exitCode()).isEqualTo(ExitCode.OK);
        assertThat(seen())
                .containsSubsequence(
                        "  > GET /echo HTTP/1.1",
                        "# it begins as a plain HTTP request",
                        "  > Authorization: Basic",
                        "  < HTTP/1.1 101",
                        "* connected to",
                        "> hello 你好",
                        "  > FIN text, masked",
                        "  < FIN text, 12 bytes, \"hello 你好\"",
                        "81 0c | 68 65 6c 6c 6f",
                        "< hello 你好",
                        "  > FIN close",
                        "  < FIN close");
    }

    @Test
    void showsNoSecretWithTheHandshakeAlone() throws Exception {
        show = Show.handshake;
        open(server.uri("/echo").toString().replace("://", "://ann:hunter2@"), List.of(), Map.of());
        awaitSeen("Enter sends");
        type("hello" + ENTER);
        awaitSeen("< hello");
        type(CTRL_D);
        ended();
        assertThat(seen())
                .contains("> Authorization: ...")
                .doesNotContain("Basic")
                .doesNotContain("FIN");
    }

    @Test
    void connectsAgainAndSaysHelloEachTime() throws Exception {
        reconnect = new Reconnect(0, Duration.ofMillis(1), Duration.ofMillis(2));
        hello = List.of(new Outgoing.Text("hi"));
        open("/close?code=1012&after=0.5");
        awaitSeen("closed by the server with 1012 (it restarts");
        awaitSeen("trying again in 0.0 s (attempt 1)");
        awaitSeen("open again after ");
        awaitWritten("\"type\":\"close\",\"code\":1012");
        type(CTRL_C);
        assertThat(ended()).isEqualTo(new Ending(ExitCode.INTERRUPTED, ""));
        assertThat(written())
                .containsSubsequence(
                        "{\"dir\":\"out\",\"type\":\"text\",\"data\":\"hi\"}",
                        "{\"dir\":\"in\",\"type\":\"close\",\"code\":1012,\"reason\":\"\"}",
                        "{\"dir\":\"out\",\"type\":\"text\",\"data\":\"hi\"}");
    }

    @Test
    void sendsWhatHasWaitedForAConnection() throws Exception {
        reconnect = new Reconnect(0, Duration.ofMillis(200), Duration.ofMillis(200));
        int port;
        try (WebSocketServer gone = WebSocketServer.builder().port(0).start()) {
            port = gone.port();
        }
        open("ws://127.0.0.1:" + port + "/echo", List.of(new Outgoing.Text("first")), Map.of());
        awaitSeen("this waits for the next one");
        type("second" + ENTER);
        awaitSeen("this waits for the next one, as 1 before it");
        type("/ping" + ENTER);
        awaitSeen("/ping: there is no connection at the moment");
        type("/stats" + ENTER);
        awaitSeen("* no connection at the moment");
        assertThat(journal.toString()).doesNotContain("first");
        WebSocketServer.Builder builder = WebSocketServer.builder().port(port);
        try (EchoRoutes others = new EchoRoutes()) {
            others.addTo(builder, Optional.empty());
            try (WebSocketServer back = builder.start()) {
                awaitSeen("sent what has waited: 2 messages");
                awaitSeen("< second");
                type(CTRL_D);
                assertThat(ended().exitCode()).isEqualTo(ExitCode.OK);
                assertThat(back.port()).isEqualTo(port);
            }
        }
        assertThat(seen()).containsSubsequence("< first", "< second", "* closed, 1000");
    }

    @Test
    void endsWithCtrlCWhileThereIsNoConnection() throws Exception {
        reconnect = new Reconnect(0, Duration.ofHours(10), Duration.ofHours(10));
        int port;
        try (WebSocketServer gone = WebSocketServer.builder().port(0).start()) {
            port = gone.port();
        }
        open("ws://127.0.0.1:" + port + "/", List.of(), Map.of());
        awaitSeen("connection refused");
        awaitSeen("(attempt 1)");
        type("hello" + ENTER);
        awaitSeen("this waits for the next one");
        type(CTRL_C);
        assertThat(ended()).isEqualTo(new Ending(ExitCode.INTERRUPTED, ""));
        assertThat(seen()).contains("not sent, as there was no connection any more: 1 message");
    }

    @Test
    void saysThatItDoesNotTryAgain() throws Exception {
        reconnect = new Reconnect(3, Duration.ofMillis(1), Duration.ofMillis(1));
        open(server.uri("/drop?after=0.2").toString(), List.of(), Map.of());
        assertThat(ended()).isEqualTo(new Ending(ExitCode.LOST, ""));
        assertThat(seen()).contains("* lost: ").contains("not trying again: that was the last attempt");
    }

    @Test
    void doesNotTryAgainAfterAStatusThatSaysSo() throws Exception {
        reconnect = new Reconnect(0, Duration.ofMillis(1), Duration.ofMillis(1));
        open(server.uri("/reject?status=403").toString(), List.of(), Map.of());
        assertThat(ended().exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(ended().message()).contains("403");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/pign | did you mean /ping?",
                "/join x | //join sends it as text",
                "/bin zz! | expected bytes in hex",
                "/file | expected FILE after it",
                "/file no-such-file | no-such-file",
                "/close 1002 | 1000 or 3000 to 4999",
                "/save x | no message has come yet",
                "/last | no message has come yet",
                "/repeat 3 | no message yet to repeat",
                "/repeat x | expected N MS",
                "/help | Ctrl-C and Ctrl-D close"
            })
    void answersWhatCannotBeAndStaysOpen(String typed, String answer) throws Exception {
        open("/echo");
        type(typed + ENTER);
        awaitSeen(answer);
        type(CTRL_D);
        assertThat(ended().exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void closesWithACodeAndAReason() throws Exception {
        open("/echo");
        type("/close 4000 see you" + ENTER);
        assertThat(ended()).isEqualTo(new Ending(ExitCode.OK, ""));
        assertThat(written()).contains("{\"dir\":\"out\",\"type\":\"close\",\"code\":4000,\"reason\":\"see you\"}");
        assertThat(seen()).contains("closed, 4000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u001b[", "\u001bO"})
    void understandsBothFormsOfTheCursorKeys(String form) throws Exception {
        open("/echo");
        type("hello" + ENTER);
        awaitSeen("< hello");
        type(form + "A" + form + "H" + "1" + form + "C" + "2" + form + "F" + "3" + form + "D" + "4" + ENTER);
        awaitSeen("< 1h2ello43");
        type(CTRL_D);
        assertThat(ended().exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void sendsWhatWasTypedWhenTheTerminalStillMadeLineFeedsOfEnter() throws Exception {
        typedBefore = "early 你\nhalf";
        open("/echo");
        awaitSeen("< early 你");
        type(" a line" + ENTER);
        awaitSeen("< half a line");
        type(CTRL_D);
        assertThat(ended().exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void completesCommandsAndFiles() throws Exception {
        open("/echo");
        Files.writeString(directory.resolve("unmistakable"), "by its name");
        type("/fi\t" + directory + "/unm\t" + ENTER);
        awaitSeen("< by its name");
        type(CTRL_D);
        ended();
    }

    @Test
    void hasNoColoursWhereNoneAreWanted() throws Exception {
        open(server.uri("/echo").toString(), List.of(), Map.of("NO_COLOR", "1"));
        awaitSeen("Enter sends");
        type("{\"a\":1}" + ENTER);
        awaitSeen("< {\"a\":1}");
        type(CTRL_D);
        ended();
        assertThat(screen.toString(UTF_8)).doesNotContainPattern("\u001b\\[[0-9;]*(3[0-7]|[124])m");
    }

    @Test
    void keepsUpWithAFlood() throws Exception {
        open("/flood?n=20000&size=10");
        List<String> last = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (written().stream()
                                .filter(line -> line.contains("\"in\",\"type\":\"text\""))
                                .count()
                        < 20_000
                && !ending.isDone()) {
            assertThat(System.nanoTime()).as(last.toString()).isLessThan(deadline);
            LockSupport.parkNanos(50_000_000);
        }
        type(CTRL_D);
        assertThat(ended().exitCode()).isEqualTo(ExitCode.OK);
    }
}
