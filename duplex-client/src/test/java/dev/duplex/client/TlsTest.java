package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.Tls;
import dev.duplex.transport.internal.SelfSigned;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a client trusts, with a server that calls itself chat.example. */
class TlsTest {
    /** The first handshake in TLS takes its time on a machine with much to do. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static Path certificate;
    private static Path key;
    private static WebSocketServer server;
    private static WebSocketServer askingServer;

    private final Recorder recorder = new Recorder();

    @BeforeAll
    static void startServers() throws Exception {
        KeyStore store = SelfSigned.generate(List.of("chat.example"));
        certificate = pem(
                "certificate",
                "CERTIFICATE",
                store.getCertificate(SelfSigned.ALIAS).getEncoded());
        key = pem(
                "key",
                "PRIVATE KEY",
                store.getKey(SelfSigned.ALIAS, SelfSigned.PASSWORD.toCharArray())
                        .getEncoded());
        server = start(Tls.pem(certificate, key));
        askingServer = start(Tls.pem(certificate, key, certificate));
    }

    private static WebSocketServer start(Tls tls) {
        return WebSocketServer.builder()
                .port(0)
                .eventLoops(1)
                .tls(tls)
                .limits(Limits.DEFAULTS.withHandshakeTimeout(PATIENCE))
                .webSocket("/", WebSocketHandler.onMessage(Session::send))
                .start();
    }

    private static Path pem(String name, String type, byte[] der) throws Exception {
        String text = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return Files.writeString(
                folder.resolve(name + ".pem"),
                "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
    }

    @AfterAll
    static void stopServers() {
        server.close();
        askingServer.close();
    }

    private WebSocketOptions.Builder options() {
        return WebSocketOptions.builder()
                .resolve("chat.example", InetAddress.getLoopbackAddress())
                .handshakeTimeout(PATIENCE);
    }

    private void opens(WebSocketServer to, String host, WebSocketOptions.Builder options) throws Exception {
        WebSocket socket = new WebSocket("wss://" + host + ":" + to.port() + "/", options.build(), recorder.handlers());
        assertThat(recorder.next()).isEqualTo("open");
        socket.send("secret");
        assertThat(recorder.next()).isEqualTo("secret");
        socket.close();
        assertThat(recorder.next()).isEqualTo("close 1005 clean");
    }

    private void fails(WebSocketServer to, String host, WebSocketOptions.Builder options) throws Exception {
        new WebSocket("wss://" + host + ":" + to.port() + "/", options.build(), recorder.handlers());
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.next()).isEqualTo("close 1006");
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefused() throws Exception {
        fails(server, "chat.example", options());
        assertThat(recorder.error.message())
                .contains("TLS with chat.example failed")
                .contains("WebSocketOptions.trust");
    }

    @Test
    void aCertificateFromAPemFileIsTrusted() throws Exception {
        opens(server, "chat.example", options().trust(certificate));
    }

    @Test
    void aTrustedCertificateOfAnotherNameIsRefused() throws Exception {
        fails(server, "127.0.0.1", options().trust(certificate));
        assertThat(recorder.error.message()).contains("TLS with 127.0.0.1 failed");
    }

    @Test
    void theNameToAskForCanBeSet() throws Exception {
        opens(server, "localhost", options().trust(certificate).serverName("chat.example"));
    }

    @Test
    void whoTypesItOutTrustsAnyCertificate() throws Exception {
        opens(server, "127.0.0.1", options().insecurelyTrustAnyCertificate());
    }

    @Test
    void aClientShowsItsCertificateToAServerThatAsks() throws Exception {
        opens(askingServer, "chat.example", options().trust(certificate).identity(certificate, key));
    }

    @Test
    void aServerThatDoesNotSpeakTlsFailsTheConnection() throws Exception {
        try (RawServer plain = new RawServer((socket, request) -> {}, () -> {})) {
            WebSocketOptions options =
                    options().handshakeTimeout(Duration.ofMillis(200)).build();
            new WebSocket(plain.url().replace("ws:", "wss:"), options, recorder.handlers());
            assertThat(recorder.next()).isEqualTo("error");
            assertThat(recorder.next()).isEqualTo("close 1006");
        }
    }
}
