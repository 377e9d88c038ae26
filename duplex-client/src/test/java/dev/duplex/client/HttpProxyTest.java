package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.client.internal.wire.WireTap;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CONNECT with proxies that work, that refuse, and that are not what they should be. */
class HttpProxyTest {
    private static final String UNKNOWN = "ws://chat.invalid:8080/";

    private final Recorder recorder = new Recorder();
    private final List<String> requests = Relay.notes();

    private static Proxy to(RawServer proxy) {
        return Proxy.http("127.0.0.1", proxy.port());
    }

    private static WebSocketServer echo() {
        return WebSocketServer.builder()
                .port(0)
                .eventLoops(1)
                .webSocket("/", WebSocketHandler.onMessage(Session::send))
                .start();
    }

    private ErrorEvent failure(WebSocketOptions options) throws Exception {
        new WebSocket(UNKNOWN, options, recorder.handlers());
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.next()).isEqualTo("close 1006");
        return recorder.error;
    }

    private ErrorEvent failure(RawServer proxy) throws Exception {
        return failure(WebSocketOptions.builder().proxy(to(proxy)).build());
    }

    private String failure(String response) throws Exception {
        try (RawServer proxy = RawServer.answering(response.replace("|", "\r\n"))) {
            return failure(proxy).message();
        }
    }

    @Test
    void aServerIsReachedThroughIt() throws Exception {
        try (WebSocketServer server = echo();
                RawServer proxy = Relay.http(requests)) {
            WebSocketOptions options =
                    WebSocketOptions.builder().proxy(to(proxy)).build();
            // The name is for the proxy to look up.
            WebSocket socket = new WebSocket("ws://chat.invalid:" + server.port() + "/", options, recorder.handlers());
            assertThat(recorder.next()).isEqualTo("open");
            socket.send("hello");
            assertThat(recorder.next()).isEqualTo("hello");
            socket.close();
            assertThat(recorder.next()).isEqualTo("close 1005 clean");
            assertThat(requests)
                    .containsExactly("CONNECT chat.invalid:" + server.port() + " HTTP/1.1\r\nHost: chat.invalid:"
                            + server.port() + "\r\n\r\n");
        }
    }

    @Test
    void theProxyDoesNotSeeTheCredentialsOfTheServerNorTheServerThoseOfTheProxy() throws Exception {
        List<String> atServer = Relay.notes();
        try (RawServer server = new RawServer((socket, request) -> {
                    atServer.add(request);
                    RawServer.write(socket, RawServer.switching(request));
                });
                RawServer proxy = Relay.http(requests)) {
            WebSocketOptions options = WebSocketOptions.builder()
                    .proxy(to(proxy).withCredentials("user", "pass"))
                    .bearer("secret")
                    .cookie("session", "7")
                    .build();
            new WebSocket(server.url(), options, recorder.handlers());
            assertThat(recorder.next()).isEqualTo("open");
            assertThat(requests.get(0))
                    .contains("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n")
                    .doesNotContain("\r\nAuthorization", "Cookie", "secret");
            assertThat(atServer.get(0))
                    .contains("Authorization: Bearer secret", "Cookie: session=7")
                    .doesNotContain("Proxy-Authorization", "dXNlcjpwYXNz");
        }
    }

    @Test
    void theEnvironmentNamesIt() throws Exception {
        try (WebSocketServer server = echo();
                RawServer proxy = Relay.http(requests)) {
            WebSocketOptions options = WebSocketOptions.builder()
                    .proxyFromEnvironment(Map.of("http_proxy", to(proxy).toString(), "NO_PROXY", "127.0.0.1"))
                    .build();
            new WebSocket("ws://127.0.0.1:" + server.port() + "/", options, recorder.handlers());
            assertThat(recorder.next()).isEqualTo("open");
            assertThat(requests).isEmpty();
            new WebSocket("ws://chat.invalid:" + server.port() + "/", options, recorder.handlers());
            assertThat(recorder.next()).isEqualTo("open");
            assertThat(requests).hasSize(1);
        }
    }

    @Test
    void aTapSeesWhatTheProxyIsAskedAndThenWhatTheServerIs() throws Exception {
        List<String> seen = Relay.notes();
        class Tap implements WebSocketObserver, WireTap {
            @Override
            public void connected(SocketAddress peer) {
                seen.add("connected to " + (((InetSocketAddress) peer).isUnresolved() ? "the server" : "the proxy"));
            }

            @Override
            public void secured(SSLSession session) {}

            @Override
            public void sent(ByteBuffer bytes) {
                seen.add(StandardCharsets.US_ASCII.decode(bytes).toString().split("[ /]")[0]);
            }

            @Override
            public void received(ByteBuffer bytes) {
                seen.add(StandardCharsets.US_ASCII.decode(bytes).toString().split(" ")[1]);
            }
        }
        try (WebSocketServer server = echo();
                RawServer proxy = Relay.http(requests)) {
            WebSocketOptions options = WebSocketOptions.builder()
                    .proxy(to(proxy))
                    .observer(new Tap())
                    .build();
            new WebSocket("ws://chat.invalid:" + server.port() + "/", options, recorder.handlers());
            assertThat(recorder.next()).isEqualTo("open");
            assertThat(seen)
                    .containsExactly(
                            "connected to the proxy", "CONNECT", "200", "connected to the server", "GET", "101");
        }
    }

    @Test
    void aRefusalTellsStatusFieldsAndBody() throws Exception {
        assertThat(failure("HTTP/1.1 403 No|X-Rule: 7|Content-Length: 9||not there"))
                .matches("the proxy http://127\\.0\\.0\\.1:\\d+ has refused to connect to chat\\.invalid:8080 with"
                        + " status 403: \"not there\"");
        HandshakeResponse response = recorder.error.response().orElseThrow();
        assertThat(response.status()).isEqualTo(403);
        assertThat(response.fields().first("x-rule")).contains("7");
        assertThat(response.body()).isEqualTo("not there");
    }

    @Test
    void ofAPageThatRefusesTheTitleIsShown() throws Exception {
        assertThat(
                        failure(
                                "HTTP/1.1 403 No|Content-Length: 62||<html><head><TITLE>No way\n</TITLE></head><body>A lot of text.</body>"))
                .endsWith("with status 403: \"No way\"");
    }

    @Test
    void aProxyThatWantsCredentialsIsAskedOnce() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (RawServer proxy = new RawServer(
                (socket, request) -> {
                    RawServer.write(
                            socket,
                            "HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
                    requests.add(RawServer.head(socket.getInputStream()));
                },
                connections::incrementAndGet)) {
            assertThat(failure(proxy).message()).contains("status 407; it wants a name and a password");
            WebSocketOptions wrong = WebSocketOptions.builder()
                    .proxy(to(proxy).withCredentials("user", "wrong"))
                    .build();
            assertThat(failure(wrong).message())
                    .contains("status 407; name or password are wrong")
                    .doesNotContain("user");
            assertThat(connections).hasValue(2);
            assertThat(requests).isEmpty();
        }
    }

    @Test
    void aProxyThatWantsAnotherKindOfCredentialsIsNamed() throws Exception {
        assertThat(failure("HTTP/1.1 407 Login|Proxy-Authenticate: Negotiate|Content-Length: 0||"))
                .contains("credentials of a kind that this client does not have, Negotiate");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "SSH-2.0-OpenSSH_9.6||; no HTTP response",
                "HTTP/1.1 200 OK||junk; behind its answer",
                "HTTP/1.1 200 OK|Content-Length: 4||junk; behind its answer",
                "HTTP/1.1 200 OK||HTTP/1.1 101 Switching Protocols|Upgrade: websocket||; behind its answer",
                "HTTP/1.1 101 Switching Protocols|Upgrade: websocket||; interim",
                "HTTP/1.1 999 What||; status must be",
            })
    void anAnswerThatIsNoneFailsTheConnection(String response, String named) throws Exception {
        assertThat(failure(response)).startsWith("the proxy http://127.0.0.1:").contains(named);
    }

    @Test
    void tooManyHeaderFieldsFailTheConnection() throws Exception {
        assertThat(failure("HTTP/1.1 200 OK|" + "X: y|".repeat(101) + "|")).contains("maxHandshakeFields");
    }

    @Test
    void interimResponsesWithoutEndFailTheConnection() throws Exception {
        assertThat(failure("HTTP/1.1 103 Early Hints||".repeat(9))).contains("interim");
    }

    @Test
    void headersWithoutEndFailTheConnection() throws Exception {
        try (RawServer proxy = new RawServer((socket, request) -> {
            RawServer.write(socket, "HTTP/1.1 200 OK\r\n");
            while (true) {
                RawServer.write(socket, "X-More: " + "x".repeat(1000) + "\r\n");
            }
        })) {
            assertThat(failure(proxy).message()).contains("maxHandshakeBytes");
        }
    }

    @Test
    void ofTheBodyOfARefusalTheHeadIsKept() throws Exception {
        try (RawServer proxy = new RawServer((socket, request) -> {
            RawServer.write(socket, "HTTP/1.1 502 No\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true) {
                RawServer.write(socket, "3e8\r\n" + "x".repeat(1000) + "\r\n");
            }
        })) {
            assertThat(failure(proxy).response().orElseThrow().body()).hasSize(4096);
        }
    }

    @Test
    void aProxyThatHangsUpFailsTheConnection() throws Exception {
        try (RawServer proxy = new RawServer((socket, request) -> socket.close())) {
            assertThat(failure(proxy).message()).contains("without an answer to CONNECT");
        }
    }

    @Test
    void aProxyThatDoesNotAnswerFailsTheConnectionWithinTheHandshakeTimeout() throws Exception {
        try (RawServer proxy = new RawServer((socket, request) -> {})) {
            WebSocketOptions options = WebSocketOptions.builder()
                    .proxy(to(proxy))
                    .handshakeTimeout(Duration.ofMillis(50))
                    .build();
            assertThat(failure(options).message()).contains("50 ms (handshakeTimeout)");
        }
    }

    @Test
    void aProxyThatIsNotThereFailsTheConnection() throws Exception {
        RawServer proxy = new RawServer((socket, request) -> {});
        proxy.close();
        assertThat(failure(proxy).message())
                .startsWith("could not connect to the proxy http://127.0.0.1:")
                .endsWith("connection refused; nothing listens there");
    }

    @Test
    void aProxyWhoseNameIsNotKnownFailsTheConnection() throws Exception {
        WebSocketOptions options = WebSocketOptions.builder()
                .proxy(Proxy.http("proxy.invalid", 3128))
                .build();
        assertThat(failure(options).message()).isEqualTo("the host proxy.invalid is not known");
    }

    @Test
    void theNameOfAProxyCanBeResolvedByTheProgram() throws Exception {
        try (RawServer proxy = RawServer.answering("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")) {
            WebSocketOptions options = WebSocketOptions.builder()
                    .proxy(Proxy.http("proxy.invalid", proxy.port()))
                    .resolve("proxy.invalid", InetAddress.getLoopbackAddress())
                    .build();
            assertThat(failure(options).message()).contains("status 403");
        }
    }

    @Test
    void throughAProxyTooOneConnectionPerServerIsConnecting() throws Exception {
        List<String> log = Relay.notes();
        CountDownLatch made = new CountDownLatch(1);
        try (RawServer server = new RawServer(
                        (socket, request) -> {
                            made.await();
                            log.add("answered");
                            RawServer.write(socket, RawServer.switching(request));
                        },
                        () -> log.add("accepted"));
                RawServer proxy = Relay.http(requests)) {
            WebSocketOptions options =
                    WebSocketOptions.builder().proxy(to(proxy)).build();
            new WebSocket(server.url(), options, recorder.handlers());
            new WebSocket(server.url(), options, recorder.handlers());
            made.countDown();
            assertThat(recorder.next()).isEqualTo("open");
            assertThat(recorder.next()).isEqualTo("open");
            assertThat(log).containsExactly("accepted", "answered", "accepted", "answered");
        }
    }

    @Test
    void toServersOfDifferentNamesSeveralMayBeConnectingThroughOneProxy() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        try (RawServer server = new RawServer((socket, request) -> {
                    both.countDown();
                    both.await();
                    RawServer.write(socket, RawServer.switching(request));
                });
                RawServer proxy = Relay.http(requests)) {
            WebSocketOptions options =
                    WebSocketOptions.builder().proxy(to(proxy)).build();
            new WebSocket("ws://a.invalid:" + server.port() + "/", options, recorder.handlers());
            new WebSocket("ws://b.invalid:" + server.port() + "/", options, recorder.handlers());
            assertThat(recorder.next()).isEqualTo("open");
            assertThat(recorder.next()).isEqualTo("open");
        }
    }
}
