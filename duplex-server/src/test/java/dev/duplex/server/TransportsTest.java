package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import dev.duplex.core.Limits;
import dev.duplex.transport.Tls;
import dev.duplex.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What carries the bytes: each transport, TCP and Unix sockets, TLS. */
class TransportsTest {
    private static final Tls TLS = Tls.selfSigned("localhost", "127.0.0.1");
    private static final WebSocketHandler ECHO = WebSocketHandler.onMessage(Session::send);

    private static WebSocketServer.Builder builder() {
        return WebSocketServer.builder()
                .eventLoops(1)
                .limits(Limits.DEFAULTS
                        .withHandshakeTimeout(Duration.ofSeconds(30))
                        .withCloseTimeout(Duration.ofMillis(200)))
                .webSocket("/", ECHO);
    }

    /** Starts it, or skips the test where this machine lacks the transport. */
    static WebSocketServer startIfPossible(WebSocketServer.Builder builder, Transport transport) {
        builder.transport(transport);
        if (transport != Transport.NIO && transport != Transport.AUTO) {
            assumeThatCode(() -> WebSocketServer.builder()
                            .port(0)
                            .eventLoops(1)
                            .transport(transport)
                            .start()
                            .close())
                    .doesNotThrowAnyException();
        }
        return builder.start();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void echoesOverEveryTransportAndPausesReading(Transport transport) throws Exception {
        Journal journal = new Journal();
        try (WebSocketServer server = startIfPossible(builder().port(0).webSocket("/journal", journal), transport);
                RawClient client = RawClient.open(server, "/")) {
            assertThat(server.transport()).isNotEqualTo(Transport.AUTO);
            for (int i = 0; i < 100; i++) {
                assertThat(client.text("message " + i).text()).isEqualTo("message " + i);
            }
            byte[] large = new byte[1024 * 1024];
            assertThat(client.binary(large).frame().payload()).isEqualTo(large);
            try (RawClient paused = RawClient.open(server, "/journal")) {
                Session session = journal.session();
                session.pause();
                session.send("paused");
                assertThat(paused.text()).isEqualTo("paused");
                paused.text("one").text("two");
                client.text("turn");
                assertThat(client.text()).isEqualTo("turn");
                session.resume();
                assertThat(journal.next()).isEqualTo("one");
                assertThat(journal.next()).isEqualTo("two");
                paused.reset();
                assertThat(journal.closed().code()).isEqualTo(1006);
            }
            client.close(1000);
            assertThat(client.frame().closeCode()).isEqualTo(1000);
            assertThat(client.ends()).isTrue();
        }
    }

    // ---------------------------------------------------------------------------------------------------- Unix sockets

    @ParameterizedTest
    @EnumSource(Transport.class)
    void listensOnAUnixSocketAndRemovesItsFile(Transport transport, @TempDir Path folder) throws Exception {
        Path file = folder.resolve("s");
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(file);
        // A file that somebody has left behind.
        try (ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stale.bind(address);
        }
        assertThat(file).exists();
        Journal journal = new Journal();
        try (WebSocketServer server =
                startIfPossible(builder().unixSocket(file).webSocket("/journal", journal), transport)) {
            assertThat(server.addresses()).containsExactly(address);
            assertThatThrownBy(server::port).isInstanceOf(IllegalStateException.class);
            try (SocketChannel client = SocketChannel.open(address)) {
                client.write(ByteBuffer.wrap(RawClient.handshake("/journal").getBytes(StandardCharsets.US_ASCII)));
                assertThat(journal.session().remoteAddress()).isNotNull();
                ByteBuffer in = ByteBuffer.allocate(2048);
                client.read(in);
                assertThat(new String(in.array(), 0, 12, StandardCharsets.US_ASCII))
                        .isEqualTo("HTTP/1.1 101");
                client.write(ByteBuffer.wrap(RawClient.masked(0x81, "hi".getBytes(StandardCharsets.US_ASCII))));
                assertThat(journal.next()).isEqualTo("hi");
            }
            assertThat(journal.closed().code()).isEqualTo(1006);
            assertThatThrownBy(() -> builder().unixSocket(file).start())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("another program listens");
            assertThat(file).exists();
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void leavesAFileOfAnotherKindAlone(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("f"), "precious");
        assertThatThrownBy(() -> builder().unixSocket(file).start())
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("not a socket");
        assertThat(file).hasContent("precious");
    }

    @Test
    void listensOnSeveralAddresses(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("s");
        try (WebSocketServer server = builder()
                .port(0)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .unixSocket(file)
                .start()) {
            assertThat(server.addresses()).hasSize(3).doesNotHaveDuplicates();
            int second = ((InetSocketAddress) server.addresses().get(1)).getPort();
            try (RawClient client = RawClient.open(server, "/");
                    RawClient other = new RawClient(new java.net.Socket("127.0.0.1", second));
                    SocketChannel unix = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
                assertThat(client.text("a").text()).isEqualTo("a");
                assertThat(other.send(RawClient.handshake("/")).response().status())
                        .isEqualTo(101);
                assertThat(unix.isConnected()).isTrue();
            }
        }
    }

    @Test
    void bindsAllAddressesOrNone(@TempDir Path folder) {
        Path file = folder.resolve("s");
        try (WebSocketServer server = builder().port(0).start()) {
            assertThatThrownBy(() -> builder()
                            .unixSocket(file)
                            .bind(server.addresses().get(0))
                            .start())
                    .isInstanceOf(UncheckedIOException.class);
        }
        assertThat(file).doesNotExist();
    }

    // ------------------------------------------------------------------------------------------------------------- TLS

    @Test
    void encryptsWithACertificateOfItsOwn() throws Exception {
        Journal journal = new Journal() {
            @Override
            public void onOpen(Session session) throws Exception {
                session.send("welcome");
                super.onOpen(session);
            }
        };
        byte[] large = new byte[3_000_000];
        try (WebSocketServer server = builder()
                .port(0)
                .tls(TLS)
                .limits(Limits.DEFAULTS
                        .withHandshakeTimeout(Duration.ofSeconds(30))
                        .withCloseTimeout(Duration.ofMillis(200)))
                .webSocket("/journal", journal)
                .http("/large", HttpHandler.of(request -> HttpResponse.bytes("application/octet-stream", large)))
                .start()) {
            SSLContext trusting = SSLContext.getInstance("TLS");
            trusting.init(null, new X509ExtendedTrustManager[] {new TrustEveryone()}, null);
            HttpClient http = HttpClient.newBuilder().sslContext(trusting).build();
            assertThat(server.uri("/").getScheme()).isEqualTo("wss");

            java.net.http.HttpResponse<byte[]> answer = http.send(
                    java.net.http.HttpRequest.newBuilder(server.httpUri("/large"))
                            .POST(BodyPublishers.ofByteArray(new byte[10_000]))
                            .build(),
                    java.net.http.HttpResponse.BodyHandlers.ofByteArray());
            assertThat(answer.body()).isEqualTo(large);

            CompletableFuture<String> received = new CompletableFuture<>();
            WebSocket client = http.newWebSocketBuilder()
                    .buildAsync(server.uri("/journal"), new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
                            received.complete(data.toString());
                            return WebSocket.Listener.super.onText(webSocket, data, last);
                        }
                    })
                    .get(10, TimeUnit.SECONDS);
            Session session = journal.session();
            assertThat(session.tlsSession()).isPresent();
            assertThat(session.tlsSession().orElseThrow().getProtocol()).startsWith("TLSv1.");
            assertThat(session.request().secure()).isTrue();
            assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo("welcome");
            client.sendText("over TLS", true).get(10, TimeUnit.SECONDS);
            assertThat(journal.next()).isEqualTo("over TLS");
            client.sendClose(WebSocket.NORMAL_CLOSURE, "done").get(10, TimeUnit.SECONDS);
            assertThat(journal.closed().reason()).isEqualTo("done");
        }
    }

    @Test
    void aClientOverTlsSeesWhyItIsRefusedThoughItGoesOnSending() throws Exception {
        try (WebSocketServer server = builder()
                .port(0)
                .tls(TLS)
                .limits(Limits.DEFAULTS.withHandshakeTimeout(Duration.ofSeconds(30)))
                .maxHttpBodyBytes(1000)
                .start()) {
            SSLContext trusting = SSLContext.getInstance("TLS");
            trusting.init(null, new X509ExtendedTrustManager[] {new TrustEveryone()}, null);
            for (int i = 0; i < 3; i++) {
                try (RawClient client =
                        new RawClient(trusting.getSocketFactory().createSocket("127.0.0.1", server.port()))) {
                    client.send("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n");
                    client.send(new byte[100_000]);
                    assertThat(client.response().status()).isEqualTo(413);
                    assertThat(client.ends()).isTrue();
                }
            }
        }
    }

    @Test
    void closesTlsHandshakesThatStallOrAreNoneH05H18() throws Exception {
        try (WebSocketServer server = builder()
                        .port(0)
                        .tls(TLS)
                        .limits(Limits.DEFAULTS.withHandshakeTimeout(Duration.ofMillis(300)))
                        .start();
                RawClient silent = RawClient.connect(server);
                RawClient stalled = RawClient.connect(server);
                RawClient plain = RawClient.connect(server);
                RawClient huge = RawClient.connect(server);
                RawClient longRecord = RawClient.connect(server)) {
            // A ClientHello that has begun; one that declares 16 MiB; a record of 17 KiB (RFC 8446 §5.1: at most 16).
            stalled.sendHex("16 0301 0200 01 0001fc 0303");
            huge.sendHex("16 0301 4000 01 ffffff 0303");
            longRecord.sendHex("16 0301 4400 01 0001fc");
            plain.send(RawClient.get("/"));
            for (RawClient client : new RawClient[] {silent, stalled, plain, huge, longRecord}) {
                // An alert may come first.
                assertThat(client.rest().length()).isLessThan(64);
            }
            assertThat(server.sessions()).isEmpty();
        }
    }

    private static final class TrustEveryone extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
