package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.transport.CloseKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Redirects, which are followed on request. */
class RedirectTest {
    private final Recorder recorder = new Recorder();
    private final List<String> requests = Relay.notes();

    private static WebSocketOptions.Builder following() {
        return WebSocketOptions.builder().followRedirects();
    }

    private static String redirect(int status, String location) {
        return "HTTP/1.1 " + status + " Elsewhere\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n";
    }

    private static RawServer redirecting(int status, String location) throws Exception {
        return new RawServer((socket, request) -> RawServer.write(socket, redirect(status, location)));
    }

    /** Accepts what it is asked for at /chat, and leads there from elsewhere. */
    private RawServer server(String location) throws Exception {
        return new RawServer((socket, request) -> {
            requests.add(request);
            RawServer.write(
                    socket, request.startsWith("GET /chat") ? RawServer.switching(request) : redirect(302, location));
        });
    }

    private void opens(String url, WebSocketOptions.Builder options) throws Exception {
        WebSocket socket = new WebSocket(url, options.build(), recorder.handlers());
        assertThat(recorder.next()).isEqualTo("open");
        assertThat(socket.url()).isEqualTo(url);
    }

    private String failure(String url, WebSocketOptions.Builder options) throws Exception {
        new WebSocket(url, options.build(), recorder.handlers());
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.next()).isEqualTo("close 1006");
        assertThat(recorder.close.kind()).isEqualTo(CloseKind.REFUSED);
        return recorder.error.message();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void isFollowedToAnotherServer(int status) throws Exception {
        try (RawServer target = server("");
                RawServer server = redirecting(status, target.url().replace("ws:", "http:") + "chat?room=1#top")) {
            opens(server.url(), following());
            assertThat(requests.get(0))
                    .startsWith("GET /chat?room=1 HTTP/1.1\r\nHost: 127.0.0.1:" + target.port() + "\r\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"/chat, /chat", "chat, /chat", "../chat?q, /chat?q", "//127.0.0.1:PORT/chat, /chat"})
    void mayBeRelative(String location, String target) throws Exception {
        try (RawServer listening = new RawServer((socket, request) -> {
            requests.add(request);
            RawServer.write(
                    socket,
                    request.startsWith("GET /chat")
                            ? RawServer.switching(request)
                            : redirect(302, location.replace("PORT", String.valueOf(socket.getLocalPort()))));
        })) {
            opens(listening.url() + "old", following());
            assertThat(requests.get(1)).startsWith("GET " + target + " HTTP/1.1\r\n");
        }
    }

    @Test
    void toTheSameOriginEverythingGoes() throws Exception {
        try (RawServer server = server("/chat")) {
            opens(server.url(), following().bearer("secret").cookie("a", "1").header("X-Trace", "7"));
            assertThat(requests.get(1))
                    .contains("Authorization: Bearer secret", "Cookie: a=1", "X-Trace: 7")
                    .doesNotContain(keyOf(requests.get(0)));
        }
    }

    private static String keyOf(String request) {
        return request.replaceFirst("(?s).*(Sec-WebSocket-Key: \\S+).*", "$1");
    }

    @Test
    void toAnotherOriginOnlyWhatIsHarmlessGoes() throws Exception {
        try (RawServer target = server("");
                RawServer server = redirecting(302, "http://name:password@127.0.0.1:" + target.port() + "/chat")) {
            opens(
                    server.url().replace("//", "//user:pass@"),
                    following()
                            .cookie("a", "1")
                            .header("X-Api-Key", "secret")
                            .header("User-Agent", "test/1")
                            .header("Accept-Language", "de")
                            .origin("https://page.example"));
            assertThat(requests.get(0))
                    .contains("User-Agent: test/1", "Accept-Language: de", "Origin: https://page.example")
                    .doesNotContain("Authorization", "Cookie", "X-Api-Key", "secret", "password");
        }
    }

    @Test
    void anotherHostWithTheSamePortIsAnotherOriginAndStaysOneOnTheWayBack() throws Exception {
        try (RawServer server = new RawServer((socket, request) -> {
            requests.add(request);
            String port = String.valueOf(socket.getLocalPort());
            RawServer.write(
                    socket,
                    request.startsWith("GET /chat")
                            ? RawServer.switching(request)
                            : request.startsWith("GET /back")
                                    ? redirect(302, "http://127.0.0.1:" + port + "/chat")
                                    : redirect(302, "http://other.example:" + port + "/back"));
        })) {
            opens(
                    server.url(),
                    following().bearer("secret").resolve("other.example", InetAddress.getLoopbackAddress()));
            assertThat(requests).hasSize(3);
            assertThat(requests.get(0)).contains("Authorization");
            assertThat(requests.get(1)).contains("Host: other.example").doesNotContain("Authorization");
            assertThat(requests.get(2)).contains("Host: 127.0.0.1").doesNotContain("Authorization");
        }
    }

    @Test
    void isNotFollowedByDefault() throws Exception {
        try (RawServer server = server("/chat")) {
            assertThat(failure(server.url(), WebSocketOptions.builder()))
                    .contains("302", "WebSocketOptions.followRedirects", "/chat");
            assertThat(requests).hasSize(1);
            assertThat(recorder.error.response().orElseThrow().fields().first("Location"))
                    .contains("/chat");
        }
    }

    @Test
    void aChainOfFiveIsFollowedAndOfSixIsNot() throws Exception {
        try (RawServer server = new RawServer((socket, request) -> {
            requests.add(request);
            int left = Integer.parseInt(request.split("[/ ]")[2]);
            RawServer.write(socket, left == 0 ? RawServer.switching(request) : redirect(307, "/" + (left - 1)));
        })) {
            opens(server.url() + "5", following());
            assertThat(requests).hasSize(6);
            requests.clear();
            assertThat(failure(server.url() + "50", following()))
                    .startsWith(
                            "the redirect with status 307 is not followed: it would be one more than 5: ws://127.0.0.1:")
                    .endsWith("/44");
            assertThat(requests).hasSize(6);
        }
    }

    @Test
    void aCircleIsNotFollowed() throws Exception {
        try (RawServer server = new RawServer((socket, request) -> {
            requests.add(request);
            RawServer.write(socket, redirect(302, request.startsWith("GET /a") ? "/b" : "/a"));
        })) {
            assertThat(failure(server.url() + "a", following())).contains("it leads in a circle: ws://127.0.0.1:");
            assertThat(requests).hasSize(2);
        }
    }

    @Test
    void whatItTellsOfTheWayHasNoSecrets() throws Exception {
        try (RawServer server = new RawServer((socket, request) -> {
            requests.add(request);
            RawServer.write(socket, redirect(302, request.startsWith("GET /a") ? "/b?ticket=hidden" : "/a?to=ken"));
        })) {
            String withPassword = server.url().replace("//", "//ann:secret@") + "a?to=ken";
            assertThat(failure(withPassword, following()))
                    .contains("it leads in a circle: ws://127.0.0.1:", "/a?..., ", "/b?..., ")
                    .doesNotContain("ann", "secret", "ken", "hidden");
            assertThat(requests).hasSize(2);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "ftp://example.com/; of scheme ws, wss, http or https but is of ftp",
                "http://[::1/; its Location is no URL",
                "http://example.com:99999/; its Location is no URL",
                "javascript:alert(1); but is of javascript",
            })
    void aLocationThatIsNoneForAWebSocketIsRefused(String location, String why) throws Exception {
        try (RawServer server = redirecting(302, location)) {
            assertThat(failure(server.url(), following())).contains(why);
            assertThat(recorder.error.response().orElseThrow().status()).isEqualTo(302);
        }
    }

    @Test
    void aBlockedPortIsBlockedHereToo() throws Exception {
        try (RawServer server = redirecting(302, "http://127.0.0.1:6667/")) {
            new WebSocket(server.url(), following().build(), recorder.handlers());
            assertThat(recorder.next()).isEqualTo("error");
            assertThat(recorder.error.message()).contains("port 6667 belongs to another protocol");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Location: /a\r\nLocation: /b\r\n"})
    void withoutOneLocationItIsRefused(String fields) throws Exception {
        try (RawServer server = RawServer.answering("HTTP/1.1 302 Found\r\n" + fields + "Content-Length: 0\r\n\r\n")) {
            assertThat(failure(server.url(), following())).contains("it must have one Location but has");
        }
    }

    @Test
    void anyOtherStatusOfThreeHundredIsARefusal() throws Exception {
        try (RawServer server = redirecting(304, "/chat")) {
            assertThat(failure(server.url(), following())).contains("304");
        }
    }

    @Test
    void awayFromAUnixSocketItIsNotFollowed(@TempDir Path folder) throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("server.sock"));
        try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(address);
            RawServer.start(() -> {
                try (SocketChannel channel = listening.accept()) {
                    channel.read(ByteBuffer.allocate(4096));
                    channel.write(StandardCharsets.US_ASCII.encode(redirect(302, "ws://other.example/")));
                    channel.read(ByteBuffer.allocate(4096));
                } catch (IOException e) {
                    // the client has gone, which is for the test to judge
                }
            });
            assertThat(failure("ws://localhost/", following().unixSocket(address.getPath())))
                    .endsWith("it leads away from the server behind the Unix socket, to ws://other.example");
        }
    }

    @Test
    void closingWhileARedirectIsFollowedFailsTheConnection() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (RawServer mute = new RawServer((socket, request) -> asked.countDown());
                RawServer server = redirecting(302, mute.url())) {
            WebSocket socket = new WebSocket(server.url(), following().build(), recorder.handlers());
            assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
            socket.close();
            assertThat(recorder.next()).isEqualTo("error");
            assertThat(recorder.next()).isEqualTo("close 1006");
            assertThat(recorder.close.kind()).isEqualTo(CloseKind.TERMINATED);
        }
    }
}
