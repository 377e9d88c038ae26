package dev.duplex.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.common.Streams;
import dev.duplex.cli.echo.EchoRoutes;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.Route;
import dev.duplex.server.Session;
import dev.duplex.server.UpgradeResponse;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.Tls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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

    private int run(InputStream in, OutputStream to, String... args) {
        CommandLine commandLine = Main.commandLine(new Streams(in, to));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }

    private int run(byte[] input, String path, String... options) {
        List<String> args = new ArrayList<>(List.of("connect", server.uri(path).toString()));
        args.addAll(List.of(options));
        // Whatever goes wrong, a test must end.
        args.addAll(List.of("--timeout", "30s"));
        return run(new ByteArrayInputStream(input), out, args.toArray(String[]::new));
    }

    private int run(String input, String path, String... options) {
        return run(input.getBytes(UTF_8), path, options);
    }

    private String output() {
        return out.toString(UTF_8);
    }

    // ---------------------------------------------------------------------------------------------------- in and out

    @Test
    void sendsEachLineAndPrintsEachReply() {
        assertThat(run("a\nb\n", "/echo", "--count", "2")).as(err.toString()).isZero();
        assertThat(output()).isEqualTo("a\nb\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void sendsMessagesAndFilesBeforeTheInput(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "of a\nfile");
        assertThat(run("input\n", "/echo", "message", "-x", "first", "--file", file.toString(), "-n", "4"))
                .isZero();
        assertThat(output()).isEqualTo("first\nmessage\nof a\nfile\ninput\n");
    }

    @Test
    void sendsAFileThatIsNoTextWithBinaryOnly(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("file"), HexFormat.of().parseHex("00ff0a"));
        assertThat(run("", "/echo", "--file", file.toString(), "-n", "1")).isEqualTo(2);
        assertThat(err.toString()).contains("--file").contains("is not UTF-8").contains("--binary");
        assertThat(run("", "/echo", "--file", file.toString(), "-n", "1", "--binary", "--out-frame", "hex"))
                .isZero();
        assertThat(output()).isEqualTo("00ff0a\n");
    }

    @Test
    void copiesBinaryInputByteForByte() {
        byte[] bytes = new byte[200_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 + i / 7);
        }
        assertThat(run(bytes, "/echo", "--binary")).as(err.toString()).isZero();
        assertThat(out.toByteArray()).isEqualTo(bytes);
    }

    @Test
    void escapesLineFeedsSoThatALineIsAMessage() {
        assertThat(run("a\nb\0c\0", "/echo", "--frame", "nul", "--out-frame", "lines", "--out-escape", "-n", "2"))
                .isZero();
        assertThat(output()).isEqualTo("a\\nb\nc\n");
    }

    @Test
    void namesTheLineThatCannotBeSent() {
        assertThat(run("00\nzz\n", "/echo", "--frame", "hex")).isEqualTo(2);
        assertThat(err.toString()).contains("line 2").contains("hexadecimal");
    }

    @Test
    void writesOneObjectForEachThingThatHappens() {
        assertThat(run("a\n", "/echo", "--json", "-n", "1", "--deflate", "off")).isZero();
        assertThat(output().lines().map(line -> line.replaceFirst("\"t\":[0-9.]+", "\"t\":0")))
                .containsSequence(
                        "{\"t\":0,\"dir\":\"in\",\"type\":\"open\",\"subprotocol\":\"\",\"extensions\":\"\"}",
                        "{\"t\":0,\"dir\":\"out\",\"type\":\"text\",\"data\":\"a\"}",
                        "{\"t\":0,\"dir\":\"in\",\"type\":\"text\",\"data\":\"a\"}",
                        "{\"t\":0,\"dir\":\"out\",\"type\":\"close\",\"code\":1000,\"reason\":\"\"}")
                .last()
                .isEqualTo("{\"t\":0,\"dir\":\"in\",\"type\":\"close\",\"code\":1000,\"reason\":\"\"}");
    }

    @Test
    void recordsTheSameInAFile(@TempDir Path directory) {
        Path file = directory.resolve("recording");
        assertThat(run("a\n", "/echo?token=secret", "-n", "1", "--record", file.toString()))
                .isZero();
        assertThat(output()).isEqualTo("a\n");
        assertThat(file)
                .content()
                .startsWith("{\"duplex\":\"recording\"")
                .contains("\"type\":\"open\"", "\"dir\":\"out\",\"type\":\"text\"", "\"type\":\"close\"")
                .doesNotContain("secret");
    }

    @Test
    void makesJsonReadableAndLeavesTheRest() {
        assertThat(run("{\"a\":[1.50,true]}\n{\"a\":\n{}{}\n", "/echo", "--pretty", "json", "-n", "3"))
                .isZero();
        assertThat(output()).isEqualTo("{\n  \"a\": [\n    1.50,\n    true\n  ]\n}\n{\"a\":\n{}{}\n");
    }

    @Test
    void showsBytesAsHexdumpDoes() {
        assertThat(run("AZ\n", "/echo", "--pretty", "hex", "-n", "1")).isZero();
        assertThat(output()).isEqualTo("00000000  41 5a                                             |AZ|\n");
    }

    @Test
    void beginsEachMessageWithTheTimeIfAsked() {
        assertThat(run("a\n", "/echo", "--timestamps", "-n", "1")).isZero();
        assertThat(output()).matches("20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d) a\n");
    }

    // ---------------------------------------------------------------------------------------------------------- ends

    @Test
    void endsByItselfWhenTheRepliesHaveCome() {
        assertThat(run("a\nb", "/echo")).as(err.toString()).isZero();
        assertThat(output()).isEqualTo("a\nb\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void waitsForAReplyThatTakesItsTime() {
        assertThat(run("a\n", "/delay?ms=2000")).as(err.toString()).isZero();
        assertThat(output()).isEqualTo("a\n");
    }

    @Test
    void aMessageNeedsNoEndOfTheInput() throws IOException {
        try (PipedOutputStream never = new PipedOutputStream();
                PipedInputStream in = new PipedInputStream(never)) {
            assertThat(run(in, out, "connect", server.uri("/echo").toString(), "a", "--timeout", "30s"))
                    .isZero();
        }
        assertThat(output()).isEqualTo("a\n");
    }

    @Test
    void anInputThatNeverEndsDoesNotKeepItFromEndingWithTheConnection() throws IOException {
        try (PipedOutputStream never = new PipedOutputStream();
                PipedInputStream in = new PipedInputStream(never)) {
            String url = server.uri("/close?code=1000").toString();
            assertThat(run(in, out, "connect", url, "--timeout", "30s")).isZero();
        }
    }

    @Test
    void listensUntilTheServerClosesIfThereIsNothingToSend() {
        assertThat(run("", "/close?code=1001&after=2")).isZero();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void waitsAsLongAsToldAfterTheInput() {
        assertThat(run("a\n", "/delay?ms=100", "--wait", "30s", "--count", "1")).isZero();
        assertThat(run("a\n", "/delay?ms=20000", "--wait", "100ms")).isZero();
        assertThat(output()).isEqualTo("a\n");
        assertThat(run("a\n", "/delay?ms=20000", "--wait", "0")).isZero();
        assertThat(run("a\n", "/close?after=1", "--wait", "close")).isZero();
    }

    @Test
    void endsWithTheMessageInWhichTheWordIsFound() {
        assertThat(run("one\ntwo\nthree\n", "/echo", "--until", "^t")).isZero();
        assertThat(output()).isEqualTo("one\ntwo\n");
    }

    @ParameterizedTest
    @CsvSource({"--until, x", "--expect, x", "--count, 3"})
    void endsWithTenWhenWhatIsExpectedDoesNotCome(String option, String value) {
        assertThat(run("a\n", "/close?after=1", option, value)).isEqualTo(10);
        assertThat(err.toString()).contains(option);
    }

    @Test
    void endsAsSoonAsAllThatIsExpectedHasCome() {
        assertThat(run("", "/time?every=100ms", "--expect", "\\d", "--expect", "."))
                .isZero();
    }

    @Test
    void endsWithNineWhenTheTimeIsOver() {
        assertThat(run(
                        InputStream.nullInputStream(),
                        out,
                        "connect",
                        server.uri("/echo").toString(),
                        "--timeout",
                        "300ms",
                        "-n",
                        "1"))
                .isEqualTo(9);
        assertThat(err.toString()).contains("--timeout 0.3s").contains("expected 1 message but got 0");
    }

    @Test
    void doesNotOfferAServerWhereTheProxyIsMissing() throws IOException {
        int port;
        try (ServerSocket unused = new ServerSocket(0)) {
            port = unused.getLocalPort();
        }
        assertThat(run("", "/echo", "--proxy", "127.0.0.1:" + port)).isEqualTo(4);
        assertThat(err.toString())
                .contains("could not connect to the proxy http://127.0.0.1:" + port)
                .contains("connection refused")
                .doesNotContain("duplex echo");
    }

    @Test
    void verboselyNamesTheServerWithoutThePassword() {
        String url = server.uri("/echo").toString().replace("//", "//ann:secret@");
        assertThat(run(InputStream.nullInputStream(), out, "connect", url, "x", "--count", "1", "-v"))
                .as(err.toString())
                .isZero();
        assertThat(err.toString()).contains("connected to ws://").doesNotContain("ann", "secret");
    }

    @Test
    void endsWithFourWhenNobodyListens() throws IOException {
        int port;
        try (ServerSocket unused = new ServerSocket(0)) {
            port = unused.getLocalPort();
        }
        assertThat(run(InputStream.nullInputStream(), out, "connect", "127.0.0.1:" + port))
                .isEqualTo(4);
        assertThat(err.toString()).contains("connection refused").contains("is the server running?");
        assertThat(output()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/reject?status=403, 6, HTTP 403",
        "/reject?status=503, 6, try again",
        "/nowhere, 6, HTTP ",
        "/close?code=4001&reason=bye, 7, 'closed with 4001, reason: bye'",
        "/close?code=1011, 7, 1011",
        "/drop, 8, without a close frame",
        "/badframe?kind=rsv1, 11, RFC 6455 §5.2",
        "/badframe?kind=utf8, 11, RFC 6455"
    })
    void tellsByItsExitCodeHowTheConnectionEnded(String path, int exitCode, String why) {
        assertThat(run("", path)).as(err.toString()).isEqualTo(exitCode);
        assertThat(err.toString()).contains(why).startsWith("duplex: ").doesNotContain("Exception");
        assertThat(output()).isEmpty();
    }

    @Test
    void aReaderThatLeavesIsNoFailure() {
        OutputStream head = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        String url = server.uri("/time?every=50ms").toString();
        assertThat(run(InputStream.nullInputStream(), head, "connect", url, "--timeout", "30s"))
                .isZero();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aFullDiskIsAFailure() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        String url = server.uri("/time?every=50ms").toString();
        assertThat(run(InputStream.nullInputStream(), full, "connect", url, "--timeout", "30s"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("No space left on device");
    }

    // ---------------------------------------------------------------------------------------------------- as a client

    @Test
    void sendsWhatTheOptionsSayInTheHandshake(@TempDir Path directory) throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "t0ken\n");
        assertThat(run(
                        "",
                        "/headers",
                        "-H",
                        "X-One: 1",
                        "--bearer=@" + secret,
                        "--cookie",
                        "a=b; c=d",
                        "--origin",
                        server.httpUri("/").toString().replaceFirst("/$", ""),
                        "-s",
                        "chat.v2, chat.v1",
                        "-n",
                        "1"))
                .as(err.toString())
                .isZero();
        assertThat(output())
                .containsIgnoringCase("x-one")
                .contains("Bearer t0ken")
                .contains("a=b; c=d")
                .contains("duplex/")
                .contains("chat.v2");
    }

    @Test
    void showsTheHandshakeAndExplainsItButNoCredentials() {
        assertThat(run("a\n", "/echo", "-n", "1", "--show", "handshake", "--bearer", "s3cret"))
                .isZero();
        assertThat(err.toString())
                .contains("> GET /echo HTTP/1.1")
                .contains("> Authorization: ...")
                .doesNotContain("s3cret")
                .contains("< HTTP/1.1 101 Switching Protocols")
                .containsPattern("# right: it is base64\\(SHA-1\\(\".{22}==\" \\+ \"258EAFA5-")
                .doesNotContain("FIN");
        assertThat(output()).isEqualTo("a\n");
    }

    @Test
    void showsTheFramesOfBothSides() {
        assertThat(run("a\n", "/echo", "-n", "1", "--show", "frames", "--deflate", "off"))
                .isZero();
        assertThat(err.toString().lines().toList())
                .anyMatch(line -> line.matches("> FIN text, masked [0-9a-f]{8}, 1 byte, \"a\" .*"))
                .anyMatch(line -> line.equals("< FIN text, 1 byte, \"a\"   81 01 | 61"))
                .anyMatch(line -> line.matches("> FIN close, masked .*, 1000 \\(normal\\).*"))
                .noneMatch(line -> line.contains("HTTP"));
    }

    @Test
    void namesWhatBreaksTheProtocol() {
        assertThat(run("", "/badframe?kind=rsv1", "--show", "frames", "--deflate", "off"))
                .isEqualTo(11);
        assertThat(err.toString()).contains("# RSV1 set, which only an extension may define (RFC 6455 §5.2)");
    }

    @Test
    void showsCredentialsAndFramesWithAll() {
        assertThat(run("a\n", "/echo", "-n", "1", "--show", "all", "--bearer", "s3cret"))
                .isZero();
        assertThat(err.toString()).contains("Bearer s3cret").contains("FIN close");
    }

    @Test
    void showsControlFramesAlone() {
        assertThat(run("a\n", "/echo", "-n", "1", "--show", "control")).isZero();
        assertThat(err.toString()).contains("close").doesNotContain("text").doesNotContain("HTTP");
    }

    @Test
    void tellsRoundTripTimes() {
        assertThat(run("a\n", "/echo", "--rtt")).isZero();
        assertThat(err.toString()).containsPattern("round trip [0-9.]+ ms");
        assertThat(output()).isEqualTo("a\n");
    }

    @Test
    void closesWithTheCodeAndReasonThatAreGiven() {
        assertThat(run("a\n", "/echo", "-n", "1", "--close", "4321 enough", "--json"))
                .isZero();
        assertThat(output()).contains("\"dir\":\"out\",\"type\":\"close\",\"code\":4321,\"reason\":\"enough\"");
    }

    @Test
    void endsWithTheCloseFrameOfTheInput() {
        String input = "{\"data\":\"a\"}\n{\"type\":\"close\",\"code\":4000,\"reason\":\"bye\"}\n";
        assertThat(run(input, "/echo", "--frame", "ndjson")).as(err.toString()).isZero();
    }

    @Test
    void followsARedirectIfTold() {
        String there = server.uri("/echo").toString().replaceFirst("^ws", "http");
        try (WebSocketServer gate = WebSocketServer.builder()
                .port(0)
                .webSocket(
                        "/old",
                        Route.to(WebSocketHandler.onMessage(Session::send))
                                .onUpgrade(request -> UpgradeResponse.reject(HttpResponse.redirect(302, there))))
                .start()) {
            String url = gate.uri("/old").toString();
            assertThat(run(InputStream.nullInputStream(), out, "connect", url, "-n", "1", "a"))
                    .isEqualTo(6);
            assertThat(err.toString()).contains("302").contains("/echo, and -L follows it");
            assertThat(run(InputStream.nullInputStream(), out, "connect", url, "-n", "1", "a", "-L"))
                    .as(err.toString())
                    .isZero();
            assertThat(output()).isEqualTo("a\n");
        }
    }

    @Test
    void connectsAgainAndSaysHelloAgain() {
        AtomicInteger connections = new AtomicInteger();
        WebSocketHandler restarting = WebSocketHandler.onMessage((session, message) -> {
            if (connections.incrementAndGet() == 1) {
                session.close(1012, "restart");
            } else {
                session.send(message);
            }
        });
        try (WebSocketServer server =
                WebSocketServer.builder().port(0).webSocket("/", restarting).start()) {
            String url = server.uri("/").toString();
            String policy = "--reconnect=5,10ms..20ms";
            InputStream in = InputStream.nullInputStream();
            assertThat(run(in, out, "connect", policy, url, "--hello", "hi", "-n", "1", "--timeout", "30s"))
                    .as(err.toString())
                    .isZero();
        }
        assertThat(output()).isEqualTo("hi\n");
        assertThat(err.toString()).contains("closed with 1012, reason: restart; trying again in ");
    }

    @Test
    void givesUpConnectingAgainAfterSoManyAttempts() {
        assertThat(run("", "/drop", "--reconnect=2,10ms..20ms")).isEqualTo(8);
        assertThat(err.toString()).containsOnlyOnce("trying again");
    }

    @Test
    void doesNotConnectAgainAfterACloseThatIsMeant() {
        assertThat(run("", "/close?code=1000", "--reconnect")).isZero();
        assertThat(run("", "/reject?status=403", "--reconnect")).isEqualTo(6);
        assertThat(err.toString()).doesNotContain("trying again");
    }

    @Test
    void takesAnAddressInPlaceOfDns() {
        String url = "ws://no-such-host.invalid:" + server.port() + "/echo";
        assertThat(run(InputStream.nullInputStream(), out, "connect", url)).isEqualTo(4);
        assertThat(err.toString()).contains("no-such-host.invalid is not known").contains("--resolve");
        String resolved = "no-such-host.invalid:" + server.port() + ":127.0.0.1";
        assertThat(run(InputStream.nullInputStream(), out, "connect", url, "--resolve", resolved, "a", "-n", "1"))
                .isZero();
    }

    @Test
    void refusesACertificateThatNobodyVouchesForUnlessToldOtherwise() {
        try (WebSocketServer secure = WebSocketServer.builder()
                .port(0)
                .tls(Tls.selfSigned("localhost"))
                .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                .start()) {
            String url = "wss://localhost:" + secure.port() + "/echo";
            InputStream in = InputStream.nullInputStream();
            assertThat(run(in, out, "connect", url, "a")).isEqualTo(5);
            assertThat(err.toString())
                    .contains("--ca FILE, and -k trusts every one")
                    .doesNotContain("WebSocketOptions");
            assertThat(run(in, out, "connect", url, "a", "-n", "1", "-k", "--show", "handshake"))
                    .isZero();
            assertThat(err.toString()).contains("* TLSv1.3 with ");
            assertThat(run(in, out, "connect", url, "a", "-k", "--pin", "00".repeat(32)))
                    .isEqualTo(5);
            assertThat(err.toString()).contains("--pin");
        }
    }

    // ------------------------------------------------------------------------------------------------------- refusals

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--frame morse | lines, nul",
                "--out-frame morse | lines, nul",
                "--count 0 | --count",
                "--count many | --count",
                "--until ( | --until",
                "--expect ( | --expect",
                "--wait often | --wait",
                "--timeout x | --timeout",
                "--reconnect=often | --reconnect",
                "--reconnect=5,3s..1s | --reconnect",
                "--close 1006 | --close",
                "--close bye | --close",
                "--close 99999 | --close",
                "--show everything | handshake, frames",
                "--pretty much | auto, json",
                "--json --timestamps | --json",
                "-H nonsense | --header",
                "-H Upgrade:x | --header",
                "-H @no-such-file | no-such-file",
                "--user a:b --bearer c | --bearer",
                "--bearer= | --bearer",
                "--cookie x | --cookie",
                "--origin \u0001 | --origin",
                "-s chat@v1,, | subprotocol",
                "--resolve example.com | --resolve",
                "--resolve example.com:80:example.net | --resolve",
                "--resolve example.com:0:127.0.0.1 | --resolve",
                "-4 -6 | -4",
                "--proxy ftp://x | --proxy",
                "--pin x | --pin",
                "--cert no-such.p12 | no-such.p12",
                "--ca no-such.pem | no-such.pem",
                "--cert no-such.pem | no-such.pem",
                "--key key.pem | --cert",
                "-k --ca x | --ca",
                "--ping x | --ping",
                "--ping-timeout 0 | --ping-timeout",
                "--deflate maybe | --deflate",
                "--max-message 0 | --max-message",
                "--file no-such-file | no-such-file",
                "--record /no/such/directory | --record",
                "--colour | --colour"
            })
    void answersAValueThatCannotBeWithExitCodeTwoAndASentence(String options, String named) {
        assertThat(run("", "/echo", options.split(" ")))
                .as(options + "\n" + err)
                .isEqualTo(2);
        assertThat(err.toString())
                .contains(named)
                .contains("duplex connect --help")
                .doesNotContain("\tat ");
        assertThat(output()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws://", "ws://exa mple", "ftp://example.com", "ws://example.com/#x", "ws://h:99999/"})
    void answersAUrlThatIsNoneWithExitCodeTwo(String url) {
        assertThat(run(InputStream.nullInputStream(), out, "connect", url)).isEqualTo(2);
        assertThat(err.toString()).startsWith("duplex: the ").doesNotContain("Exception");
    }

    @Test
    void explainsEveryExitCode() {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(err, true));
        assertThat(commandLine.execute("connect", "--help")).isZero();
        assertThat(err.toString()).contains("Exit codes").containsPattern("(?m)^ +11 +the peer broke the protocol");
        assertThat(err.toString().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }
}
