package dev.duplex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.duplex.cli.echo.EchoRoutes;
import dev.duplex.server.WebSocketServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class PingCommandTest {
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

    private int ping(String path, String... options) {
        String[] args = new String[options.length + 2];
        args[0] = "ping";
        args[1] = server.uri(path).toString();
        System.arraycopy(options, 0, args, 2, options.length);
        return run(args);
    }

    private JsonNode statistics() throws Exception {
        List<String> lines = out.toString().lines().toList();
        JsonNode last = JSON.readTree(lines.get(lines.size() - 1));
        assertThat(last.path("type").textValue()).isEqualTo("statistics");
        return last;
    }

    @ParameterizedTest
    @CsvSource({"''", "--echo"})
    void tellsEachAnswerAndTheStatistics(String option) {
        assertThat(option.isEmpty() ? ping("/echo", "-c3", "-i10ms") : ping("/echo", "-c3", "-i10ms", option))
                .as(err.toString())
                .isZero();
        assertThat(out.toString().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line).matches("PING ws://\\S+/echo, open after [0-9.]+ ms"),
                        line -> assertThat(line).matches("seq=1 time=[0-9.]+ ms"),
                        line -> assertThat(line).matches("seq=2 time=[0-9.]+ ms"),
                        line -> assertThat(line).matches("seq=3 time=[0-9.]+ ms"),
                        line -> assertThat(line).isEmpty(),
                        line -> assertThat(line).matches("--- ws://\\S+/echo ping statistics ---"),
                        line -> assertThat(line).matches("3 sent, 3 answered, 0% lost, time [0-9]+ ms"),
                        line -> assertThat(line)
                                .matches("round trip min/avg/max/mdev = [0-9.]+/[0-9.]+/[0-9.]+/[0-9.]+ ms"));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void addsPercentilesWhenThereAreTwentyAnswers() {
        assertThat(ping("/echo", "-q", "-c", "20", "-i", "1ms"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString().lines()).hasSize(4).last().asString().startsWith("percentiles p50/p90/p99 = ");
    }

    @Test
    void tellsAProgramInJson() throws Exception {
        assertThat(ping("/echo", "--json", "-c2", "-i10ms")).as(err.toString()).isZero();
        assertThat(out.toString().lines())
                .hasSize(4)
                .allSatisfy(line ->
                        assertThat(JSON.readTree(line).path("ms").isNumber()).isTrue());
        assertThat(statistics().path("sent").intValue()).isEqualTo(2);
        assertThat(statistics().path("lost").intValue()).isZero();
        assertThat(statistics().path("avg").doubleValue()).isPositive();
    }

    @Test
    void endsWithEightWhenAnAnswerIsMissing() throws Exception {
        try (SilentServer silent = new SilentServer("")) {
            assertThat(run("ping", silent.url(), "--json", "-c2", "-i10ms", "-w", "50ms"))
                    .isEqualTo(8);
        }
        assertThat(out.toString()).contains("{\"type\":\"lost\",\"seq\":2,\"ms\":50.000000}");
        assertThat(statistics().path("lost").intValue()).isEqualTo(2);
        assertThat(statistics().has("avg")).isFalse();
    }

    @Test
    void countsTheAnswerThatComesTooLateAsLost() throws Exception {
        assertThat(ping("/delay?ms=300", "--echo", "--json", "-c2", "-i600ms", "-w100ms"))
                .isEqualTo(8);
        assertThat(statistics().path("answered").intValue()).isZero();
        assertThat(out.toString()).contains("\"type\":\"late\"");
    }

    @Test
    void isNotDisturbedByOtherMessages() throws Exception {
        assertThat(ping("/time?every=10ms", "-c5", "-i10ms", "--json"))
                .as(err.toString())
                .isZero();
        assertThat(statistics().path("answered").intValue()).isEqualTo(5);
    }

    @Test
    void tellsTheStatisticsWhenItIsInterrupted() throws Exception {
        CompletableFuture<Integer> exitCode = new CompletableFuture<>();
        Thread thread = new Thread(() -> exitCode.complete(ping("/echo", "-i1ms", "--json")));
        thread.start();
        while (!out.toString().contains("\"seq\":3,")) {
            assertThat(exitCode).isNotDone();
            LockSupport.parkNanos(1_000_000);
        }
        thread.interrupt();
        assertThat(exitCode.get(30, TimeUnit.SECONDS)).isZero();
        assertThat(statistics().path("lost").intValue()).isZero();
        assertThat(statistics().path("sent").intValue()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void saysHowTheConnectionEndedBeforeItsTime() {
        assertThat(ping("/close?code=4001&reason=bye&after=0.2", "-i10ms")).isEqualTo(7);
        assertThat(out.toString()).contains("ping statistics");
        assertThat(err.toString()).contains("4001").contains("bye");
    }

    @Test
    void saysThatNobodyAnswersThere() throws Exception {
        int port;
        try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        assertThat(run("ping", "ws://127.0.0.1:" + port)).isEqualTo(4);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("duplex: ").doesNotContain("\tat ");
    }

    @Test
    void showsNoPassword() {
        String url = server.uri("/echo").toString().replace("://", "://ann:secret@");
        assertThat(run("ping", url, "-c1")).as(err.toString()).isZero();
        assertThat(out + "" + err).contains("/echo").doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({"--count 0, --count", "--count -3, --count", "--interval 0, --interval", "--wait 0, --wait"})
    void refusesNumbersThatCannotBe(String options, String named) {
        assertThat(ping("/echo", options.split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains(named).contains("duplex ping --help");
    }
}
