package dev.duplex.interop;

import static dev.duplex.interop.Daemon.Kind.DUPLEX;
import static dev.duplex.interop.Daemon.Kind.WEBSOCKETD;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a program finds in its environment, under {@code websocketd} and under {@code duplex websocketd}. */
@Tag("side-by-side")
class WebsocketdEnvironmentTest {
    private static final String[] REQUEST = {
        "User-Agent: test/1",
        "Cookie: a=b",
        "Authorization: Basic YTpi",
        "Proxy: http://evil.example",
        "X-Twice: one",
        "X-Twice: two",
        "Content-Type: text/x",
    };

    @TempDir
    static Path folder;

    private static DaemonPair command;
    private static DaemonPair directory;

    @BeforeAll
    static void writeTheScripts() {
        DaemonPair.script(folder, "env.sh", "env -0 | tr '\\n\\0' ' \\n'; pwd");
        command = new DaemonPair(folder, "./env.sh");
        directory = new DaemonPair(folder, "--dir=" + folder);
    }

    @AfterAll
    static void stop() {
        command.close();
        directory.close();
    }

    private static Map<String, String> environment(Daemon daemon, String path, String... fields) {
        Map<String, String> variables = new TreeMap<>();
        try (WireClient client = daemon.open(path, fields)) {
            for (String line : client.rest()) {
                if (line.startsWith("text ") && line.contains("=")) {
                    String variable = line.substring(5);
                    int equals = variable.indexOf('=');
                    variables.put(variable.substring(0, equals), variable.substring(equals + 1));
                }
            }
        }
        return variables;
    }

    /** What is the client's or the run's own is masked, so that two runs are alike. */
    private static Map<String, String> masked(Map<String, String> environment, Daemon daemon) {
        Map<String, String> masked = new TreeMap<>(environment);
        masked.computeIfPresent("REMOTE_PORT", (name, value) -> value.matches("[0-9]+") ? "PORT" : value);
        masked.computeIfPresent("SERVER_PORT", (name, value) -> value.equals("" + daemon.port()) ? "PORT" : value);
        masked.computeIfPresent("UNIQUE_ID", (name, value) -> value.isEmpty() ? value : "ID");
        masked.remove("PWD"); // the shell's own
        masked.remove("_");
        return masked;
    }

    private static final Map<String, String> AGREED = new TreeMap<>(Map.ofEntries(
            Map.entry("AUTH_TYPE", ""),
            Map.entry("CONTENT_LENGTH", ""),
            Map.entry("CONTENT_TYPE", ""),
            Map.entry("HTTP_AUTHORIZATION", "Basic YTpi"),
            Map.entry("HTTP_CONNECTION", "Upgrade"),
            Map.entry("HTTP_CONTENT_TYPE", "text/x"),
            Map.entry("HTTP_COOKIE", "a=b"),
            Map.entry("HTTP_SEC_WEBSOCKET_KEY", "dGhlIHNhbXBsZSBub25jZQ=="),
            Map.entry("HTTP_SEC_WEBSOCKET_VERSION", "13"),
            Map.entry("HTTP_UPGRADE", "websocket"),
            Map.entry("HTTP_USER_AGENT", "test/1"),
            Map.entry("HTTP_X_TWICE", "one, two"),
            Map.entry("PATH", System.getenv("PATH")),
            Map.entry("PATH_INFO", "/a b/c"),
            Map.entry("PATH_TRANSLATED", "/a b/c"),
            Map.entry("QUERY_STRING", "x=1&y=%20z"),
            Map.entry("REMOTE_ADDR", "127.0.0.1"),
            Map.entry("REMOTE_HOST", "127.0.0.1"),
            Map.entry("REMOTE_IDENT", ""),
            Map.entry("REMOTE_PORT", "PORT"),
            Map.entry("REMOTE_USER", ""),
            Map.entry("REQUEST_METHOD", "GET"),
            Map.entry("REQUEST_URI", "/a%20b/c?x=1&y=%20z"),
            Map.entry("SCRIPT_NAME", "/"),
            Map.entry("SERVER_NAME", "127.0.0.1"),
            Map.entry("SERVER_PORT", "PORT"),
            Map.entry("SERVER_PROTOCOL", "HTTP/1.1"),
            Map.entry("UNIQUE_ID", "ID")));

    private static Map<String, String> agreedWith(String... more) {
        Map<String, String> all = new TreeMap<>(AGREED);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    @Test
    void websocketdGivesTheCgiSetAndTheProxyHeader() {
        Daemon daemon = command.get(WEBSOCKETD);
        Map<String, String> seen = masked(environment(daemon, "/a%20b/c?x=1&y=%20z", REQUEST), daemon);
        assertThat(seen.remove("SERVER_SOFTWARE")).startsWith("websocketd/");
        assertThat(seen)
                .isEqualTo(agreedWith("GATEWAY_INTERFACE", "websocketd-CGI/0.1", "HTTP_PROXY", "http://evil.example"));
    }

    @Test
    void oursGivesTheSameWithoutTheProxyHeaderAndWithWhatIsNew() {
        Daemon daemon = command.get(DUPLEX);
        Map<String, String> seen = masked(environment(daemon, "/a%20b/c?x=1&y=%20z", REQUEST), daemon);
        assertThat(seen.remove("SERVER_SOFTWARE")).startsWith("websocketd/");
        assertThat(seen.remove("DUPLEX_CONN")).isNotEmpty();
        Map<String, String> expected = agreedWith(
                "GATEWAY_INTERFACE", "CGI/1.1",
                "HTTP_HOST", "127.0.0.1:" + daemon.port(),
                "WS_EXTENSIONS", "",
                "WS_SUBPROTOCOL", "");
        // It is the name of a file (RFC 3875 §4.1.6), and there is none.
        expected.remove("PATH_TRANSLATED");
        assertThat(seen).isEqualTo(expected);
    }

    @Test
    void twoProgramsHaveTwoIds() {
        Daemon daemon = command.get(DUPLEX);
        assertThat(environment(daemon, "/").get("UNIQUE_ID"))
                .isNotEqualTo(environment(daemon, "/").get("UNIQUE_ID"));
    }

    @ParameterizedTest
    @EnumSource
    void aDirectorySplitsThePathAfterTheScript(Daemon.Kind kind) {
        Daemon daemon = directory.get(kind);
        assertThat(paths(environment(daemon, "/env.sh/more%20of/it?q")))
                .containsExactly("/env.sh", "/more of/it", "/env.sh/more%20of/it?q", "q");
        assertThat(paths(environment(daemon, "/env.sh"))).containsExactly("/env.sh", "", "/env.sh", "");
    }

    private static List<String> paths(Map<String, String> environment) {
        List<String> values = new ArrayList<>();
        for (String name : List.of("SCRIPT_NAME", "PATH_INFO", "REQUEST_URI", "QUERY_STRING")) {
            values.add(environment.get(name));
        }
        return values;
    }

    @ParameterizedTest
    @EnumSource
    void thePartOfTheParentsEnvironmentIsNamed(Daemon.Kind kind) {
        try (DaemonPair passing = new DaemonPair(folder, "--passenv=SECRET,NOT_THERE", "./env.sh")) {
            Map<String, String> seen = environment(passing.get(kind), "/");
            assertThat(seen).containsEntry("SECRET", "of the parent").doesNotContainKey("NOT_THERE");
            // The list replaces the default: the shell has put its own PATH in place of the one that is gone.
            assertThat(seen.get("PATH")).isNotEqualTo(System.getenv("PATH"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theHostFieldNamesTheServer(Daemon.Kind kind) {
        Map<String, String> seen = environment(command.get(kind), "/", "Host: example.com");
        assertThat(seen).containsEntry("SERVER_NAME", "example.com").containsEntry("SERVER_PORT", "80");
    }

    @ParameterizedTest
    @EnumSource
    void theDirectoryOfTheServerIsTheProgramsToo(Daemon.Kind kind) {
        try (WireClient client = command.get(kind).open("/")) {
            assertThat(client.rest()).contains("text " + folder);
        }
    }
}
