package dev.duplex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.duplex.client.WebSocket;
import dev.duplex.client.WebSocketOptions;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class CheckCommandTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static WebSocketServer server;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() {
        server = WebSocketServer.builder()
                .port(0)
                .webSocket("/", WebSocketHandler.onMessage((session, message) -> session.send(message)))
                .webSocket("/wrong", WebSocketHandler.onMessage((session, message) -> {
                    if (message.size() == 126) {
                        session.send("<&\"]]>\u0001");
                    } else {
                        session.send(message);
                    }
                }))
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private int run(String... args) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }

    private static String url(String path) {
        return server.uri(path).toString();
    }

    @Test
    void printsATableAndEndsWithZeroWhereNothingFails() {
        assertThat(run("check", url("/"), "--only", "ping,2.5,opcode.3*"))
                .as(out.toString() + err)
                .isZero();
        assertThat(out.toString().lines().toList())
                .anyMatch(line -> line.matches("ping +22 +\\. +\\. +\\. +\\."))
                .anyMatch(line -> line.matches("opcode +4 +\\. +\\. +\\. +\\."))
                .anyMatch(line -> line.matches("all +26 +\\. +\\. +\\. +\\."));
        assertThat(out.toString()).containsPattern("26 cases in [0-9.]+ s, 26 pass, 0 fail");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void endsWithTenWhereACaseFailsAndSaysWhy() {
        assertThat(run("check", url("/wrong"), "--only", "framing.text-126,framing.text-127"))
                .isEqualTo(10);
        assertThat(out.toString())
                .contains("fail  framing.text-126 [1.1.3]")
                .contains("expected back the message of 126 bytes that was sent")
                .contains("1 pass, 1 fail");
    }

    @Test
    void writesJsonJunitAndHtml(@TempDir Path folder) throws Exception {
        Path json = folder.resolve("a.json");
        Path junit = folder.resolve("a.xml");
        Path html = folder.resolve("a.html");
        assertThat(run(
                        "check",
                        url("/wrong"),
                        "--only=framing.text-126,ping.empty",
                        "--name=</script>&",
                        "--json=" + json,
                        "--junit=" + junit,
                        "--html=" + html,
                        "-q"))
                .isEqualTo(10);
        assertThat(out.toString()).isEmpty();
        JsonNode report = JSON.readTree(Files.readString(json));
        assertThat(report.path("peer").asText()).isEqualTo("</script>&");
        assertThat(report.path("counts").path("fail").asInt()).isEqualTo(1);
        assertThat(report.path("cases").path(0).path("id").asText()).isEqualTo("framing.text-126");
        assertThat(report.path("cases").path(0).path("log").size()).isGreaterThan(8);
        assertThat(DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(junit.toFile())
                        .getElementsByTagName("failure")
                        .getLength())
                .isEqualTo(1);
        String page = Files.readString(html);
        assertThat(page)
                .contains("\\u003c/script>&")
                .doesNotContain("</script>&")
                .doesNotContain("@reports@")
                .doesNotContainPattern(Pattern.compile("(src|href)=\"?https?:"));
    }

    @Test
    void putsEarlierReportsOnOnePage(@TempDir Path folder) throws Exception {
        Path one = folder.resolve("one.json");
        Path two = folder.resolve("two.json");
        run("check", url("/"), "--only=framing.text-126", "--name=one", "--json=" + one, "-q");
        run("check", url("/wrong"), "--only=framing.text-126", "--name=two", "--json=" + two, "-q");
        Path html = folder.resolve("both.html");
        assertThat(run("check", "--html=" + html, one.toString(), two.toString()))
                .as(err.toString())
                .isZero();
        assertThat(Files.readString(html))
                .contains("\"peer\":\"one\"")
                .contains("\"peer\":\"two\"")
                // So that many fit: what a case is once, and the bytes of what did not pass.
                .containsOnlyOnce("\"sentence\":")
                .containsOnlyOnce("\"log\":");

        assertThat(run("check", one.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("--html");
        Path other = Files.writeString(folder.resolve("other.json"), "{\"a\": 1}");
        assertThat(run("check", "--html=" + html, other.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("other.json is no report");
    }

    @Test
    void listsAndExplains() {
        assertThat(run("check", "--list", "--only", "ping", "--skip", "ping.payload"))
                .isZero();
        assertThat(out.toString())
                .contains("ping.empty [2.1]  An empty ping is answered by an empty pong.")
                .doesNotContain("ping.payload-125");
        assertThat(run("check", "--explain", "2.5")).isZero();
        assertThat(out.toString())
                .contains("ping.payload-126   RFC 6455 §5.5   Autobahn 2.5")
                .contains("send ping, 126 bytes")
                .contains("89 7e 00 7e")
                .contains("close 1002");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "check | ws://localhost:9998/echo",
                "check --only nothing ws://localhost:1 | nothing",
                "check --explain nothing | nothing",
                "check --connections 0 ws://localhost:1 | --connections",
                "check --deadline 0 ws://localhost:1 | --deadline",
                "check --listen nowhere | --listen",
                "check --listen :9001 ws://localhost:1 | --listen",
                "check -H nonsense ws://localhost:1 | nonsense",
                "check ftp://localhost/ | ftp://localhost/",
                "check --ca no-such.pem wss://localhost:1 | no-such.pem",
                "check --only response ws://localhost:1 | no case"
            })
    void answersWhatCannotBeWithTwo(String line, String named) {
        assertThat(run(line.split(" "))).as(err.toString()).isEqualTo(2);
        assertThat(err.toString())
                .contains(named)
                .contains("duplex check --help")
                .doesNotContain("\tat ");
    }

    @Test
    void endsWithFourWhereNobodyListensAndThreeWhereSomebodyDoes() {
        WebSocketServer gone = WebSocketServer.builder().port(0).start();
        gone.close();
        assertThat(run("check", "ws://127.0.0.1:" + gone.port() + "/")).isEqualTo(4);
        assertThat(run("check", "--listen", ":" + server.port())).isEqualTo(3);
        assertThat(err.toString()).doesNotContain("\tat ");
    }

    @Test
    void checksAClientAndEndsAfterItsReport() throws Exception {
        CompletableFuture<Integer> ended =
                CompletableFuture.supplyAsync(() -> run("check", "--listen=:0", "--once", "--only=ping.empty"));
        String address = awaitAddress(ended);
        assertThat(talk(address + "/getCaseCount")).isEqualTo("1");
        assertThat(talk(address + "/getCaseInfo?case=1")).contains("\"id\": \"ping.empty\"");
        assertThat(talk(address + "/runCase?case=1&agent=ours")).isEmpty();
        assertThat(talk(address + "/getCaseStatus?case=1&agent=ours")).isEqualTo("{\"behavior\": \"OK\"}");
        talk(address + "/updateReports?agent=ours");
        assertThat(ended.get(30, TimeUnit.SECONDS)).isZero();
        assertThat(out.toString()).contains("ours: 1 cases");
    }

    private String awaitAddress(CompletableFuture<Integer> ended) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < until && !ended.isDone()) {
            String printed = out.toString();
            if (printed.contains("\n")) {
                return printed.substring(0, printed.indexOf('\n')).strip();
            }
            LockSupport.parkNanos(1_000_000);
        }
        throw new AssertionError("no address was printed: " + err);
    }

    /** Connects, and gives back the text that comes before the end. */
    private static String talk(String url) throws Exception {
        StringBuilder text = new StringBuilder();
        CompletableFuture<String> closed = new CompletableFuture<>();
        new WebSocket(url, WebSocketOptions.DEFAULT, socket -> {
            socket.onmessage(event -> text.append(event.data()));
            socket.onclose(event -> closed.complete(text.toString()));
        });
        return closed.get(30, TimeUnit.SECONDS);
    }
}
