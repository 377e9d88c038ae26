package dev.duplex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.duplex.cli.echo.EchoRoutes;
import dev.duplex.server.WebSocketServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static WebSocketServer server;
    private static EchoRoutes routes;

    private final StringWriter out = new StringWriter();
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

    private int run(String... args) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }

    /** A short run against a path of our server. */
    private int bench(String path, String... options) {
        return run(Stream.concat(
                        Stream.of("bench", server.uri(path).toString(), "--ramp=0", "--warmup=0", "--duration=200ms"),
                        Stream.of(options))
                .toArray(String[]::new));
    }

    private JsonNode result() throws IOException {
        List<String> lines = out.toString().lines().toList();
        JsonNode last = JSON.readTree(lines.get(lines.size() - 1));
        assertThat(last.path("type").textValue()).isEqualTo("result");
        return last;
    }

    @Test
    void anOpenLoopSendsWhatItsScheduleSays() throws IOException {
        assertThat(bench("/echo", "-c5", "--rate=100/s", "--json"))
                .as(err.toString())
                .isZero();
        JsonNode result = result();
        assertThat(result.path("connections").path("opened").intValue()).isEqualTo(5);
        assertThat(result.path("messages").path("unanswered").intValue()).isZero();
        assertThat(result.path("messages").path("wrong").intValue()).isZero();
        // Five times a hundred in a second, of which the run has measured a part: each of those is in the histogram.
        double seconds = result.path("messages").path("seconds").doubleValue();
        assertThat(result.path("latency").path("count").doubleValue())
                .isBetween(5 * (100 * 0.2 - 1), 5 * (100 * seconds + 2));
        assertThat(result.path("lateness").path("count").longValue())
                .isEqualTo(result.path("latency").path("count").longValue());
        assertThat(result.path("closes").path("1000 by us").intValue()).isEqualTo(5);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aClosedLoopKeepsAsManyInFlightAsItIsTold() throws IOException {
        assertThat(bench("/echo", "-c3", "--closed", "--in-flight=4", "--json", "--binary", "--size=200"))
                .as(err.toString())
                .isZero();
        JsonNode messages = result().path("messages");
        assertThat(messages.path("sent").longValue()).isPositive();
        // What is measured begins and ends with at most so many in flight.
        assertThat(messages.path("sent").longValue() - messages.path("answered").longValue())
                .isBetween(-12L, 12L);
        assertThat(messages.path("sentBytes").longValue())
                .isEqualTo(200 * messages.path("sent").longValue());
        assertThat(messages.path("wrong").longValue()).isZero();
        assertThat(messages.path("unanswered").longValue()).isZero();
        assertThat(result().path("load").path("kind").textValue()).isEqualTo("closed");
    }

    @Test
    void severalThreadsShareTheConnections() throws IOException {
        assertThat(bench("/echo", "-c7", "--threads=3", "--closed", "--json"))
                .as(err.toString())
                .isZero();
        assertThat(result().path("connections").path("opened").intValue()).isEqualTo(7);
        assertThat(result().path("closes").path("1000 by us").intValue()).isEqualTo(7);
        assertThat(result().path("load").path("threads").intValue()).isEqualTo(3);
    }

    @Test
    void printsASummaryForPeople() {
        assertThat(bench("/echo", "-c2", "--rate=50")).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains("measure ")
                .contains("--- ws://127.0.0.1:" + server.port() + "/echo bench ---")
                .contains("connections  2 of 2 open")
                .contains("latency ms   from the time at which each message was due")
                .contains("lateness ms")
                .containsPattern("2 +1000 by us")
                .doesNotContain("\u001b")
                .doesNotContain("NaN");
    }

    @Test
    void tellsWhatIsNoEcho() throws IOException {
        assertThat(bench("/reverse", "-c1", "--rate=100", "--json")).isZero();
        assertThat(result().path("messages").path("wrong").longValue())
                .isEqualTo(result().path("messages").path("answered").longValue())
                .isPositive();
        assertThat(bench("/reverse", "-c1", "--rate=100", "--json", "--any-answer"))
                .isZero();
        assertThat(result().path("messages").path("wrong").longValue()).isZero();
    }

    @Test
    void countsWhatTheServerRefuses() throws IOException {
        assertThat(bench("/reject?status=503", "-c4", "--json")).isEqualTo(6);
        assertThat(result().path("failures").path("HTTP 503").intValue()).isEqualTo(4);
        assertThat(result().path("connections").path("failed").intValue()).isEqualTo(4);
        assertThat(err.toString()).contains("503");
    }

    @Test
    void countsConnectionsThatTheServerCloses() throws IOException {
        assertThat(bench("/close?code=4001&reason=bye", "-c3", "--json", "--timeout=50ms"))
                .isZero();
        assertThat(result().path("connections").path("lost").intValue()).isEqualTo(3);
        assertThat(result().path("closes").path("4001 by the server: bye").intValue())
                .isEqualTo(3);
    }

    @Test
    void countsConnectionsThatVanish() throws IOException {
        assertThat(bench("/drop", "-c3", "--json", "--timeout=50ms")).isZero();
        assertThat(result().path("connections").path("lost").intValue()).isEqualTo(3);
        assertThat(result().path("closes").toString()).contains("1006");
    }

    @Test
    void whatIsNeverAnsweredIsToldAndNotWaitedForForEver() throws IOException {
        try (SilentServer silent = new SilentServer("")) {
            assertThat(run(
                            "bench",
                            silent.url(),
                            "-c1",
                            "--json",
                            "--rate=100",
                            "--warmup=0",
                            "--duration=200ms",
                            "--timeout=50ms"))
                    .isZero();
        }
        assertThat(result().path("messages").path("answered").longValue()).isZero();
        assertThat(result().path("messages").path("unanswered").longValue()).isGreaterThanOrEqualTo(20);
        assertThat(result().path("closes").toString()).contains("1006");
    }

    @Test
    void saysThatNobodyAnswersThere() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertThat(run("bench", "127.0.0.1:" + port, "-c2", "--json")).isEqualTo(4);
        assertThat(result().path("connections").path("failed").intValue()).isEqualTo(2);
        assertThat(err.toString()).contains("connection refused").doesNotContain("\tat ");
    }

    @Test
    void tellsWhatItHasWhenItIsInterrupted() throws Exception {
        CompletableFuture<Integer> exitCode = new CompletableFuture<>();
        String[] endless = {
            "bench", server.uri("/echo").toString(), "-c2", "--closed", "--warmup=0", "--duration=1h", "--json"
        };
        Thread thread = new Thread(() -> exitCode.complete(run(endless)));
        thread.start();
        while (!out.toString().contains("\"phase\":\"measure\"")) {
            assertThat(exitCode).isNotDone();
            Thread.onSpinWait();
        }
        thread.interrupt();
        assertThat(exitCode.get(60, TimeUnit.SECONDS)).isEqualTo(130);
        assertThat(result().path("interrupted").booleanValue()).isTrue();
        assertThat(result().path("messages").path("answered").longValue()).isPositive();
        assertThat(result().path("closes").path("1000 by us").intValue()).isEqualTo(2);
    }

    @Test
    void showsNoPassword() {
        String url = server.uri("/echo").toString().replace("://", "://ann:secret@");
        assertThat(run("bench", url, "-c1", "--warmup=0", "--duration=50ms"))
                .as(err.toString())
                .isZero();
        assertThat(out + "" + err).contains("/echo").doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "-c 0, --connections",
        "--rate 0, --rate",
        "--rate often, --rate",
        "--duration 0, --duration",
        "--closed --rate 5, --rate",
        "--in-flight 5, --closed",
        "--closed --in-flight 0, --in-flight",
        "--threads 0, --threads",
        "--size 128m, --size"
    })
    void refusesWhatCannotBe(String options, String named) {
        assertThat(run(Stream.concat(Stream.of("bench", "ws://127.0.0.1:9"), Stream.of(options.split(" ")))
                        .toArray(String[]::new)))
                .isEqualTo(2);
        assertThat(err.toString()).contains(named).contains("duplex bench --help");
        assertThat(out.toString()).isEmpty();
    }
}
