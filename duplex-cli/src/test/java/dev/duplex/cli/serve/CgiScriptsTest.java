package dev.duplex.cli.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real scripts, real processes. */
class CgiScriptsTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final StringWriter logged = new StringWriter();
    private ServeLog log;
    private Launcher launcher;
    private int most = 10;

    @BeforeEach
    void start() throws IOException {
        log = new ServeLog(new PrintWriter(logged, true), Clock.systemUTC());
        launcher = Launcher.open(StopLadder.parse("eof:100ms,TERM:100ms,KILL"), Identity.OURS, new Stats());
    }

    @AfterEach
    void stop() {
        launcher.close();
        log.close();
    }

    private void script(String name, String body) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private HttpHandler handler(CgiScripts.Limits limits) {
        CgiScripts scripts = new CgiScripts(
                new ScriptDirectory(folder),
                launcher,
                new Environment("test", Map.of("PATH", "/usr/bin:/bin"), Map.of(), false, Credentials.NONE),
                new ProgramEndpoint.ProcessLimit(most, 503),
                limits,
                log);
        return new HttpHandler() {
            @Override
            public CompletionStage<HttpResponse> handle(HttpRequest request) {
                return scripts.answer(request, this)
                        .orElseGet(() -> CompletableFuture.completedFuture(HttpResponse.text(404, "none\n")));
            }
        };
    }

    private HttpResponse answer(HttpRequest request, CgiScripts.Limits limits) throws Exception {
        return handler(limits).handle(request).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private HttpResponse get(String target) throws Exception {
        return answer(
                HttpRequest.builder("GET", target).build(),
                new CgiScripts.Limits(CgiScripts.Limits.DEFAULT.outputBytes(), LONG));
    }

    private static String body(HttpResponse response) {
        return new String(((HttpResponse.Bytes) response.body()).bytes(), UTF_8);
    }

    @Test
    void theOutputIsTheAnswer() throws Exception {
        script("hello", "printf 'Content-Type: text/plain\\n\\n'; echo \"$SCRIPT_NAME|$PATH_INFO|$QUERY_STRING\"");
        HttpResponse response = get("/hello/more%20of/it?a=b");
        assertThat(response.status()).isEqualTo(200);
        assertThat(body(response)).isEqualTo("/hello|/more of/it|a=b\n");
    }

    @Test
    void theRequestIsInItsEnvironment() throws Exception {
        script("env", "printf 'Content-Type: text/plain\\n\\n'; env | sort; pwd");
        HttpResponse response = answer(
                HttpRequest.builder("PUT", "/env/a%20b?c=%20d")
                        .fields(HttpFields.of(
                                "Host", "example.com:99",
                                "Content-Type", "text/x",
                                "Content-Length", "3",
                                "Proxy", "http://evil.example",
                                "X-Own", "1"))
                        .body("abc".getBytes(UTF_8))
                        .build(),
                CgiScripts.Limits.DEFAULT);
        String root = folder.toRealPath().toString();
        assertThat(body(response).lines().filter(line -> !line.matches("(_|SHLVL|OLDPWD|REMOTE_PORT)=.*")))
                .containsExactly(
                        "CONTENT_LENGTH=3",
                        "CONTENT_TYPE=text/x",
                        "GATEWAY_INTERFACE=CGI/1.1",
                        "HTTP_HOST=example.com:99",
                        "HTTP_X_OWN=1",
                        "PATH=/usr/bin:/bin",
                        "PATH_INFO=/a b",
                        "PATH_TRANSLATED=" + root + "/a b",
                        "PWD=" + root,
                        "QUERY_STRING=c=%20d",
                        "REMOTE_ADDR=localhost",
                        "REMOTE_HOST=localhost",
                        "REQUEST_METHOD=PUT",
                        "REQUEST_URI=/env/a%20b?c=%20d",
                        "SCRIPT_FILENAME=" + root + "/env",
                        "SCRIPT_NAME=/env",
                        "SERVER_NAME=example.com",
                        "SERVER_PORT=99",
                        "SERVER_PROTOCOL=HTTP/1.1",
                        "SERVER_SOFTWARE=test",
                        root);
    }

    @Test
    void moreScriptsThanThereMayBeAreRefused() throws Exception {
        script("hello", "printf 'Content-Type: text/plain\\n\\n'");
        most = 0;
        HttpResponse response = get("/hello");
        assertThat(response.status()).isEqualTo(503);
        assertThat(response.fields().has("Retry-After")).isTrue();
    }

    @Test
    void theBodyIsItsInput() throws Exception {
        script("upper", "printf 'Content-Type: text/plain\\n\\n'; tr a-z A-Z");
        String large = "abc ".repeat(100_000);
        HttpResponse response = answer(
                HttpRequest.builder("POST", "/upper")
                        .fields(HttpFields.of("Content-Type", "text/plain"))
                        .body(large.getBytes(UTF_8))
                        .build(),
                CgiScripts.Limits.DEFAULT);
        assertThat(body(response)).isEqualTo(large.toUpperCase(Locale.ROOT));
    }

    @Test
    void aBodyThatIsNotReadDoesNoHarm() throws Exception {
        script("deaf", "printf 'Content-Type: text/plain\\n\\nno thanks'");
        HttpResponse response = answer(
                HttpRequest.builder("POST", "/deaf").body(new byte[500_000]).build(), CgiScripts.Limits.DEFAULT);
        assertThat(body(response)).isEqualTo("no thanks");
    }

    @Test
    void aLocalRedirectIsFollowedHere() throws Exception {
        script("first", "printf 'Location: /second/x?y=z\\n\\n'");
        script("second", "printf 'Content-Type: text/plain\\n\\n'; echo \"$REQUEST_METHOD$PATH_INFO?$QUERY_STRING\"");
        assertThat(body(get("/first"))).isEqualTo("GET/x?y=z\n");
    }

    @Test
    void aCircleOfLocalRedirectsEnds() throws Exception {
        script("round", "printf 'Location: /round\\n\\n'");
        assertThat(get("/round").status()).isEqualTo(500);
        Served.await("the log", () -> logged.toString().contains("redirected locally more than 5 times"));
    }

    @Test
    void whatIsNoScriptIsNotHere() throws Exception {
        Files.writeString(folder.resolve("source.sh"), "#!/bin/sh\nsecret=1\n");
        assertThat(get("/source.sh").status()).isEqualTo(404);
        assertThat(get("/none").status()).isEqualTo(404);
    }

    @Test
    void aScriptThatAnswersBadlyIs500AndTheLogSaysWhy() throws Exception {
        script("bad", "echo hello; echo; echo oops >&2");
        HttpResponse response = get("/bad");
        assertThat(response.status()).isEqualTo(500);
        assertThat(body(response)).contains("cgi-1").doesNotContain("hello");
        Served.await(
                "the log",
                () -> logged.toString().contains("cgi-1 /bad: expected a field such as")
                        && logged.toString().contains("/bad: oops"));
    }

    @Test
    void aScriptThatCannotStartIs500() throws Exception {
        script("broken", "");
        Files.writeString(folder.resolve("broken"), "#!/no/such/interpreter\n");
        assertThat(get("/broken").status()).isEqualTo(500);
        Served.await("the log", () -> logged.toString().contains("names the interpreter /no/such/interpreter"));
    }

    @Test
    void aScriptThatTakesTooLongIsEndedAnd504() throws Exception {
        script("slow", "echo $$ > pid; trap '' TERM; while :; do sleep 1000; done");
        HttpResponse response = answer(
                HttpRequest.builder("GET", "/slow").build(), new CgiScripts.Limits(1000, Duration.ofMillis(300)));
        assertThat(response.status()).isEqualTo(504);
        Served.await("no program is left", () -> launcher.running() == 0);
    }

    @Test
    void aScriptThatWritesTooMuchIsEnded() throws Exception {
        script("much", "printf 'Content-Type: text/plain\\n\\n'; exec cat /dev/zero");
        HttpResponse response =
                answer(HttpRequest.builder("GET", "/much").build(), new CgiScripts.Limits(100_000, LONG));
        assertThat(response.status()).isEqualTo(500);
        Served.await("no program is left", () -> launcher.running() == 0);
        assertThat(logged.toString()).contains("it has written more than 100000 bytes");
    }

    @Test
    void aChildThatHoldsTheOutputIsNotWaitedFor() throws Exception {
        script("parent", "printf 'Content-Type: text/plain\\n\\nready'; sleep 1000 &");
        assertThat(body(get("/parent"))).isEqualTo("ready");
        Served.await("no program is left", () -> launcher.running() == 0);
    }
}
