package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SOCKS5 with proxies that work, that refuse, and that are not what they should be. */
class SocksProxyTest {
    private final Recorder recorder = new Recorder();
    private final List<String> targets = Relay.notes();

    private static RawServer switching() throws Exception {
        return new RawServer(
                (socket, request) -> RawServer.write(socket, RawServer.switching(request) + "\u0081\u0002hi"));
    }

    private static Proxy to(RawServer proxy) {
        return Proxy.socks5("127.0.0.1", proxy.port());
    }

    private void opens(String url, WebSocketOptions.Builder options) throws Exception {
        new WebSocket(url, options.build(), recorder.handlers());
        assertThat(recorder.next()).isEqualTo("open");
        assertThat(recorder.next()).isEqualTo("hi");
    }

    private String failure(WebSocketOptions.Builder options) throws Exception {
        new WebSocket("ws://chat.invalid:8080/", options.build(), recorder.handlers());
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.next()).isEqualTo("close 1006");
        assertThat(recorder.error.message()).startsWith("the proxy socks5");
        return recorder.error.message();
    }

    /** What is written in hexadecimal digits, each part as soon as something has come. */
    private static RawServer answering(String... parts) throws Exception {
        return RawServer.mute((socket, none) -> {
            for (String part : parts) {
                socket.getInputStream().readNBytes(1);
                socket.getInputStream().skipNBytes(socket.getInputStream().available());
                socket.getOutputStream().write(HexFormat.of().parseHex(part));
            }
            socket.getInputStream().readAllBytes();
        });
    }

    @Test
    void theProxyLooksUpTheName() throws Exception {
        try (RawServer server = switching();
                RawServer proxy = Relay.socks(null, targets)) {
            opens(
                    "ws://chat.invalid:" + server.port() + "/",
                    WebSocketOptions.builder().proxy(to(proxy)));
            assertThat(targets).containsExactly("chat.invalid:" + server.port());
        }
    }

    @Test
    void theNameIsLookedUpHereIfThatIsWanted() throws Exception {
        try (RawServer server = switching();
                RawServer proxy = Relay.socks(null, targets)) {
            opens(
                    "ws://chat.invalid:" + server.port() + "/",
                    WebSocketOptions.builder()
                            .proxy(to(proxy).resolvingHere())
                            .resolve("chat.invalid", InetAddress.getByName("192.0.2.7")));
            assertThat(targets).containsExactly("192.0.2.7:" + server.port());
        }
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.7, 192.0.2.7", "[2001:db8::7], 2001:db8:0:0:0:0:0:7"})
    void anAddressIsGivenAsSuch(String host, String told) throws Exception {
        try (RawServer server = switching();
                RawServer proxy = Relay.socks(null, targets)) {
            opens(
                    "ws://" + host + ":" + server.port() + "/",
                    WebSocketOptions.builder().proxy(to(proxy)));
            assertThat(targets).containsExactly(told + ":" + server.port());
        }
    }

    @Test
    void nameAndPasswordAreGivenToAProxyThatAsksForThem() throws Exception {
        try (RawServer server = switching();
                RawServer proxy = Relay.socks("user", targets)) {
            opens(
                    "ws://chat.invalid:" + server.port() + "/",
                    WebSocketOptions.builder().proxy(to(proxy).withCredentials("user", "secret")));
            assertThat(failure(WebSocketOptions.builder().proxy(to(proxy).withCredentials("user", "wrong"))))
                    .contains("has not accepted name and password")
                    .doesNotContain("wrong");
            assertThat(failure(WebSocketOptions.builder().proxy(to(proxy)))).contains("user:password@");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0502, its rules do not allow that",
        "0504, the host is not to be reached",
        "0505, connection refused",
        "0542, status 66",
    })
    void aRefusalIsToldInWords(String answer, String words) throws Exception {
        try (RawServer proxy = answering("0500", answer + "0001000000000000")) {
            assertThat(failure(WebSocketOptions.builder().proxy(to(proxy))))
                    .contains("has refused to connect to chat.invalid, port 8080: " + words);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0400", "485454502f312e31"})
    void anAnswerThatIsNoneFailsTheConnection(String answer) throws Exception {
        try (RawServer proxy = answering(answer)) {
            assertThat(failure(WebSocketOptions.builder().proxy(to(proxy)))).contains("has not answered in SOCKS5");
        }
    }

    @Test
    void aMethodThatWasNotOfferedFailsTheConnection() throws Exception {
        try (RawServer proxy = answering("0502")) {
            assertThat(failure(WebSocketOptions.builder().proxy(to(proxy)))).contains("wants a way to log in");
        }
    }

    @Test
    void junkBehindTheAnswerFailsTheConnection() throws Exception {
        try (RawServer proxy = answering("0500", "05000001000000000000" + "6a756e6b")) {
            assertThat(failure(WebSocketOptions.builder().proxy(to(proxy)))).contains("behind its answer");
        }
    }

    @Test
    void aProxyThatHangsUpFailsTheConnection() throws Exception {
        try (RawServer proxy = RawServer.mute((socket, none) -> socket.close())) {
            assertThat(failure(WebSocketOptions.builder().proxy(to(proxy)))).contains("proxy socks5h://127.0.0.1:");
        }
    }

    @Test
    void aProxyThatDoesNotAnswerFailsTheConnectionWithinTheHandshakeTimeout() throws Exception {
        try (RawServer proxy = RawServer.mute((socket, none) -> {})) {
            assertThat(failure(WebSocketOptions.builder().proxy(to(proxy)).handshakeTimeout(Duration.ofMillis(50))))
                    .contains("50 ms (handshakeTimeout)");
        }
    }
}
