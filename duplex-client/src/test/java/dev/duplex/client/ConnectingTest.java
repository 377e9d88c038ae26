package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.duplex.transport.CloseKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a host is found and reached. */
class ConnectingTest {
    private final Recorder recorder = new Recorder();
    private InetAddress six;
    private InetAddress four;

    @BeforeEach
    void addresses() throws Exception {
        six = InetAddress.getByName("::1");
        four = InetAddress.getByName("127.0.0.1");
    }

    private static RawServer server() throws IOException {
        return new RawServer((socket, request) -> RawServer.write(socket, RawServer.switching(request)));
    }

    private void connect(int port, WebSocketOptions.Builder options) {
        new WebSocket("ws://two.example:" + port + "/", options.build(), recorder.handlers());
    }

    private String failure(int port, WebSocketOptions.Builder options) throws Exception {
        connect(port, options);
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.next()).isEqualTo("close 1006");
        assertThat(recorder.close.kind()).isEqualTo(CloseKind.NOT_CONNECTED);
        return recorder.error.message();
    }

    @Test
    void ifNobodyListensAtOneAddressTheOtherIsTaken() throws Exception {
        try (RawServer server = server()) {
            connect(server.port(), WebSocketOptions.builder().resolve("two.example", six, four));
            assertThat(recorder.next()).isEqualTo("open");
        }
    }

    @Test
    void ifNobodyListensAtAnyAddressEachIsNamed() throws Exception {
        RawServer server = server();
        server.close();
        assertThat(failure(server.port(), WebSocketOptions.builder().resolve("two.example", four, six)))
                .matches("could not connect to two\\.example at 0:0:0:0:0:0:0:1, port \\d+: .+, nor to two\\.example at"
                        + " 127\\.0\\.0\\.1, port \\d+: connection refused; nothing listens there");
    }

    @Test
    void oneFamilyCanBeLeftOut() throws Exception {
        try (RawServer server = server()) {
            WebSocketOptions.Builder options = WebSocketOptions.builder().resolve("two.example", six, four);
            assertThat(failure(server.port(), options.addressFamily(StandardProtocolFamily.INET6)))
                    .contains("0:0:0:0:0:0:0:1")
                    .doesNotContain("127.0.0.1");
            connect(server.port(), options.addressFamily(StandardProtocolFamily.INET));
            assertThat(recorder.next()).isEqualTo("open");
        }
    }

    @Test
    void aHostWithoutAnAddressOfTheFamilySaysSo() throws Exception {
        assertThat(failure(
                        9999,
                        WebSocketOptions.builder()
                                .resolve("two.example", four)
                                .addressFamily(StandardProtocolFamily.INET6)))
                .isEqualTo("the host two.example has no address of the family INET6 (addressFamily), only 127.0.0.1");
    }

    @Test
    void aUnixSocketIsNoFamilyOfAddresses() {
        assertThatThrownBy(() -> WebSocketOptions.builder().addressFamily(StandardProtocolFamily.UNIX))
                .hasMessageContaining("unixSocket");
    }

    @Test
    void anAddressMayBeForOnePortOnly() throws Exception {
        try (RawServer server = server()) {
            WebSocketOptions.Builder options =
                    WebSocketOptions.builder().resolve("two.example", six).resolve("two.example", server.port(), four);
            connect(server.port(), options);
            assertThat(recorder.next()).isEqualTo("open");
        }
    }

    @Test
    void aHostThatIsNotKnownSaysSo() throws Exception {
        assertThat(failure(9999, WebSocketOptions.builder())).isEqualTo("the host two.example is not known");
    }

    @Test
    void whoGivesUpWhileItWaitsForItsTurnLeavesTheOrderOfTheOthersAsItIs() throws Exception {
        List<String> log = new CopyOnWriteArrayList<>();
        CountDownLatch mayAnswer = new CountDownLatch(1);
        try (RawServer server = new RawServer(
                (socket, request) -> {
                    mayAnswer.await();
                    log.add("answered");
                    RawServer.write(socket, RawServer.switching(request));
                },
                () -> log.add("accepted"))) {
            WebSocketOptions options = WebSocketOptions.builder()
                    .handshakeTimeout(Duration.ofSeconds(30))
                    .build();
            new WebSocket(server.url(), options, recorder.handlers());
            new WebSocket(server.url(), options, recorder.handlers());
            Recorder givenUp = new Recorder();
            new WebSocket(server.url(), options, givenUp.handlers()).close();
            assertThat(givenUp.next()).isEqualTo("error");
            assertThat(givenUp.next()).isEqualTo("close 1006");
            mayAnswer.countDown();
            assertThat(recorder.next()).isEqualTo("open");
            assertThat(recorder.next()).isEqualTo("open");
            assertThat(log).containsExactly("accepted", "answered", "accepted", "answered");
        }
    }

    @Test
    void aServerThatTakesNoConnectionFailsItWithinTheConnectTimeout() throws Exception {
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, four)) {
            assumeThat(fill(full, waiting))
                    .as("only where the system leaves a connection unanswered that is one too many")
                    .isTrue();
            assertThat(failure(
                            full.getLocalPort(),
                            WebSocketOptions.builder()
                                    .resolve("two.example", four)
                                    .connectTimeout(Duration.ofSeconds(3))))
                    .isEqualTo("could not connect to two.example at 127.0.0.1, port " + full.getLocalPort()
                            + ": no answer within 3000 ms (connectTimeout)");
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    private static boolean fill(ServerSocket listening, List<Socket> waiting) throws IOException {
        for (int i = 0; i < 20; i++) {
            Socket socket = new Socket();
            waiting.add(socket);
            try {
                socket.connect(new InetSocketAddress(listening.getInetAddress(), listening.getLocalPort()), 500);
            } catch (SocketTimeoutException e) {
                return true;
            }
        }
        return false;
    }
}
