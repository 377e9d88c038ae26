package dev.duplex.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.duplex.cli.echo.EchoRoutes;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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
        List<String> args = new ArrayList<>(List.of("bench", server.uri(path).toString(), "--ramp=0", "--warmup=0"));
        if (Stream.of(options).noneMatch(option -> option.startsWith("--duration"))) {
            args.add("--duration=200ms");
        }
        args.addAll(List.of(options));
        return run(args.toArray(String[]::new));
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
        double seconds = result.path("messages").path("seconds").doubleValue() + untilDrain();
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
                .contains("--- bench of ws://127.0.0.1:" + server.port() + "/echo: echo ---")
                .contains("connections  2 of 2 opened in ")
                .contains("latency ms   from the time at which each message was due")
                .contains("lateness ms")
                .containsPattern("2 +1000 by us")
                .doesNotContain("\u001b")
                .doesNotContain("NaN");
    }

    @Test
    void tellsWhatIsNoEcho() throws IOException {
        assertThat(bench("/reverse", "-c1", "--rate=100", "--json")).isZero();
        assertThat(seconds("wrong")).isEqualTo(seconds("answered")).isPositive();
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
        assertThat(bench("/close?code=4001&reason=bye", "-c3", "--json", "--duration=2s", "--timeout=50ms"))
                .isZero();
        assertThat(result().path("connections").path("lost").intValue()).isEqualTo(3);
        assertThat(result().path("closes").path("4001 by the server: bye").intValue())
                .isEqualTo(3);
    }

    @Test
    void countsConnectionsThatVanish() throws IOException {
        assertThat(bench("/drop", "-c3", "--json", "--duration=2s", "--timeout=50ms"))
                .isZero();
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
            LockSupport.parkNanos(1_000_000);
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
        "--size 128m, --size",
        "--scenario dance, broadcast",
        "--json --csv, --csv",
        "--template {{x}}, {{seq}}",
        "--payload /no/such/file, /no/such/file",
        "--latency json:, data.items",
        "--latency json:id, --template",
        "--latency none --closed, --closed",
        "--latency json:id --scenario churn, churn",
        "--scenario broadcast --template x, --latency",
        "--scenario broadcast --size 8, --size",
        "--scenario broadcast --senders 99, --senders",
        "--step 5, --until-p95",
        "--until-p95 5s, --step",
        "--step 5 --until-p95 1s --scenario idle, --step",
        "--hello hi, --hello",
        "--fail p99, --fail",
        "--source-ip here, --source-ip",
        "--pid 2147483646, --pid"
    })
    void refusesWhatCannotBe(String options, String named) {
        assertThat(run(Stream.concat(Stream.of("bench", "ws://127.0.0.1:9"), Stream.of(options.split(" ")))
                        .toArray(String[]::new)))
                .isEqualTo(2);
        assertThat(err.toString()).contains(named).contains("duplex bench --help");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void anOpenLoopGoesOnWhileTheServerSaysNothing() throws Exception {
        int most = 20;
        List<String> held = new ArrayList<>();
        try (WebSocketServer slow = WebSocketServer.builder()
                .port(0)
                .webSocket("/", WebSocketHandler.onMessage((session, message) -> {
                    held.add(message.text());
                    if (held.size() == most) {
                        held.forEach(session::send);
                        held.clear();
                    }
                }))
                .start()) {
            // It answers nothing before it has twenty: a loop that waits for an answer would wait for ever.
            assertThat(run(
                            "bench",
                            slow.uri("/").toString(),
                            "-c1",
                            "--json",
                            "--rate=200",
                            "--warmup=0",
                            "--duration=500ms",
                            "--timeout=2s"))
                    .as(err.toString())
                    .isZero();
        }
        JsonNode result = result();
        long sent = result.path("messages").path("sent").longValue();
        long unanswered = result.path("messages").path("unanswered").longValue();
        assertThat(sent).isGreaterThanOrEqualTo(most);
        assertThat(unanswered).isLessThan(most);
        // What was never answered is not left out: it counts with the time that it has waited.
        assertThat(result.path("latency").path("count").longValue())
                .isEqualTo(result.path("lateness").path("count").longValue());
    }

    @Test
    void anAnswerIsKnownByItsNumber() throws Exception {
        try (WebSocketServer chatty = WebSocketServer.builder()
                .port(0)
                .webSocket("/", WebSocketHandler.onMessage((session, message) -> {
                    session.send("{\"event\":\"noise\"}");
                    session.send("{\"result\":{\"of\":" + message.text().replaceAll("[^0-9]", "") + "}}");
                }))
                .start()) {
            assertThat(run(
                            "bench",
                            chatty.uri("/").toString(),
                            "-c2",
                            "--closed",
                            "--in-flight=3",
                            "--json",
                            "--warmup=0",
                            "--duration=200ms",
                            "--template={\"id\":{{seq}}}",
                            "--latency=json:result.of"))
                    .as(err.toString())
                    .isZero();
        }
        JsonNode messages = result().path("messages");
        assertThat(messages.path("answered").longValue()).isPositive();
        assertThat(messages.path("unanswered").longValue()).isZero();
        // One of two answers nothing, but for those cut by the beginning and the end.
        assertThat(messages.path("unasked").longValue()
                        - messages.path("answered").longValue())
                .isBetween(-6L, 6L);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aBroadcastReachesEverybody(int threads) throws IOException {
        assertThat(bench(
                        "/broadcast",
                        "--scenario=broadcast",
                        "-c6",
                        "--senders=2",
                        "--threads=" + threads,
                        "--rate=50",
                        "--json"))
                .as(err.toString())
                .isZero();
        JsonNode result = result();
        long complete = result.path("complete").path("count").longValue();
        assertThat(complete).isPositive();
        // Once all are there everybody else gets each message; so does its sender from our /broadcast, though its copy
        // may
        // come after the last count.
        assertThat(seconds("answered") - connecting("answered"))
                .isGreaterThanOrEqualTo(5 * (seconds("sent") - connecting("sent")));
        assertThat(seconds("answered")).isLessThanOrEqualTo(6 * seconds("sent"));
        // What is measured begins and ends amid deliveries; that which completes a message is always one of them.
        assertThat(result.path("latency").path("count").longValue()).isGreaterThanOrEqualTo(complete);
        assertThat(result.path("messages").path("unanswered").longValue()).isZero();
        assertThat(result.path("messages").path("unasked").longValue()).isZero();
    }

    @Test
    void aClosedBroadcastGoesOnWhenAllHaveHeard() throws IOException {
        assertThat(bench("/broadcast", "--scenario=broadcast", "-c4", "--closed", "--in-flight=2", "--json"))
                .as(err.toString())
                .isZero();
        JsonNode result = result();
        assertThat(result.path("complete").path("count").longValue()).isGreaterThan(2);
        assertThat(result.path("messages").path("unanswered").longValue()).isZero();
        assertThat(result.path("load").path("kind").textValue()).isEqualTo("closed");
    }

    @Test
    void whoIsAloneHearsItself() throws IOException {
        assertThat(bench("/broadcast", "--scenario=broadcast", "-c1", "--closed", "--json"))
                .as(err.toString())
                .isZero();
        assertThat(result().path("complete").path("count").longValue()).isPositive();
    }

    @Test
    void listensToWhatIsPushed() throws IOException {
        assertThat(bench("/time?every=10ms", "--scenario=push", "-c3", "--json", "--duration=500ms"))
                .as(err.toString())
                .isZero();
        assertThat(result().path("messages").path("received").longValue()).isPositive();
        assertThat(result().path("messages").path("sent").longValue()).isZero();
        assertThat(result().path("latency").path("count").longValue()).isZero();
    }

    @Test
    void takesTheTimeInAMessageForWhenItWasSent() throws Exception {
        try (WebSocketServer pushing = WebSocketServer.builder()
                .port(0)
                .webSocket("/", WebSocketHandler.onMessage((session, message) -> {
                    for (int i = 0; i < 5; i++) {
                        session.send("{\"at\":" + System.currentTimeMillis() + "}");
                    }
                    session.send("no time at all");
                }))
                .start()) {
            assertThat(run(
                            "bench",
                            pushing.uri("/").toString(),
                            "--scenario=push",
                            "-c2",
                            "--hello=subscribe",
                            "--latency=json:at",
                            "--json",
                            "--warmup=0",
                            "--duration=300ms"))
                    .as(err.toString())
                    .isZero();
        }
        assertThat(seconds("received")).isEqualTo(12);
        assertThat(seconds("answered")).isEqualTo(10);
        assertThat(seconds("unasked")).isEqualTo(2);
    }

    /** From the last count of what is measured until it is measured no more. */
    private double untilDrain() throws IOException {
        for (String line : out.toString().lines().toList()) {
            JsonNode node = JSON.readTree(line);
            if ("drain".equals(node.path("phase").textValue())) {
                return node.path("seconds").doubleValue() - node.path("end").doubleValue();
            }
        }
        throw new AssertionError("no drain in " + out);
    }

    /** A count over the whole run, what came before measuring began included. */
    private long seconds(String counter) throws IOException {
        long sum = 0;
        for (String line : out.toString().lines().toList()) {
            JsonNode node = JSON.readTree(line);
            sum += node.path("type").textValue().equals("second")
                    ? node.path(counter).longValue()
                    : 0;
        }
        return sum;
    }

    /** The same until all connections are there. */
    private long connecting(String counter) throws IOException {
        long sum = 0;
        for (String line : out.toString().lines().toList()) {
            JsonNode node = JSON.readTree(line);
            sum += "connect".equals(node.path("phase").textValue())
                    ? node.path(counter).longValue()
                    : 0;
        }
        return sum;
    }

    @Test
    void opensAndClosesConnections() throws IOException {
        assertThat(bench("/echo", "--scenario=connect", "-c20", "--json"))
                .as(err.toString())
                .isZero();
        JsonNode result = result();
        assertThat(result.path("connections").path("opened").intValue()).isEqualTo(20);
        assertThat(result.path("connections").path("total").path("count").intValue())
                .isEqualTo(20);
        assertThat(result.path("connections").path("lost").intValue()).isZero();
        assertThat(result.path("messages").path("opened").intValue()).isEqualTo(20);
        assertThat(result.path("closes").path("1000 by us").intValue()).isEqualTo(20);
    }

    @Test
    void holdsConnectionsThatSayNothing() throws IOException {
        assertThat(bench("/echo", "--scenario=idle", "-c5", "--json"))
                .as(err.toString())
                .isZero();
        assertThat(result().path("connections").path("lost").intValue()).isZero();
        assertThat(result().path("messages").path("sent").longValue()).isZero();
        assertThat(result().path("closes").path("1000 by us").intValue()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({"--closed", "--rate=20"})
    void comesAndGoes(String load) throws IOException {
        assertThat(bench("/echo", "--scenario=churn", "-c2", load, "--json", "--duration=500ms"))
                .as(err.toString())
                .isZero();
        JsonNode result = result();
        long opened = result.path("connections").path("opened").longValue();
        assertThat(opened).isGreaterThan(2);
        assertThat(result.path("connections").path("lost").longValue()).isZero();
        assertThat(result.path("messages").path("wrong").longValue()).isZero();
        assertThat(result.path("closes").path("1000 by us").longValue()).isEqualTo(opened);
    }

    @Test
    void churnGoesOnWhenItIsRefused() throws IOException {
        assertThat(bench("/reject?status=503", "--scenario=churn", "-c2", "--rate=50", "--json"))
                .isEqualTo(6);
        assertThat(result().path("failures").path("HTTP 503").longValue()).isGreaterThan(2);
    }

    @Test
    void addsConnectionsUntilItIsTooMuch() throws IOException {
        // Nothing is answered in a microsecond, and everything in an hour.
        assertThat(bench("/echo", "--step=3", "-c9", "--until-p95=0.000001s", "--json"))
                .as(err.toString())
                .isZero();
        assertThat(result().path("withinLimit").intValue()).isZero();
        assertThat(result().path("steps")).hasSize(1);
        assertThat(bench("/echo", "--step=3", "-c8", "--until-p95=1h", "--json", "--fail=connections>=8"))
                .as(err.toString())
                .isZero();
        assertThat(result().path("withinLimit").intValue()).isEqualTo(8);
        assertThat(result().path("steps"))
                .extracting(step -> step.path("connections").intValue())
                .containsExactly(3, 6, 8);
    }

    @Test
    void endsWithTenIfAConditionDoesNotHold() throws IOException {
        assertThat(bench("/echo", "-c2", "--json", "--fail", "p99>3600s,errors<1", "--fail", "connections>5"))
                .isEqualTo(10);
        assertThat(err.toString())
                .contains("p99>3600s (")
                .contains("connections>5 (2)")
                .doesNotContain("errors");
        assertThat(result().path("thresholds"))
                .extracting(each -> each.path("held").booleanValue())
                .containsExactly(false, true, false);
        assertThat(bench("/echo", "-c2", "--fail", "errors<=0%,p99<3600s")).isZero();
        assertThat(out.toString()).contains("ok     p99<3600s: ");
    }

    @Test
    void connectsFromTheAddressesThatItIsGiven() throws Exception {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        try (WebSocketServer noting = WebSocketServer.builder()
                .port(0)
                .webSocket("/", new WebSocketHandler() {
                    @Override
                    public void onOpen(Session session) {
                        seen.add(session.remoteAddress().toString().replaceAll("^/|:.*", ""));
                    }
                })
                .start()) {
            assumeThat(System.getProperty("os.name"))
                    .as("all of 127/8 is this machine's")
                    .isEqualTo("Linux");
            assertThat(run(
                            "bench",
                            noting.uri("/").toString(),
                            "--scenario=connect",
                            "-c6",
                            "--source-ip=127.0.0.2-127.0.0.3,127.0.0.9"))
                    .as(err.toString())
                    .isZero();
        }
        assertThat(seen).containsExactlyInAnyOrder("127.0.0.2", "127.0.0.3", "127.0.0.9");
    }

    @Test
    void tellsWhatTheServerUses() throws IOException {
        assumeThat(Path.of("/proc/self/stat")).exists();
        String pid = Long.toString(ProcessHandle.current().pid());
        assertThat(bench("/echo", "-c2", "--closed", "--json", "--pid", pid))
                .as(err.toString())
                .isZero();
        JsonNode server = result().path("server");
        assertThat(server.path("pid").longValue())
                .isEqualTo(ProcessHandle.current().pid());
        assertThat(server.path("rssUntil").longValue()).isPositive();
        assertThat(server.path("cpuMicrosFor").textValue()).isEqualTo("message");
    }

    @Test
    void printsARowForEachSecond() {
        assertThat(bench("/echo", "-c2", "--rate=50", "--csv"))
                .as(err.toString())
                .isZero();
        List<String> rows = out.toString().lines().toList();
        int columns = rows.get(0).split(",", -1).length;
        assertThat(rows.get(0)).startsWith("phase,end_s,seconds,open,");
        assertThat(rows.stream().skip(1))
                .allSatisfy(row -> assertThat(row.split(",", -1)).hasSize(columns))
                .anySatisfy(row -> assertThat(row).startsWith("measure,"));
    }

    @Test
    void writesHistogramsAndAPage(@TempDir Path folder) throws IOException {
        Path percentiles = folder.resolve("latency.hgrm");
        Path page = folder.resolve("report.html");
        assertThat(bench(
                        "/close?code=4001&reason=%3C/script%3E&after=0.1",
                        "-c2",
                        "--rate=50",
                        "--duration=2s",
                        "-q",
                        "--hdr",
                        percentiles.toString(),
                        "--html",
                        page.toString()))
                .as(err.toString())
                .isZero();
        assertThat(percentiles).content().contains("Percentile TotalCount").contains("#[Mean");
        assertThat(page)
                .content()
                .startsWith("<!doctype html>")
                .contains("\"type\":\"result\"")
                .doesNotContain("@result@")
                .contains("\\u003c/script>")
                .doesNotContain("server: </script>")
                .doesNotContainPattern("(?:src|href)=\"http");
        Path log = folder.resolve("latency.hlog");
        assertThat(bench("/echo", "-c2", "--rate=50", "-q", "--hdr", log.toString()))
                .isZero();
        try (HistogramLogReader reader = new HistogramLogReader(log.toFile())) {
            assertThat(((Histogram) reader.nextIntervalHistogram()).getTotalCount())
                    .isPositive();
        }
        assertThat(bench(
                        "/echo",
                        "-c1",
                        "--html",
                        folder.resolve("no/such/folder").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--html: cannot write");
    }

    @Test
    void theFieldsOfTheResultAreThoseThatProgramsKnow() throws IOException {
        assertThat(bench("/echo", "-c1", "--json")).isZero();
        assertThat(result().path("format").textValue()).isEqualTo("duplex-bench-1");
        assertThat(names(result()))
                .isEqualTo("type format url scenario interrupted load connections messages latency lateness cpu errors"
                        + " errorRate failures closes warnings thresholds");
        assertThat(names(result().path("latency"))).isEqualTo("count min mean p50 p90 p95 p99 p99.9 max");
        assertThat(names(result().path("messages")))
                .isEqualTo("seconds sent received answered sentBytes receivedBytes wrong unasked unanswered opened"
                        + " sentPerSecond receivedPerSecond");
        assertThat(names(result().path("connections")))
                .isEqualTo("wanted begun opened failed lost seconds dns tcp upgrade total");
        JsonNode second = JSON.readTree(out.toString().lines().findFirst().orElseThrow());
        assertThat(names(second))
                .isEqualTo("type phase end seconds open sent received answered sentBytes receivedBytes wrong unasked"
                        + " errors latency cpu");
    }

    private static String names(JsonNode node) {
        return String.join(" ", (Iterable<String>) node::fieldNames);
    }

    @Test
    void sendsWhatIsInAFile(@TempDir Path folder) throws Exception {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        Path text = Files.writeString(folder.resolve("text"), "你好");
        Path bytes = Files.write(folder.resolve("bytes"), new byte[] {(byte) 0xFF, 0});
        try (WebSocketServer noting = WebSocketServer.builder()
                .port(0)
                .webSocket("/", WebSocketHandler.onMessage((session, message) -> {
                    got.add(message.isText() ? message.text() : "bytes " + message.size());
                    session.send(message);
                }))
                .start()) {
            for (Path file : List.of(text, bytes)) {
                assertThat(run(
                                "bench",
                                noting.uri("/").toString(),
                                "-c1",
                                "--rate=100",
                                "--warmup=0",
                                "--duration=50ms",
                                "--fail=wrong<1",
                                "--payload",
                                file.toString()))
                        .as(err.toString())
                        .isZero();
            }
        }
        assertThat(Set.copyOf(got)).containsExactlyInAnyOrder("你好", "bytes 2");
    }
}
