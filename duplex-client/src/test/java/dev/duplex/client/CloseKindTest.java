package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import dev.duplex.transport.CloseKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each way in which a connection ends has its kind and its words. */
class CloseKindTest {
    private static final Duration SHORT = Duration.ofMillis(200);

    private final BlockingQueue<CloseEvent> closed = new LinkedBlockingQueue<>();
    private final CountDownLatch tested = new CountDownLatch(1);
    private volatile ErrorEvent error;

    /** What the client does once it is connected; set before, for the event may be told before the constructor is back. */
    private Consumer<WebSocket> opened = created -> created.send("hello");

    private RawServer server;
    private WebSocket socket;

    /** What a server does once it has accepted the opening handshake. */
    private interface Script {
        void run(Socket socket) throws Exception;
    }

    private void connect(Limits limits, Script script) throws Exception {
        server = new RawServer((connection, request) -> {
            RawServer.write(connection, RawServer.switching(request));
            script.run(connection);
            connection.getInputStream().readAllBytes();
            connection.close();
        });
        connect(server.url(), limits);
    }

    private void connect(String url, Limits limits) {
        socket = new WebSocket(url, WebSocketOptions.builder().limits(limits).build(), created -> {
            created.onopen(event -> opened.accept(created));
            created.onerror(event -> error = event);
            created.onclose(closed::add);
        });
    }

    private void connect(Script script) throws Exception {
        connect(WebSocketOptions.DEFAULT_LIMITS, script);
    }

    @AfterEach
    void close() throws Exception {
        tested.countDown();
        socket.close();
        if (server != null) {
            server.close();
        }
    }

    private void endsWith(CloseKind kind, String cause) throws InterruptedException {
        CloseEvent event = closed.poll(30, TimeUnit.SECONDS);
        assertThat(event).isNotNull();
        assertThat(event.kind() + ": " + event.cause()).isEqualTo(kind + ": " + cause);
    }

    private void failsWith(CloseKind kind, String cause) throws InterruptedException {
        endsWith(kind, cause);
        assertThat(error.message()).isEqualTo(cause);
    }

    private static PeerFrame untilClose(Socket peer) throws IOException {
        PeerFrame frame;
        do {
            frame = PeerFrame.read(peer);
        } while (frame.opcode() != PeerFrame.CLOSE);
        return frame;
    }

    @Test
    void closedByTheServer() throws Exception {
        connect(peer -> {
            PeerFrame.write(peer, PeerFrame.CLOSE, (byte) 0x03, (byte) 0xE8);
            untilClose(peer);
            peer.close();
        });
        endsWith(CloseKind.CLOSED_BY_PEER, "closed by the peer");
    }

    @Test
    void closedByThisProgram() throws Exception {
        opened = created -> {
            created.onmessage(event -> created.close(1000));
            created.send("hello");
        };
        connect(peer -> {
            PeerFrame.read(peer);
            PeerFrame.writeText(peer, "close, please");
            PeerFrame close = PeerFrame.read(peer);
            PeerFrame.write(peer, close.opcode(), close.payload());
            peer.close();
        });
        endsWith(CloseKind.CLOSED_BY_US, "closed by us");
    }

    @Test
    void closedByThisProgramBeforeItWasOpen() throws Exception {
        server = new RawServer((connection, request) -> tested.await());
        connect(server.url(), WebSocketOptions.DEFAULT_LIMITS);
        socket.close();
        failsWith(CloseKind.TERMINATED, "closed by this program before the connection was established");
    }

    @Test
    void theStreamEndsWithoutACloseFrame() throws Exception {
        connect(Socket::shutdownOutput);
        failsWith(CloseKind.END_OF_STREAM, "the connection ended without a close frame");
    }

    @Test
    void theServerResetsTheConnection() throws Exception {
        connect(peer -> {
            PeerFrame.read(peer);
            peer.setSoLinger(true, 0);
            peer.close();
        });
        failsWith(CloseKind.RESET, "the peer has reset the connection");
    }

    @Test
    void theServerAnswersNoPing() throws Exception {
        connect(WebSocketOptions.DEFAULT_LIMITS.withKeepalive(SHORT, SHORT), peer -> tested.await());
        failsWith(CloseKind.NO_PONG, "no answer to a ping within 200 ms (pongTimeout)");
    }

    @Test
    void theServerTakesNothingOfWhatIsSent() throws Exception {
        opened = created -> created.send(new byte[15 * 1024 * 1024]);
        connect(WebSocketOptions.DEFAULT_LIMITS.withSendTimeout(SHORT), peer -> tested.await());
        failsWith(CloseKind.SEND_TIMEOUT, "the peer took nothing of what waits for it for 200 ms (sendTimeout)");
    }

    @Test
    void moreIsSentThanMayWait() throws Exception {
        opened = created -> {
            for (int i = 0; i < 64; i++) {
                created.send(new byte[1024 * 1024]);
            }
        };
        connect(WebSocketOptions.DEFAULT_LIMITS.withMaxBufferedBytes(1024 * 1024), peer -> tested.await());
        failsWith(
                CloseKind.BUFFER_FULL,
                "more than 1048576 bytes would wait to be sent (maxBufferedBytes); look at bufferedAmount() before"
                        + " sending more");
    }

    @Test
    void noMessagePasses() throws Exception {
        connect(WebSocketOptions.DEFAULT_LIMITS.withIdleTimeout(SHORT), peer -> {
            PeerFrame.write(peer, PeerFrame.CLOSE, untilClose(peer).payload());
            peer.close();
        });
        endsWith(CloseKind.IDLE, "idle for 200 ms (idleTimeout)");
    }

    @Test
    void theServerDoesNotAnswerOurCloseFrame() throws Exception {
        opened = WebSocket::close;
        connect(WebSocketOptions.DEFAULT_LIMITS.withCloseTimeout(SHORT), peer -> tested.await());
        endsWith(CloseKind.CLOSE_TIMEOUT, "the closing handshake was not finished within 200 ms (closeTimeout)");
    }

    @Test
    void theServerBreaksARule() throws Exception {
        connect(peer -> PeerFrame.write(peer, 3));
        failsWith(CloseKind.VIOLATION, "reserved opcode (RFC 6455 §5.2)");
    }

    @Test
    void theServerSendsMoreThanALimitAllows() throws Exception {
        connect(WebSocketOptions.DEFAULT_LIMITS.withMaxMessageBytes(3), peer -> PeerFrame.writeText(peer, "four"));
        failsWith(CloseKind.LIMIT, "message larger than 3 bytes (maxMessageBytes) (RFC 6455 §10.4)");
    }

    @Test
    void theServerRefusesTheHandshake() throws Exception {
        server = RawServer.answering("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nsoon");
        connect(server.url(), WebSocketOptions.DEFAULT_LIMITS);
        failsWith(
                CloseKind.REFUSED,
                "The server must answer 101 but answered 503 with \"soon\" (RFC 6455 §4.1, item 1).");
    }

    @Test
    void nothingListens() throws Exception {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        connect("ws://127.0.0.1:" + port + "/", WebSocketOptions.DEFAULT_LIMITS);
        failsWith(
                CloseKind.NOT_CONNECTED,
                "could not connect to 127.0.0.1, port " + port + ": connection refused; nothing listens there");
    }

    @Test
    void theServerSpeaksNoTls() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread peer = new Thread(() -> {
                try (Socket accepted = plain.accept()) {
                    RawServer.write(accepted, "HTTP/1.1 400 Bad Request\r\n\r\n");
                    tested.await();
                } catch (IOException | InterruptedException e) {
                    // the client has gone, which is for the test to judge
                }
            });
            peer.setDaemon(true);
            peer.start();
            connect("wss://127.0.0.1:" + plain.getLocalPort() + "/", WebSocketOptions.DEFAULT_LIMITS);
            CloseEvent event = closed.poll(30, TimeUnit.SECONDS);
            assertThat(event.kind()).isEqualTo(CloseKind.TLS);
            assertThat(event.cause()).startsWith("TLS with 127.0.0.1 failed: ");
        }
    }

    @Test
    void aBlobCannotBeRead() throws Exception {
        opened = created -> created.send(Blob.of(10, () -> {
            throw new IOException("the disk is gone");
        }));
        connect(peer -> tested.await());
        failsWith(CloseKind.FAILED, "a Blob could not be read: the disk is gone");
    }
}
