package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The opening handshake with servers that are not what they should be. */
class OpeningHandshakeTest {
    private static final String OK = "Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: {accept}|";
    private static final String SWITCHING = "HTTP/1.1 101 Switching Protocols|";

    private final Recorder recorder = new Recorder();

    private WebSocket connect(RawServer server, WebSocketOptions options) {
        return new WebSocket(server.url(), options, recorder.handlers());
    }

    /** "Fail the WebSocket connection": an error event that tells why, and a close event with 1006. */
    private String failure(RawServer server, WebSocketOptions options) throws Exception {
        WebSocket socket = connect(server, options);
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.next()).isEqualTo("close 1006");
        assertThat(socket.readyState()).isEqualTo(WebSocket.CLOSED);
        assertThat(recorder.close.wasClean()).isFalse();
        return recorder.error.message();
    }

    private String failure(String response) throws Exception {
        try (RawServer server = RawServer.answering(response.replace("|", "\r\n"))) {
            return failure(server, WebSocketOptions.DEFAULT);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=|; Sec-WebSocket-Accept",
                "Upgrade: websocket|Connection: Upgrade|; Sec-WebSocket-Accept",
                "Connection: Upgrade|Sec-WebSocket-Accept: {accept}|; Upgrade",
                "Upgrade: h2c|Connection: Upgrade|Sec-WebSocket-Accept: {accept}|; Upgrade",
                "Upgrade: websocket|Sec-WebSocket-Accept: {accept}|; Connection",
                OK + "Sec-WebSocket-Accept: {accept}|; Sec-WebSocket-Accept",
                OK + "Sec-WebSocket-Protocol: chat|; Sec-WebSocket-Protocol",
                OK + "Sec-WebSocket-Extensions: x-webkit-deflate-frame|; Sec-WebSocket-Extensions",
                OK + "Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate|; more than once",
                OK + "Sec-WebSocket-Extensions: \"|; Sec-WebSocket-Extensions",
            })
    void aResponseThatBreaksRfc6455FailsTheConnection(String fields, String named) throws Exception {
        assertThat(failure(SWITCHING + fields + "|")).contains(named);
    }

    @ParameterizedTest
    @CsvSource({
        "server_max_window_bits=7",
        "server_max_window_bits=16",
        "client_max_window_bits=99999",
        "no_such_parameter",
        "server_no_context_takeover=1",
    })
    void anAnswerOfPermessageDeflateThatIsNoneToTheOfferFailsTheConnection(String parameter) throws Exception {
        assertThat(failure(SWITCHING + OK + "Sec-WebSocket-Extensions: permessage-deflate; " + parameter + "||"))
                .startsWith("Sec-WebSocket-Extensions");
    }

    @Test
    void anExtensionFailsTheConnectionIfNoneWasOffered() throws Exception {
        WebSocketOptions none = WebSocketOptions.builder()
                .compression(dev.duplex.core.deflate.DeflateOptions.DISABLED)
                .build();
        try (RawServer server = RawServer.answering(
                (SWITCHING + OK + "Sec-WebSocket-Extensions: permessage-deflate||").replace("|", "\r\n"))) {
            assertThat(failure(server, none)).contains("permessage-deflate");
        }
    }

    @Test
    void aServerThatChoosesNoneOfTheSubprotocolsOfferedFailsTheConnection() throws Exception {
        try (RawServer server = RawServer.answering((SWITCHING + OK + "|").replace("|", "\r\n"))) {
            assertThat(failure(
                            server,
                            WebSocketOptions.builder().protocols("a", "b").build()))
                    .contains("none of the subprotocols offered, [a, b]");
        }
    }

    @Test
    void anAnswerOfHttp10FailsTheConnection() throws Exception {
        assertThat(failure("HTTP/1.0 101 Switching Protocols|" + OK + "|")).contains("HTTP/1.1");
    }

    @Test
    void anAnswerThatIsNotHttpFailsTheConnection() throws Exception {
        assertThat(failure("SSH-2.0-OpenSSH_9.6||")).contains("no HTTP response");
    }

    @Test
    void headersWithoutEndFailTheConnection() throws Exception {
        try (RawServer server = new RawServer((socket, request) -> {
            RawServer.write(socket, "HTTP/1.1 101 Switching Protocols\r\n");
            while (true) {
                RawServer.write(socket, "X-More: " + "x".repeat(1000) + "\r\n");
            }
        })) {
            assertThat(failure(server, WebSocketOptions.DEFAULT)).contains("maxHandshakeBytes");
        }
    }

    @Test
    void tooManyHeaderFieldsFailTheConnection() throws Exception {
        assertThat(failure(SWITCHING + OK + "X: y|".repeat(101) + "|")).contains("maxHandshakeFields");
    }

    @Test
    void interimResponsesWithoutEndFailTheConnection() throws Exception {
        assertThat(failure("HTTP/1.1 103 Early Hints||".repeat(9) + SWITCHING + OK + "|"))
                .contains("interim");
    }

    @Test
    void anInterimResponseIsPassedOver() throws Exception {
        try (RawServer server = RawServer.answering(
                ("HTTP/1.1 103 Early Hints|Link: </a>||" + SWITCHING + OK + "|").replace("|", "\r\n"))) {
            connect(server, WebSocketOptions.DEFAULT);
            assertThat(recorder.next()).isEqualTo("open");
        }
    }

    @Test
    void aServerThatHangsUpFailsTheConnection() throws Exception {
        try (RawServer server = new RawServer((socket, request) -> socket.close())) {
            assertThat(failure(server, WebSocketOptions.DEFAULT)).contains("without an answer");
        }
    }

    @Test
    void aServerThatDoesNotAnswerFailsTheConnectionWithinTheHandshakeTimeout() throws Exception {
        try (RawServer server = new RawServer((socket, request) -> {})) {
            WebSocketOptions options = WebSocketOptions.builder()
                    .handshakeTimeout(Duration.ofMillis(50))
                    .build();
            assertThat(failure(server, options)).contains("50 ms (handshakeTimeout)");
        }
    }

    @Test
    void aPortWhereNobodyListensFailsTheConnection() throws Exception {
        RawServer server = new RawServer((socket, request) -> {});
        server.close();
        assertThat(failure(server, WebSocketOptions.DEFAULT))
                .matches("could not connect to 127\\.0\\.0\\.1, port \\d+: connection refused; nothing listens there");
    }

    @Test
    void aBlockedPortFailsAsynchronously() throws Exception {
        WebSocket socket = new WebSocket("ws://127.0.0.1:6667/", WebSocketOptions.DEFAULT, made -> {
            recorder.handlers().accept(made);
            assertThat(made.readyState()).isEqualTo(WebSocket.CONNECTING);
        });
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.next()).isEqualTo("close 1006");
        assertThat(recorder.error.message()).contains("port 6667 belongs to another protocol");
        assertThat(socket.readyState()).isEqualTo(WebSocket.CLOSED);
    }

    @Test
    void aRefusalTellsStatusFieldsAndBody() throws Exception {
        assertThat(failure("HTTP/1.1 401 Unauthorized|WWW-Authenticate: Bearer|Content-Length: 12||token, please"))
                .contains("401")
                .contains("token, pleas");
        assertThat(recorder.error.response()).hasValueSatisfying(response -> {
            assertThat(response.status()).isEqualTo(401);
            assertThat(response.fields().first("www-authenticate")).contains("Bearer");
            assertThat(response.body()).isEqualTo("token, pleas");
        });
    }

    @Test
    void ofTheBodyOfARefusalTheHeadIsKept() throws Exception {
        try (RawServer server = new RawServer((socket, request) -> {
            RawServer.write(socket, "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true) {
                RawServer.write(socket, "3e8\r\n" + "x".repeat(1000) + "\r\n");
            }
        })) {
            failure(server, WebSocketOptions.DEFAULT);
            assertThat(recorder.error.response().orElseThrow().body()).hasSize(4096);
        }
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        assertThat(failure("HTTP/1.1 302 Found|Location: ws://other.example/|Content-Length: 0||"))
                .contains("302")
                .contains("not followed")
                .contains("ws://other.example/");
    }

    @Test
    void framesThatComeRightBehindTheResponseAreDelivered() throws Exception {
        try (RawServer server = new RawServer((socket, request) ->
                RawServer.write(socket, RawServer.switching(request) + "\u0081\u0002hi\u0081\u0003you"))) {
            connect(server, WebSocketOptions.DEFAULT);
            assertThat(List.of(recorder.next(), recorder.next(), recorder.next()))
                    .containsExactly("open", "hi", "you");
        }
    }

    @Test
    void aServerThatMasksFailsTheConnection() throws Exception {
        try (RawServer server = new RawServer((socket, request) -> {
            RawServer.write(socket, RawServer.switching(request) + "\u0081\u0082\0\0\0\0hi");
            readToEnd(socket);
        })) {
            connect(server, WebSocketOptions.DEFAULT);
            assertThat(List.of(recorder.next(), recorder.next(), recorder.next()))
                    .containsExactly("open", "error", "close 1006");
            assertThat(recorder.error.message()).contains("5.1");
        }
    }

    private static void readToEnd(Socket socket) throws Exception {
        socket.getInputStream().readAllBytes();
        socket.close();
    }

    @Test
    void closingDuringConnectingFailsTheConnection() throws Exception {
        try (RawServer server = new RawServer((socket, request) -> {})) {
            WebSocket socket = connect(server, WebSocketOptions.DEFAULT);
            socket.close();
            assertThat(socket.readyState()).isGreaterThanOrEqualTo(WebSocket.CLOSING);
            assertThat(recorder.next()).isEqualTo("error");
            assertThat(recorder.next()).isEqualTo("close 1006");
        }
    }

    @Test
    void atMostOneConnectionPerHostAndPortIsConnecting() throws Exception {
        List<String> log = new CopyOnWriteArrayList<>();
        CountDownLatch bothMade = new CountDownLatch(1);
        try (RawServer server = new RawServer(
                (socket, request) -> {
                    bothMade.await();
                    log.add("answered");
                    RawServer.write(socket, RawServer.switching(request));
                },
                () -> log.add("accepted"))) {
            connect(server, WebSocketOptions.DEFAULT);
            connect(server, WebSocketOptions.DEFAULT);
            bothMade.countDown();
            assertThat(recorder.next()).isEqualTo("open");
            assertThat(recorder.next()).isEqualTo("open");
            assertThat(log).containsExactly("accepted", "answered", "accepted", "answered");
        }
    }

    @Test
    void theRequestSaysWhatTheOptionsSay() throws Exception {
        BlockingQueue<String> requests = new LinkedBlockingQueue<>();
        try (RawServer server = new RawServer((socket, request) -> {
            requests.add(request);
            RawServer.write(socket, RawServer.switching(request));
        })) {
            WebSocketOptions options = WebSocketOptions.builder()
                    .header("X-Trace", "7")
                    .cookie("a", "1")
                    .cookie("b", "2")
                    .bearer("secret")
                    .origin("https://page.example")
                    .build();
            new WebSocket(server.url() + "chat room?q=ü", options, recorder.handlers());
            assertThat(requests.poll(30, TimeUnit.SECONDS))
                    .startsWith("GET /chat%20room?q=%C3%BC HTTP/1.1\r\n")
                    .contains("\r\nX-Trace: 7\r\n")
                    .contains("\r\nCookie: a=1; b=2\r\n")
                    .contains("\r\nAuthorization: Bearer secret\r\n")
                    .contains("\r\nOrigin: https://page.example\r\n")
                    .contains("\r\nSec-WebSocket-Extensions: permessage-deflate")
                    .doesNotContain("Sec-WebSocket-Protocol");
        }
    }

    @Test
    void nameAndPasswordInTheUrlAreSent() throws Exception {
        BlockingQueue<String> requests = new LinkedBlockingQueue<>();
        try (RawServer server = new RawServer((socket, request) -> requests.add(request))) {
            WebSocket socket = new WebSocket(server.url().replace("//", "//user:p%40ss@"));
            assertThat(requests.poll(30, TimeUnit.SECONDS)).contains("\r\nAuthorization: Basic dXNlcjpwQHNz\r\n");
            socket.close();
        }
    }
}
