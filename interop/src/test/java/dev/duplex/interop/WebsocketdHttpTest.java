package dev.duplex.interop;

import static dev.duplex.interop.Daemon.Kind.DUPLEX;
import static dev.duplex.interop.Daemon.Kind.WEBSOCKETD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.interop.WireClient.Response;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is answered by HTTP, and how the protocol is kept, under {@code websocketd} and {@code duplex websocketd}. */
@Tag("side-by-side")
class WebsocketdHttpTest {
    @TempDir
    static Path folder;

    private static DaemonPair directory;
    private static DaemonPair command;

    @BeforeAll
    static void writeTheScripts() throws Exception {
        DaemonPair.script(folder, "cat", "exec cat");
        DaemonPair.script(folder, "words", "head -n 1");
        Files.writeString(folder.resolve("data.txt"), "not to be run\n");
        directory = new DaemonPair(folder, "--dir=" + folder);
        command = new DaemonPair(folder, "cat");
    }

    @AfterAll
    static void stop() {
        directory.close();
        command.close();
    }

    private static Response upgrade(Daemon daemon, String path, String... fields) {
        try (WireClient client = new WireClient(daemon.port())) {
            return client.upgrade(path, fields);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aScriptThatIsNotThereIs404(Daemon.Kind kind) {
        assertThat(upgrade(directory.get(kind), "/").status()).isEqualTo(404);
        Response response = upgrade(directory.get(kind), "/nothing");
        assertThat(response.status()).isEqualTo(404);
        assertThat(response.body()).isEqualTo("404 Not Found\n");
    }

    @ParameterizedTest
    @EnumSource
    void noPathLeadsOutOfTheDirectory(Daemon.Kind kind) {
        for (String path : List.of("/../../../bin/cat", "/%2e%2e/%2e%2e/%2e%2e/bin/cat", "/..%2f..%2f..%2fbin/cat")) {
            assertThat(upgrade(directory.get(kind), path).status()).as(path).isIn(301, 400, 404);
        }
    }

    @Test
    void aFileThatIsNoProgramIsTriedByWebsocketdAndNotThereInOurs() {
        assertThat(upgrade(directory.get(WEBSOCKETD), "/data.txt").status()).isEqualTo(101);
        assertThat(upgrade(directory.get(DUPLEX), "/data.txt").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @EnumSource
    void aPlainRequestForAnEndpointIs404(Daemon.Kind kind) {
        Response response = command.get(kind).get("/any");
        assertThat(response.status()).isEqualTo(404);
        assertThat(response.body()).startsWith("404 page not found\n");
    }

    @Test
    void oursHasAHintForWhoComesWithAPlainRequest() {
        assertThat(command.get(DUPLEX).get("/any").body()).contains("connect with ws:// or wss://");
    }

    @Test
    void oursRefusesAnUpgradeWithOneStatus() {
        try (WireClient client = new WireClient(command.get(DUPLEX).port())) {
            Response response = client.request(
                    "GET",
                    "/",
                    "",
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "Sec-WebSocket-Version: 8",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
            assertThat(response.status()).isEqualTo(426);
            assertThat(response.field("Sec-WebSocket-Version")).isEqualTo("13");
            assertThat(response.body()).doesNotContain("500");
        }
    }

    @Test
    void oursCompresses() {
        Response response = upgrade(command.get(DUPLEX), "/", "Sec-WebSocket-Extensions: permessage-deflate");
        assertThat(response.field("Sec-WebSocket-Extensions")).startsWith("permessage-deflate");
    }

    @Test
    void oursTakesAPathAsItIs() {
        assertThat(upgrade(command.get(DUPLEX), "//a//b").status()).isEqualTo(101);
    }

    @Test
    void oursKnowsAnOriginByItsSchemeTooAndLetsProgramsIn() {
        try (DaemonPair strict = new DaemonPair(folder, "--sameorigin", "cat")) {
            Daemon daemon = strict.get(DUPLEX);
            String own = "127.0.0.1:" + daemon.port();
            assertThat(upgrade(daemon, "/", "Origin: http://" + own).status()).isEqualTo(101);
            assertThat(upgrade(daemon, "/").status()).isEqualTo(101);
            for (String origin :
                    List.of("http://127.0.0.1", "http://evil.example:" + daemon.port(), "https://" + own, "null")) {
                Response response = upgrade(daemon, "/", "Origin: " + origin);
                assertThat(response.status()).as(origin).isEqualTo(403);
                assertThat(response.body()).isEqualTo("Forbidden\n");
            }
        }
    }

    @Test
    void ourConsoleHasNothingOfTheRequestAndStandsBesideFiles() throws Exception {
        Path web = Files.createDirectories(folder.resolve("beside"));
        Files.writeString(web.resolve("page.html"), "<p>page</p>");
        try (DaemonPair console = new DaemonPair(folder, "--devconsole", "--staticdir=" + web, "cat")) {
            Daemon daemon = console.get(DUPLEX);
            Response page = daemon.get("/some/path");
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.field("Content-Type")).startsWith("text/html");
            assertThat(page.field("Content-Security-Policy")).startsWith("default-src 'none'");
            assertThat(daemon.get("/%22%3E%3Cscript%3Ealert(1)%3C/script%3E").body())
                    .isEqualTo(page.body());
            assertThat(daemon.get("/page.html").body()).isEqualTo("<p>page</p>");
        }
    }

    @Test
    void websocketdRunsIntoItselfWhereAnUpgradeIsRefused() {
        try (WireClient client = new WireClient(command.get(WEBSOCKETD).port())) {
            Response response = client.request(
                    "GET",
                    "/",
                    "",
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "Sec-WebSocket-Version: 8",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.field("Sec-WebSocket-Version")).isEqualTo("13");
            assertThat(response.body()).isEqualTo("Bad Request\n500 Internal Error\n");
        }
    }

    @Test
    void websocketdOffersNoSubprotocolAndNoCompression() {
        Response response = upgrade(
                command.get(WEBSOCKETD),
                "/",
                "Sec-WebSocket-Protocol: chat",
                "Sec-WebSocket-Extensions: permessage-deflate");
        assertThat(response.status()).isEqualTo(101);
        assertThat(response.field("Sec-WebSocket-Protocol")).isNull();
        assertThat(response.field("Sec-WebSocket-Extensions")).isNull();
    }

    @Test
    void websocketdSendsAPathWithTwoSlashesElsewhere() {
        Response response = upgrade(command.get(WEBSOCKETD), "//a//b");
        assertThat(response.status()).isEqualTo(301);
        assertThat(response.field("Location")).isEqualTo("/a/b");
    }

    @ParameterizedTest
    @EnumSource
    void everyOriginIsLetInByDefault(Daemon.Kind kind) {
        assertThat(upgrade(command.get(kind), "/", "Origin: https://evil.example")
                        .status())
                .isEqualTo(101);
    }

    @Test
    void websocketdTellsTheSameOriginByHostAndPort() {
        try (DaemonPair strict = new DaemonPair(folder, "--sameorigin", "cat")) {
            Daemon daemon = strict.get(WEBSOCKETD);
            String own = "http://127.0.0.1:" + daemon.port();
            assertThat(upgrade(daemon, "/", "Origin: " + own).status()).isEqualTo(101);
            for (String origin : List.of("http://127.0.0.1", "http://evil.example:" + daemon.port())) {
                Response response = upgrade(daemon, "/", "Origin: " + origin);
                assertThat(response.status()).as(origin).isEqualTo(403);
                assertThat(response.body()).isEqualTo("Forbidden\n500 Internal Error\n");
            }
            // Faults: the scheme is not looked at, and who is no browser is shut out.
            assertThat(upgrade(daemon, "/", "Origin: https://127.0.0.1:" + daemon.port())
                            .status())
                    .isEqualTo(101);
            assertThat(upgrade(daemon, "/").status()).isEqualTo(403);
        }
    }

    @ParameterizedTest
    @EnumSource
    void originsAreAllowedByHostPortAndScheme(Daemon.Kind kind) {
        try (DaemonPair listed = new DaemonPair(folder, "--origin=a.example,b.example:8080,https://c.example", "cat")) {
            Daemon daemon = listed.get(kind);
            for (String origin : List.of(
                    "http://a.example",
                    "https://a.example:7",
                    "http://b.example:8080",
                    "https://c.example",
                    "https://c.example:99")) {
                assertThat(upgrade(daemon, "/", "Origin: " + origin).status())
                        .as(origin)
                        .isEqualTo(101);
            }
            for (String origin :
                    List.of("http://b.example", "http://c.example", "https://sub.a.example", "https://d.example")) {
                assertThat(upgrade(daemon, "/", "Origin: " + origin).status())
                        .as(origin)
                        .isEqualTo(403);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneForkTooManyIs429(Daemon.Kind kind) {
        try (DaemonPair few = new DaemonPair(folder, "--maxforks=1", "cat")) {
            Daemon daemon = few.get(kind);
            try (WireClient first = daemon.open("/")) {
                first.text("here");
                assertThat(first.next()).isEqualTo("text here");
                assertThat(upgrade(daemon, "/").status()).isEqualTo(429);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void headersAreAddedWhereTheyBelong(Daemon.Kind kind) {
        try (DaemonPair headers =
                new DaemonPair(folder, "--header=X-All: a", "--header-ws=X-Ws: w", "--header-http=X-Http: h", "cat")) {
            Daemon daemon = headers.get(kind);
            Response upgrade = upgrade(daemon, "/");
            assertThat(List.of(upgrade.field("X-All"), upgrade.field("X-Ws"))).containsExactly("a", "w");
            assertThat(upgrade.field("X-Http")).isNull();
            Response plain = daemon.get("/");
            assertThat(plain.field("X-Http")).isEqualTo("h");
            // A fault: "each answer", its help says.
            assertThat(plain.field("X-All")).isEqualTo(kind == DUPLEX ? "a" : null);
            assertThat(plain.field("X-Ws")).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void staticFilesAreServedBesideIt(Daemon.Kind kind) throws Exception {
        Path web = Files.createDirectories(folder.resolve("web"));
        Files.writeString(web.resolve("page.html"), "<p>page</p>");
        Path link = web.resolve("link.txt");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, folder.resolve("data.txt"));
        try (DaemonPair files = new DaemonPair(folder, "--staticdir=" + web, "cat")) {
            Daemon daemon = files.get(kind);
            assertThat(daemon.get("/page.html").body()).isEqualTo("<p>page</p>");
            assertThat(daemon.get("/none").status()).isEqualTo(404);
            assertThat(daemon.open("/").hasSomething()).isFalse();
            // A fault of websocketd: whoever may write below the folder can show every file of the machine.
            assertThat(daemon.get("/link.txt").status()).isEqualTo(kind == DUPLEX ? 404 : 200);
        }
    }

    @ParameterizedTest
    @EnumSource
    void cgiScriptsAnswerBesideIt(Daemon.Kind kind) throws Exception {
        Path cgi = Files.createDirectories(folder.resolve("cgi"));
        DaemonPair.script(
                cgi,
                "hello.sh",
                "printf 'Status: 201 Made\\r\\nContent-Type: text/plain\\r\\nX-Own: yes\\r\\n\\r\\n';"
                        + " echo \"$SCRIPT_NAME|$PATH_INFO|$REQUEST_METHOD|$QUERY_STRING|$CONTENT_LENGTH|$SERVER_NAME\"; cat");
        try (DaemonPair scripts = new DaemonPair(folder, "--cgidir=" + cgi, "cat")) {
            Daemon daemon = scripts.get(kind);
            try (WireClient client = new WireClient(daemon.port())) {
                Response response = client.request("POST", "/hello.sh?q=1", "body", "Content-Type: text/x");
                assertThat(response.status()).isEqualTo(201);
                assertThat(response.field("X-Own")).isEqualTo("yes");
                // Faults of websocketd: no script has the name /, and no server has a port in its name.
                assertThat(response.body())
                        .isEqualTo((kind == DUPLEX
                                        ? "/hello.sh||POST|q=1|4|127.0.0.1"
                                        : "/|/hello.sh|POST|q=1|4|127.0.0.1:" + daemon.port())
                                + "\nbody");
            }
            assertThat(daemon.get("/none.sh").status()).isEqualTo(404);
            assertThat(daemon.open("/hello.sh").hasSomething()).isFalse();
        }
    }

    @Test
    void theConsoleIsAPageAndWebsocketdPutsThePathIntoItsScript() {
        try (DaemonPair console = new DaemonPair(folder, "--devconsole", "cat")) {
            Daemon daemon = console.get(WEBSOCKETD);
            Response page = daemon.get("/some/path");
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.field("Content-Type")).startsWith("text/html");
            assertThat(daemon.get("/\"><script>alert(1)</script>").body())
                    .contains("/\"><script>alert(1)</script>\" spellcheck");
        }
    }
}
