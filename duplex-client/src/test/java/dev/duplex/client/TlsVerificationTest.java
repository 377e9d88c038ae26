package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.transport.CloseKind;
import io.netty.pkitesting.X509Bundle;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which servers a client believes to be who they say they are, and what it says of the others. */
class TlsVerificationTest {
    @TempDir
    static Path folder;

    private static X509Bundle authority;
    private static X509Bundle chat;
    private static Path trusted;

    private Recorder recorder = new Recorder();
    private final List<String> notes = Relay.notes();

    @BeforeAll
    static void makeCertificates() throws Exception {
        authority = Certificates.authority("Our authority");
        chat = Certificates.of("chat.example").buildIssuedBy(authority);
        trusted = Certificates.pem(folder, authority);
    }

    private static WebSocketOptions.Builder options() {
        return WebSocketOptions.builder()
                .resolve("chat.example", InetAddress.getLoopbackAddress())
                .handshakeTimeout(Duration.ofSeconds(30))
                .trust(trusted);
    }

    private RawServer server(X509Bundle shown, X509Bundle clients) throws Exception {
        return RawServer.on(Certificates.listening(shown, clients), this::accept);
    }

    private RawServer server(X509Bundle shown) throws Exception {
        return server(shown, null);
    }

    private void accept(Socket socket, String request) throws Exception {
        SSLSocket tls = (SSLSocket) socket;
        notes.add("SNI " + ((ExtendedSSLSession) tls.getSession()).getRequestedServerNames());
        try {
            notes.add(((X509Certificate) tls.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .toString());
        } catch (SSLPeerUnverifiedException e) {
            notes.add("anonymous");
        }
        RawServer.write(socket, RawServer.switching(request));
    }

    private void opens(String host, RawServer server, WebSocketOptions.Builder options) throws Exception {
        recorder = new Recorder();
        new WebSocket("wss://" + host + ":" + server.port() + "/", options.build(), recorder.handlers());
        assertThat(recorder.next()).isEqualTo("open");
    }

    private String failure(String host, int port, WebSocketOptions.Builder options) throws Exception {
        recorder = new Recorder();
        new WebSocket("wss://" + host + ":" + port + "/", options.build(), recorder.handlers());
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.next()).isEqualTo("close 1006");
        assertThat(recorder.close.kind()).isEqualTo(CloseKind.TLS);
        return recorder.error.message();
    }

    private String failure(X509Bundle shown) throws Exception {
        try (RawServer server = server(shown)) {
            return failure("chat.example", server.port(), options());
        }
    }

    // ------------------------------------------------------------------------------------------------------
    // certificates

    @Test
    void aCertificateOfATrustedAuthorityIsAccepted() throws Exception {
        try (RawServer server = server(chat)) {
            opens("chat.example", server, options());
        }
    }

    @Test
    void aCertificateForAnotherHostIsRefused() throws Exception {
        assertThat(failure(Certificates.of("other.example").buildIssuedBy(authority)))
                .startsWith("TLS with chat.example failed: the certificate is for another host")
                .contains("chat.example", "WebSocketOptions.serverName");
    }

    @Test
    void aCertificateThatHasExpiredIsRefused() throws Exception {
        Instant now = Instant.now();
        assertThat(failure(Certificates.of("chat.example")
                        .notBefore(now.minus(20, ChronoUnit.DAYS))
                        .notAfter(now.minus(10, ChronoUnit.DAYS))
                        .buildIssuedBy(authority)))
                .contains("has expired (NotAfter: ")
                .contains("the server needs a new one");
    }

    @Test
    void aCertificateThatIsNotYetValidIsRefused() throws Exception {
        Instant now = Instant.now();
        assertThat(failure(Certificates.of("chat.example")
                        .notBefore(now.plus(10, ChronoUnit.DAYS))
                        .notAfter(now.plus(20, ChronoUnit.DAYS))
                        .buildIssuedBy(authority)))
                .contains("is not valid yet (NotBefore: ")
                .contains("clock");
    }

    @Test
    void aSelfSignedCertificateIsRefused() throws Exception {
        assertThat(failure(Certificates.of("chat.example")
                        .setIsCertificateAuthority(true)
                        .buildSelfSigned()))
                .contains("nobody whom this client trusts vouches for the certificate")
                .contains("WebSocketOptions.trust");
    }

    @Test
    void aCertificateOfAnotherAuthorityIsRefused() throws Exception {
        assertThat(failure(Certificates.of("chat.example").buildIssuedBy(Certificates.authority("Our authority"))))
                .startsWith("TLS with chat.example failed: ");
    }

    @Test
    void anAuthorityThatIsNoneIsRefused() throws Exception {
        assertThat(failure(Certificates.ofNoAuthority("chat.example", authority)))
                .startsWith("TLS with chat.example failed: ");
    }

    @Test
    void anAddressMustStandInTheCertificateAsAnAddress() throws Exception {
        X509Bundle right =
                Certificates.of("chat.example").addSanIpAddress("127.0.0.1").buildIssuedBy(authority);
        try (RawServer server = server(right)) {
            opens("127.0.0.1", server, options());
        }
        X509Bundle other =
                Certificates.of("chat.example").addSanIpAddress("127.0.0.2").buildIssuedBy(authority);
        try (RawServer server = server(other)) {
            assertThat(failure("127.0.0.1", server.port(), options())).contains("for another host", "127.0.0.1");
        }
        X509Bundle asName = Certificates.of("127.0.0.1").buildIssuedBy(authority);
        try (RawServer server = server(asName)) {
            assertThat(failure("127.0.0.1", server.port(), options())).contains("for another host", "127.0.0.1");
        }
    }

    // ---------------------------------------------------------------------------------------------------------------
    // SNI

    @Test
    void theHostIsNamedToTheServerButNoAddressIs() throws Exception {
        X509Bundle both =
                Certificates.of("chat.example").addSanIpAddress("127.0.0.1").buildIssuedBy(authority);
        try (RawServer server = server(both)) {
            opens("chat.example", server, options());
            opens("127.0.0.1", server, options());
            assertThat(notes)
                    .containsExactly(
                            "SNI [type=host_name (0), value=chat.example]", "anonymous", "SNI []", "anonymous");
        }
    }

    @Test
    void aDotAtTheEndOfAHostIsNotForTls() throws Exception {
        try (RawServer server = server(chat)) {
            opens("chat.example.", server, options().resolve("chat.example.", InetAddress.getLoopbackAddress()));
            assertThat(notes).contains("SNI [type=host_name (0), value=chat.example]");
        }
    }

    @Test
    void aServerThatDoesNotKnowTheNameIsToldApart() throws Exception {
        SSLServerSocket listening = Certificates.listening(chat, null);
        SSLParameters parameters = listening.getSSLParameters();
        parameters.setSNIMatchers(List.of(SNIHostName.createSNIMatcher("chat\\.example")));
        listening.setSSLParameters(parameters);
        try (RawServer server = RawServer.on(listening, this::accept)) {
            assertThat(failure(
                            "other.example",
                            server.port(),
                            options().resolve("other.example", InetAddress.getLoopbackAddress())))
                    .contains("does not know the host by this name", "WebSocketOptions.serverName");
            opens(
                    "other.example",
                    server,
                    options()
                            .resolve("other.example", InetAddress.getLoopbackAddress())
                            .serverName("chat.example"));
        }
    }

    // --------------------------------------------------------------------------------------------- what is not TLS at
    // all

    @Test
    void aServerThatAnswersInHttpIsToldApart() throws Exception {
        try (RawServer server = RawServer.mute((socket, none) -> {
            socket.getInputStream().readNBytes(1);
            RawServer.write(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
        })) {
            assertThat(failure("chat.example", server.port(), options()))
                    .isEqualTo(
                            "TLS with chat.example failed: the server answers in plain HTTP on this port; without TLS"
                                    + " the URL begins with ws://");
        }
    }

    @Test
    void aServerThatAnswersInSomethingElseIsToldApart() throws Exception {
        try (RawServer server = RawServer.mute((socket, none) -> RawServer.write(socket, "SSH-2.0-OpenSSH_9.6\r\n"))) {
            assertThat(failure("chat.example", server.port(), options())).contains("something else than TLS");
        }
    }

    @Test
    void aServerThatStallsInTheTlsHandshakeFailsTheConnectionWithinTheHandshakeTimeout() throws Exception {
        try (RawServer server = RawServer.mute((socket, none) -> {})) {
            assertThat(failure("chat.example", server.port(), options().handshakeTimeout(Duration.ofMillis(100))))
                    .isEqualTo("the server has not answered the TLS handshake within 100 ms (handshakeTimeout); it may"
                            + " not speak TLS on this port");
        }
    }

    @Test
    void aServerThatHangsUpInTheTlsHandshakeFailsTheConnection() throws Exception {
        try (RawServer server = RawServer.mute((socket, none) -> {
            socket.getInputStream().readNBytes(1);
            socket.close();
        })) {
            assertThat(failure("chat.example", server.port(), options())).startsWith("TLS with chat.example failed: ");
        }
    }

    // ------------------------------------------------------------------------------------------- PKCS#12 and client
    // keys

    @Test
    void trustAndIdentityMayComeFromPkcs12() throws Exception {
        X509Bundle client = Certificates.of("client").buildIssuedBy(authority);
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        authorities.setCertificateEntry("ours", authority.getCertificate());
        Path trust = Certificates.pkcs12(folder, authorities);
        Path identity = Certificates.pkcs12(folder, client.toKeyStore(Certificates.PASSWORD.toCharArray()));
        try (RawServer server = server(chat, authority)) {
            opens(
                    "chat.example",
                    server,
                    WebSocketOptions.builder()
                            .resolve("chat.example", InetAddress.getLoopbackAddress())
                            .handshakeTimeout(Duration.ofSeconds(30))
                            .trust(trust, Certificates.PASSWORD)
                            .identity(identity, Certificates.PASSWORD));
            assertThat(notes).contains("CN=test");
        }
    }

    @Test
    void aPkcs12ThatCannotBeReadIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("none.p12"), "nothing");
        WebSocketOptions.Builder trust = WebSocketOptions.builder().trust(file, "x");
        assertThatThrownBy(trust::build).hasMessageContaining("none.p12");
        Path identity = Certificates.pkcs12(folder, chat.toKeyStore(Certificates.PASSWORD.toCharArray()));
        WebSocketOptions.Builder wrong = WebSocketOptions.builder().identity(identity, "wrong-password");
        assertThatThrownBy(wrong::build)
                .hasMessageContaining(identity.toString())
                .hasMessageNotContaining("wrong-password");
    }

    @Test
    void aServerThatWantsACertificateOfOursIsToldApart() throws Exception {
        SSLServerSocket listening = Certificates.listening(chat, authority);
        listening.setNeedClientAuth(true);
        try (RawServer server = RawServer.on(listening, this::accept)) {
            new WebSocket("wss://chat.example:" + server.port() + "/", options().build(), recorder.handlers());
            assertThat(recorder.next()).isEqualTo("error");
            assertThat(recorder.error.message()).contains("WebSocketOptions.identity");
            assertThat(recorder.next()).isEqualTo("close 1006");
            assertThat(recorder.close.kind()).isEqualTo(CloseKind.TLS);
        }
    }

    // --------------------------------------------------------------------------------------------------------------
    // pins

    @Test
    void theKeyOfTheServerCanBePinned() throws Exception {
        String pin = Certificates.pin(chat.getCertificate());
        String hex = HexFormat.ofDelimiter(":").formatHex(Base64.getDecoder().decode(pin.substring(7)));
        try (RawServer server = server(chat)) {
            opens("chat.example", server, options().pin(pin));
            opens("chat.example", server, options().pin("sha256//" + pin.substring(7)));
            opens("chat.example", server, options().pin(hex));
        }
    }

    @Test
    void theKeyOfAnAuthorityThatIsSentCanBePinned() throws Exception {
        X509Bundle between = Certificates.between(authority);
        X509Bundle server = Certificates.of("chat.example").buildIssuedBy(between);
        try (RawServer listening = server(server)) {
            opens("chat.example", listening, options().pin(Certificates.pin(between.getCertificate())));
        }
    }

    @Test
    void aServerWithAnotherKeyIsRefusedAndItsPinsAreShown() throws Exception {
        String other = "sha256/" + "A".repeat(43) + "=";
        try (RawServer server = server(chat)) {
            assertThat(failure("chat.example", server.port(), options().pin(other)))
                    .startsWith("TLS with chat.example failed: the server must have a key of the pins " + other
                            + " but has " + Certificates.pin(chat.getCertificate()))
                    .contains("WebSocketOptions.pin");
            assertThat(notes).isEmpty();
        }
    }

    @Test
    void aPinnedCertificateThatDoesNotVouchForTheServersCountsForNothing() throws Exception {
        X509Bundle pinned = Certificates.between(authority);
        // Somebody who has got a certificate from an authority that is trusted sends the pinned one along.
        X509Bundle foreign = X509Bundle.fromCertificatePath(
                new X509Certificate[] {chat.getCertificate(), pinned.getCertificate()},
                authority.getCertificate(),
                chat.getKeyPair());
        try (RawServer server = server(foreign)) {
            assertThat(failure("chat.example", server.port(), options().pin(Certificates.pin(pinned.getCertificate()))))
                    .contains("the server must have a key of the pins");
        }
    }

    @Test
    void aPinDoesNotTakeThePlaceOfTheOtherChecks() throws Exception {
        X509Bundle other = Certificates.of("other.example").buildIssuedBy(authority);
        try (RawServer server = server(other)) {
            String pin = Certificates.pin(other.getCertificate());
            assertThat(failure("chat.example", server.port(), options().pin(pin)))
                    .contains("for another host");
            // Nor do they take the place of the pin.
            opens(
                    "chat.example",
                    server,
                    options().insecurelyTrustAnyCertificate().pin(pin));
            assertThat(failure(
                            "chat.example",
                            server.port(),
                            options().insecurelyTrustAnyCertificate().pin(Certificates.pin(chat.getCertificate()))))
                    .contains("a key of the pins");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sha256/", "sha256/AAAA", "sha1/AAAA", "zz", "sha256/!!!!"})
    void aPinMustBeOne(String pin) {
        assertThatThrownBy(() -> WebSocketOptions.builder().pin(pin))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a pin must be sha256/");
    }

    // ------------------------------------------------------------------------------------------------- proxies within
    // TLS

    @Test
    void aProxyIsSpokenToInTlsAndTheServerInTlsThroughIt() throws Exception {
        X509Bundle proxyCertificate = Certificates.of("proxy.example").buildIssuedBy(authority);
        try (RawServer server = server(chat);
                RawServer proxy =
                        RawServer.on(Certificates.listening(proxyCertificate, null), Relay.connecting(Relay.notes()))) {
            Proxy named = Proxy.https("proxy.example", proxy.port());
            opens(
                    "chat.example",
                    server,
                    options()
                            .resolve("proxy.example", InetAddress.getLoopbackAddress())
                            .pin(Certificates.pin(chat.getCertificate()))
                            .proxy(named));
            assertThat(notes).contains("SNI [type=host_name (0), value=chat.example]");
        }
    }

    @Test
    void theCertificateOfAProxyIsVerifiedWhateverIsTrustedOtherwise() throws Exception {
        try (RawServer proxy = RawServer.on(Certificates.listening(chat, null), Relay.connecting(notes))) {
            WebSocketOptions options = options()
                    .resolve("proxy.example", InetAddress.getLoopbackAddress())
                    .insecurelyTrustAnyCertificate()
                    .proxy(Proxy.https("proxy.example", proxy.port()).withCredentials("user", "secret"))
                    .build();
            new WebSocket("wss://chat.example/", options, recorder.handlers());
            assertThat(recorder.next()).isEqualTo("error");
            assertThat(recorder.error.message())
                    .startsWith("the proxy https://proxy.example:" + proxy.port() + " cannot be used: TLS with"
                            + " proxy.example failed: the certificate is for another host");
            assertThat(notes).isEmpty();
        }
    }

    // ------------------------------------------------------------------------------------------------------------
    // redirects

    @Test
    void aRedirectFromWssToWsIsNotFollowed() throws Exception {
        try (RawServer plain = new RawServer((socket, request) -> notes.add("downgraded"));
                RawServer server = redirecting(plain.url())) {
            new WebSocket(
                    "wss://chat.example:" + server.port() + "/",
                    options().followRedirects().build(),
                    recorder.handlers());
            assertThat(recorder.next()).isEqualTo("error");
            assertThat(recorder.error.message())
                    .startsWith("the redirect with status 302 is not followed: it leads from wss to ws");
            assertThat(notes).isEmpty();
        }
    }

    @Test
    void anotherOriginGetsNoCertificateOfOursAndNoNameThatWasSet() throws Exception {
        X509Bundle client = Certificates.of("client").buildIssuedBy(authority);
        X509Bundle other = Certificates.of("other.example").buildIssuedBy(authority);
        try (RawServer target = server(other, authority);
                RawServer server = redirecting("https://other.example:" + target.port() + "/")) {
            opens(
                    "chat.example",
                    server,
                    options()
                            .resolve("other.example", InetAddress.getLoopbackAddress())
                            .identity(Certificates.pem(folder, client), Certificates.key(folder, client))
                            .serverName("chat.example")
                            .followRedirects());
            assertThat(notes).containsExactly("SNI [type=host_name (0), value=other.example]", "anonymous");
        }
    }

    private static RawServer redirecting(String location) throws Exception {
        ServerSocket listening = Certificates.listening(chat, null);
        return RawServer.on(
                listening,
                (socket, request) -> RawServer.write(
                        socket, "HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n"));
    }
}
