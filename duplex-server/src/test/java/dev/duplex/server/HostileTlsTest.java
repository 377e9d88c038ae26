package dev.duplex.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import dev.duplex.transport.Tls;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * H18: what attacks on other implementations have taught about TLS, against a server in a JVM of 256 MiB. The names begin
 * with the row of docs/security.md.
 */
@Tag("H18")
class HostileTlsTest {
    private static final int MANY = 100;

    /** What a client may cost, and this much more for TLS to work with. */
    private static final int BOUND = 64 * 1024;

    /** A server with a deadline behind which a test can look at what its clients cost. */
    public static final class Patient implements Hosted {
        @Override
        public WebSocketServer.Builder server() {
            return WebSocketServer.builder()
                    .tls(Tls.selfSigned())
                    .limits(Limits.DEFAULTS.withHandshakeTimeout(Duration.ofMinutes(1)))
                    .webSocket("/echo", WebSocketHandler.onMessage(Session::send));
        }
    }

    /** A server that does not wait. */
    public static final class Impatient implements Hosted {
        @Override
        public WebSocketServer.Builder server() {
            return new Patient().server().limits(Limits.DEFAULTS.withHandshakeTimeout(Duration.ofSeconds(1)));
        }
    }

    private static ServerJvm jvm;
    private static int patient;
    private static int impatient;

    @BeforeAll
    static void startJvm() throws Exception {
        jvm = ServerJvm.start();
        impatient = jvm.serve(Impatient.class);
        patient = jvm.serve(Patient.class);
        encrypted("TLSv1.3").close();
    }

    @AfterAll
    static void endJvm() throws InterruptedException {
        jvm.assertNothingFailed();
        jvm.close();
    }

    private static SSLSocket encrypted(String protocol) throws Exception {
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket("127.0.0.1", patient);
        socket.setSoTimeout(20_000);
        socket.setEnabledProtocols(new String[] {protocol});
        socket.startHandshake();
        return socket;
    }

    private static String bytes(String hex) {
        return new String(HexFormat.of().parseHex(hex.replace(" ", "")), ISO_8859_1);
    }

    @ParameterizedTest(name = "H18 {0}: at most 64 KiB are held for it")
    @ValueSource(
            strings = {
                // RFC 8446 §5.1: a handshake record; its message, a ClientHello, declares 512 bytes.
                "a handshake that stalls|16 0301 0200 01 0001fc 0303|0",
                "a ClientHello that declares 16 MiB|16 0301 4000 01 ffffff 0303|16378",
                "a ClientHello in records of one byte|16 0301 0001 01 16 0301 0001 ff 16 0301 0001 ff 16 0301 0001 ff|0",
                "a record of 17 KiB|16 0301 4400 01 0001fc|17404",
            })
    void holdsLittleBeforeTheHandshake(String attack) throws IOException {
        String[] parts = attack.split("\\|");
        String sent = bytes(parts[1]) + "\0".repeat(Integer.parseInt(parts[2]));
        Crowd.connect(patient, MANY).send(sent).close();
        Footprint before = jvm.footprintAtRest();
        try (Crowd crowd = Crowd.connect(patient, MANY)) {
            crowd.send(sent);
            Footprint during = jvm.footprint();
            assertThat(during.directPerClient(before, MANY) + during.heapPerClient(before, MANY))
                    .isLessThanOrEqualTo(BOUND);
        }
        jvm.footprintAtRest();
    }

    @Test
    @DisplayName("H18 a ClientHello that declares 16 MiB is refused long before so much has come")
    void refusesAHugeClientHello() throws IOException {
        String record = bytes("16 0301 4000") + "\0".repeat(16 * 1024);
        try (RawClient client = RawClient.connect(patient)) {
            client.send(bytes("16 0301 4000 01 ffffff 0303") + "\0".repeat(16 * 1024 - 6));
            int records = 0;
            try {
                for (; records < 1024; records++) {
                    client.send(record);
                }
            } catch (SocketException ended) {
                // It is not read on.
            }
            // What the kernel has taken meanwhile, nobody has read.
            assertThat(records).isLessThan(1024);
        }
        jvm.footprintAtRest();
    }

    @ParameterizedTest(name = "H18 {0} is answered with an alert at most, and the end")
    @ValueSource(
            strings = {
                "a record of 17 KiB|16 0301 4400 01 0001fc",
                "a request without TLS|47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a 0d 0a",
                "SSL 2|80 2e 01 0002 0015 0000 0010 010080",
                "a record of application data|17 0303 0010 00000000000000000000000000000000",
            })
    void refusesWhatIsNoHandshake(String attack) throws IOException {
        try (RawClient client = RawClient.connect(impatient)) {
            client.send(bytes(attack.split("\\|")[1]));
            assertThat(client.rest().length()).isLessThan(64);
        }
    }

    @Test
    @DisplayName("H18 handshakes that stall are closed at the deadline")
    void closesHandshakesThatStall() throws IOException {
        try (Crowd crowd = Crowd.connect(impatient, MANY)) {
            crowd.send(bytes("16 0301 0200 01 0001fc 0303")).ends();
        }
    }

    @Test
    @DisplayName("H18 a client that wants to renegotiate, be it a thousand times, is cut at the first")
    void doesNotRenegotiate() throws Exception {
        int renegotiated = 0;
        try (SSLSocket socket = encrypted("TLSv1.2")) {
            RawClient client = new RawClient(socket);
            client.send(RawClient.handshake("/echo"));
            assertThat(client.response().status()).isEqualTo(101);
            client.text("hello");
            assertThat(client.text()).isEqualTo("hello");
            for (; renegotiated < 1000; renegotiated++) {
                socket.startHandshake();
                client.text("again");
                assertThat(client.text()).isEqualTo("again");
            }
        } catch (IOException cut) {
            // As it should be.
        }
        assertThat(renegotiated).isZero();
        jvm.footprintAtRest();
    }

    @Test
    @DisplayName("H18 key updates of TLS 1.3, its only further handshake messages, cost nothing that stays")
    void takesKeyUpdates() throws Exception {
        try (SSLSocket socket = encrypted("TLSv1.3")) {
            RawClient client = new RawClient(socket);
            client.send(RawClient.handshake("/echo"));
            assertThat(client.response().status()).isEqualTo(101);
            for (int i = 0; i < 100; i++) {
                // RFC 8446 §4.6.3
                socket.startHandshake();
                client.text("again");
                assertThat(client.text()).isEqualTo("again");
            }
        }
        jvm.footprintAtRest();
    }
}
