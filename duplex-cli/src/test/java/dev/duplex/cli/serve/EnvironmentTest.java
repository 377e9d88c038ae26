package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RawClient;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.handshake.HttpFields;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The environment that programs find, row by row. */
@Timeout(60)
class EnvironmentTest {

    private static List<String> environment(Served.Setup setup, String target, String... fields) {
        List<String> lines = new ArrayList<>();
        try (Served served = setup.endpoint(all -> all.each(List.of("env"), "")).start();
                RawClient client =
                        RawClient.open(URI.create(served.uri().resolve("/") + target.substring(1)), fields)) {
            assertThat(client.status()).isEqualTo(101);
            RawClient.Frame frame = client.frame();
            while (frame.firstByte() == 0x81) {
                lines.add(frame.text());
                frame = client.frame();
            }
        }
        return lines;
    }

    @Test
    void hasTheVariablesOfCgi() {
        List<String> all = environment(Served.setup(), "/a%20b/c?x=1&y=%20z");
        assertThat(all)
                .contains(
                        "SERVER_SOFTWARE=duplex/test",
                        "GATEWAY_INTERFACE=CGI/1.1",
                        "SERVER_PROTOCOL=HTTP/1.1",
                        "REQUEST_METHOD=GET",
                        "SERVER_NAME=127.0.0.1",
                        "REMOTE_ADDR=127.0.0.1",
                        "REMOTE_HOST=127.0.0.1",
                        "SCRIPT_NAME=",
                        "PATH_INFO=/a b/c",
                        "QUERY_STRING=x=1&y=%20z",
                        "REQUEST_URI=/a%20b/c?x=1&y=%20z",
                        "AUTH_TYPE=",
                        "CONTENT_LENGTH=",
                        "CONTENT_TYPE=",
                        "REMOTE_IDENT=",
                        "REMOTE_USER=",
                        "WS_SUBPROTOCOL=",
                        "WS_EXTENSIONS=",
                        "QS_x=1",
                        "QS_y=z",
                        "HTTP_SEC_WEBSOCKET_VERSION=13",
                        "PATH=/usr/bin:/bin")
                .anyMatch(line -> line.matches("SERVER_PORT=[1-9][0-9]*"))
                .anyMatch(line -> line.matches("REMOTE_PORT=[1-9][0-9]*"))
                .anyMatch(line -> line.matches("HTTP_HOST=127\\.0\\.0\\.1:[0-9]+"))
                .noneMatch(line -> line.startsWith("HTTPS=") || line.startsWith("PATH_TRANSLATED"));
        String unique = value(all, "UNIQUE_ID");
        assertThat(value(all, "DUPLEX_CONN")).isEqualTo(unique).matches("[0-9a-f-]{36}");
    }

    private static String value(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void joinsFieldsAndLeavesOutWhatWouldDoHarm() {
        List<String> all = environment(
                Served.setup(),
                "/",
                "X-Two: a",
                "x-two: b",
                "Cookie: a=1",
                "Cookie: b=2",
                "Proxy: http://evil.example/",
                "X_Under: forged",
                "X-Under: true",
                "Authorization: Basic eDp5",
                "Origin-Like: caf\u00e9");
        assertThat(all)
                .contains(
                        "HTTP_X_TWO=a, b", "HTTP_COOKIE=a=1; b=2", "HTTP_X_UNDER=true", "HTTP_AUTHORIZATION=Basic eDp5")
                .noneMatch(line -> line.toUpperCase(Locale.ROOT).startsWith("HTTP_PROXY"));
    }

    @Test
    void tellsWhatWasAgreedOn() {
        Entrance.Rules rules = new Entrance.Rules(
                Authenticator.NONE,
                Credentials.NONE,
                List.of("chat", "log"),
                DeflateOptions.SHARED,
                0,
                Duration.ZERO,
                0,
                false,
                HttpFields.EMPTY,
                HttpFields.EMPTY);
        assertThat(environment(
                        Served.setup().rules(rules),
                        "/",
                        "Sec-WebSocket-Protocol: other, log, chat",
                        "Sec-WebSocket-Extensions: permessage-deflate"))
                .contains("WS_SUBPROTOCOL=chat")
                .anyMatch(line -> line.startsWith("WS_EXTENSIONS=permessage-deflate; server_no_context_takeover"));
    }

    @Test
    void setsWhatIsGivenBeforeAllElse() {
        assertThat(environment(Served.setup().environment(Map.of("PATH", "/bin", "MODE", "test")), "/"))
                .contains("MODE=test", "PATH=/bin");
    }

    @Test
    void inheritsLittleAndMoreIfThatIsWanted() {
        Map<String, String> ours = Map.of("PATH", "/bin", "LANG", "C", "SECRET", "x", "WANTED", "y", "HTTPS", "on");
        assertThat(Environment.inherit(ours, false, List.of("WANTED", "MISSING", "HTTPS")))
                .containsOnly(Map.entry("PATH", "/bin"), Map.entry("LANG", "C"), Map.entry("WANTED", "y"));
        assertThat(Environment.inherit(ours, true, List.of("WANTED"))).isEmpty();
    }
}
