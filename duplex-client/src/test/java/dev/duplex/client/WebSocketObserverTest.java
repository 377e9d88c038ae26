package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.client.internal.wire.WireTap;
import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.handshake.HandshakeRequest;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.Tls;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is seen beside the events. */
class WebSocketObserverTest {
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final Recorder recorder = new Recorder();
    private RawServer server;
    private WebSocket socket;

    private class Notes implements WebSocketObserver {
        @Override
        public void onRequest(WebSocket of, HandshakeRequest request) {
            seen.add("request " + request.target() + " " + of.readyState());
        }

        @Override
        public void onResponse(WebSocket of, HandshakeResponse response) {
            seen.add("response " + response.status() + " "
                    + response.fields().first("Server").orElse("-"));
        }

        @Override
        public void onPing(WebSocket of, ByteBuffer payload) {
            seen.add("ping " + StandardCharsets.UTF_8.decode(payload));
        }

        @Override
        public void onPong(WebSocket of, ByteBuffer payload) {
            seen.add("pong of " + payload.remaining());
        }

        @Override
        public void onRoundTrip(WebSocket of, Duration time) {
            seen.add("round trip" + (time.isNegative() ? " in less than no time" : ""));
        }
    }

    private final class Tap implements WebSocketObserver, WireTap {
        final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        final ByteArrayOutputStream received = new ByteArrayOutputStream();

        @Override
        public void connected(SocketAddress peer) {
            seen.add("connected to port " + ((InetSocketAddress) peer).getPort());
        }

        @Override
        public void secured(SSLSession session) {
            seen.add("secured");
        }

        @Override
        public void sent(ByteBuffer bytes) {
            note(sent, bytes);
        }

        @Override
        public void received(ByteBuffer bytes) {
            note(received, bytes);
        }

        private void note(ByteArrayOutputStream all, ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            all.writeBytes(copy);
        }
    }

    private void open(WebSocketOptions.Builder options, WebSocketObserver observer) throws Exception {
        server = new RawServer((connection, request) -> {
            RawServer.write(connection, RawServer.switching(request));
            while (true) {
                PeerFrame frame = PeerFrame.read(connection);
                if (frame.opcode() == PeerFrame.PING) {
                    PeerFrame.write(connection, PeerFrame.PONG, frame.payload());
                } else if (frame.text().equals("ping me")) {
                    PeerFrame.write(connection, PeerFrame.PING, "hello?".getBytes());
                } else if (frame.opcode() == PeerFrame.PONG) {
                    PeerFrame.writeText(connection, "pong " + frame.text());
                } else {
                    PeerFrame.write(connection, frame.opcode(), frame.payload());
                }
            }
        });
        socket = new WebSocket(
                server.url() + "path?q", options.observer(observer).build(), recorder.handlers());
        assertThat(recorder.next()).isEqualTo("open");
    }

    @AfterEach
    void close() throws Exception {
        socket.close();
        if (server != null) {
            server.close();
        }
    }

    private String nextSeen() throws InterruptedException {
        return seen.poll(30, TimeUnit.SECONDS);
    }

    @Test
    void theOpeningHandshakeIsSeen() throws Exception {
        open(WebSocketOptions.builder(), new Notes());
        assertThat(nextSeen()).isEqualTo("request /path?q 0");
        assertThat(nextSeen()).isEqualTo("response 101 -");
        assertThat(seen).isEmpty();
    }

    @Test
    void aRefusalIsSeenToo() throws Exception {
        server = RawServer.answering("HTTP/1.1 103 Early Hints\r\n\r\n"
                + "HTTP/1.1 403 Forbidden\r\nServer: raw\r\nContent-Length: 2\r\n\r\nno");
        socket = new WebSocket(
                server.url(), WebSocketOptions.builder().observer(new Notes()).build(), recorder.handlers());
        assertThat(nextSeen()).isEqualTo("request / 0");
        assertThat(nextSeen()).isEqualTo("response 403 raw");
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.error.response().orElseThrow().body()).isEqualTo("no");
    }

    @Test
    void pingsOfTheServerAreSeenThoughNoEventTellsOfThem() throws Exception {
        open(WebSocketOptions.builder(), new Notes());
        socket.send("ping me");
        assertThat(recorder.next()).isEqualTo("pong hello?");
        assertThat(seen).containsExactly("request /path?q 0", "response 101 -", "ping hello?");
    }

    @Test
    void aPingOfTheProgramIsSeenToBeAnswered() throws Exception {
        open(WebSocketOptions.builder(), new Notes());
        socket.ping("abc".getBytes()).toCompletableFuture().get(30, TimeUnit.SECONDS);
        socket.send("echo");
        assertThat(recorder.next()).isEqualTo("echo");
        assertThat(seen).containsExactly("request /path?q 0", "response 101 -", "round trip", "pong of 3");
    }

    @Test
    void keepalivePingsAreMeasured() throws Exception {
        open(
                WebSocketOptions.builder()
                        .limits(WebSocketOptions.DEFAULT_LIMITS.withKeepalive(
                                Duration.ofMillis(100), Duration.ofSeconds(60))),
                new Notes());
        nextSeen();
        nextSeen();
        assertThat(nextSeen()).isEqualTo("round trip");
        assertThat(nextSeen()).isEqualTo("pong of 0");
        assertThat(socket.roundTripTime()).isPresent();
    }

    @Test
    void anObserverThatThrowsDisturbsNothing() throws Exception {
        open(WebSocketOptions.builder(), new Notes() {
            @Override
            public void onRequest(WebSocket of, HandshakeRequest request) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void onPong(WebSocket of, ByteBuffer payload) {
                throw new IllegalStateException("on purpose");
            }
        });
        assertThat(socket.ping().toCompletableFuture().get(30, TimeUnit.SECONDS))
                .isPositive();
        socket.send("still here");
        assertThat(recorder.next()).isEqualTo("still here");
    }

    @Test
    void aTapSeesEveryByteOfHandshakeAndFrames() throws Exception {
        Tap tap = new Tap();
        open(WebSocketOptions.builder().compression(DeflateOptions.DISABLED), tap);
        socket.send("hello");
        assertThat(recorder.next()).isEqualTo("hello");
        assertThat(seen).containsExactly("connected to port " + server.port());
        String sent = tap.sent.toString(StandardCharsets.ISO_8859_1);
        assertThat(sent).startsWith("GET /path?q HTTP/1.1\r\nHost: 127.0.0.1:" + server.port() + "\r\n");
        String frame = sent.substring(sent.indexOf("\r\n\r\n") + 4);
        assertThat(frame).hasSize(2 + 4 + 5).startsWith("\u0081\u0085");
        String received = tap.received.toString(StandardCharsets.ISO_8859_1);
        assertThat(received).startsWith("HTTP/1.1 101 Switching Protocols\r\n").endsWith("\r\n\r\n\u0081\u0005hello");
    }

    @Test
    void aTapOfATlsConnectionSeesWhatIsInItsRecords() throws Exception {
        Tap tap = new Tap();
        try (WebSocketServer tls = WebSocketServer.builder()
                .port(0)
                .eventLoops(1)
                // The first handshake in TLS takes its time on a machine with much to do.
                .limits(Limits.DEFAULTS.withHandshakeTimeout(Duration.ofSeconds(30)))
                .tls(Tls.selfSigned())
                .webSocket("/", WebSocketHandler.onMessage(Session::send))
                .start()) {
            socket = new WebSocket(
                    tls.uri("/").toString(),
                    WebSocketOptions.builder()
                            .insecurelyTrustAnyCertificate()
                            .handshakeTimeout(Duration.ofSeconds(30))
                            .observer(tap)
                            .build(),
                    recorder.handlers());
            assertThat(recorder.next()).isEqualTo("open");
            assertThat(seen).containsExactly("connected to port " + tls.port(), "secured");
            assertThat(tap.sent.toString(StandardCharsets.ISO_8859_1)).startsWith("GET / HTTP/1.1\r\n");
            assertThat(tap.received.toString(StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 101 ");
            socket.close();
            assertThat(recorder.next()).isEqualTo("close 1005 clean");
        }
    }

    @Test
    void aTapThatThrowsDisturbsNothing() throws Exception {
        class Failing implements WebSocketObserver, WireTap {
            @Override
            public void connected(SocketAddress peer) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void secured(SSLSession session) {}

            @Override
            public void sent(ByteBuffer bytes) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void received(ByteBuffer bytes) {
                throw new IllegalStateException("on purpose");
            }
        }
        open(WebSocketOptions.builder(), new Failing());
        socket.send("hello");
        assertThat(recorder.next()).isEqualTo("hello");
    }
}
