package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import dev.duplex.transport.Tls;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Connections that are many, slow or silent, against a server in a JVM of 256 MiB. The names begin with the rows of
 * docs/security.md; {@code scripts/hostile} runs them in full size.
 */
class HostileConnectionsTest {
    private static final WebSocketHandler ECHO = WebSocketHandler.onMessage(Session::send);

    /** A server with a deadline behind which a test can look at what its clients cost. */
    public static final class Patient implements Hosted {
        @Override
        public WebSocketServer.Builder server() {
            return WebSocketServer.builder()
                    .limits(Limits.DEFAULTS.withHandshakeTimeout(Duration.ofMinutes(5)))
                    .webSocket("/echo", ECHO);
        }
    }

    /** In full size with the default, 5 s. */
    public static final class Impatient implements Hosted {
        @Override
        public WebSocketServer.Builder server() {
            Limits limits = Limits.DEFAULTS;
            return WebSocketServer.builder()
                    .limits(Crowd.isFull() ? limits : limits.withHandshakeTimeout(Duration.ofSeconds(1)))
                    .webSocket("/echo", ECHO);
        }
    }

    /** The same, encrypted. */
    public static final class ImpatientTls implements Hosted {
        @Override
        public WebSocketServer.Builder server() {
            return new Impatient().server().tls(Tls.selfSigned());
        }
    }

    /** A server for fifty. */
    public static final class Small implements Hosted {
        @Override
        public WebSocketServer.Builder server() {
            return WebSocketServer.builder().maxConnections(50).webSocket("/echo", ECHO);
        }
    }

    private static ServerJvm jvm;

    @BeforeAll
    static void startJvm() {
        jvm = ServerJvm.start();
    }

    @AfterAll
    static void endJvm() throws InterruptedException {
        jvm.assertNothingFailed();
        jvm.close();
    }

    @ParameterizedTest(
            name = "H04, H05 a connection that has sent \"{0}\" costs at most 2 KiB of heap and of buffers each")
    @ValueSource(strings = {"", "G", "GET /echo HTTP/1.1\r\nHost: a\r\nA: "})
    @Tag("H04")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void anUnfinishedRequestCostsLittle(String start) throws IOException {
        // Enough of them that a few kilobytes, such as a class that is loaded meanwhile, make no difference.
        int clients = Crowd.size(1500, 10_000);
        int port = jvm.serve(Patient.class);
        // What the first ones leave in pools and tables is no cost of those that follow.
        Crowd.connect(port, clients).send(start).close();
        Crowd.open(port, 20, "/echo").text("hello").close();
        Footprint before = jvm.footprintAtRest();
        try (Crowd slow = Crowd.connect(port, clients)) {
            slow.send(start);
            RawClient.open(port, "/echo").text("hello").close();
            Footprint during = jvm.footprintWith(clients, before);
            long heap = during.heapPerClient(before, clients);
            long direct = during.directPerClient(before, clients);
            Crowd.report(
                    "%,d that sent %d bytes: %,d of heap, %,d of buffers each", clients, start.length(), heap, direct);
            assertThat(heap).isLessThanOrEqualTo(2048);
            assertThat(direct).isLessThanOrEqualTo(2048);
        }
        jvm.stop(port);
    }

    @Test
    @Tag("H04")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    @DisplayName("H04 connections that drip are all closed at the deadline, and others are let in meanwhile")
    void closesThoseThatDrip() throws IOException {
        int port = jvm.serve(Impatient.class);
        List<Long> honest = new ArrayList<>();
        try (Crowd slow = Crowd.connect(port, Crowd.size(300, 10_000))) {
            slow.send("GET /echo HTTP/1.1\r\nHost: a\r\nA: ");
            do {
                slow.trySend("b");
                for (int i = 0; i < 20; i++) {
                    long begin = System.nanoTime();
                    RawClient.open(port, "/echo").close();
                    honest.add(System.nanoTime() - begin);
                }
            } while (!jvm.isAtRest());
        }
        honest.sort(null);
        Crowd.report(
                "%,d handshakes of others meanwhile, 99 %% of them within %.1f ms",
                honest.size(), honest.get(honest.size() * 99 / 100) / 1e6);
        assertThat(honest).isNotEmpty();
        jvm.stop(port);
    }

    @Test
    @Tag("H04")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    @DisplayName("H04 whoever asks properly is answered while all of those that drip are still there and go on")
    void answersOthersWhileAllOfThoseThatDripAreThere() throws IOException {
        int clients = Crowd.size(300, 10_000);
        int port = jvm.serve(Patient.class);
        try (Crowd slow = Crowd.connect(port, clients)) {
            slow.send("GET /echo HTTP/1.1\r\nHost: a\r\nA: ");
            for (int round = 0; round < 3; round++) {
                slow.send("b"); // which the server may read before or after what follows
                for (int i = 0; i < 20; i++) {
                    try (RawClient honest = RawClient.open(port, "/echo")) {
                        honest.text("hello");
                        assertThat(honest.frame().text()).isEqualTo("hello");
                    }
                }
            }
            // None of them had to be given up for that: each finishes its request now, is let in, and goes.
            for (RawClient client : slow) {
                client.send("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
                assertThat(client.response().status()).isEqualTo(101);
                client.close();
            }
        }
        jvm.stop(port);
    }

    @ParameterizedTest(name = "H05 connections that say nothing are closed at the deadline and leave nothing ({0})")
    @ValueSource(classes = {Impatient.class, ImpatientTls.class})
    @Tag("H05")
    void closesTheSilent(Class<? extends Hosted> server) throws IOException {
        int port = jvm.serve(server);
        Crowd.connect(port, 50).ends().close();
        Footprint before = jvm.footprintAtRest();
        Crowd.connect(port, Crowd.size(100, 2_000)).ends().close();
        jvm.awaitFlat(before);
        jvm.stop(port);
    }

    @Test
    @Tag("H19")
    @DisplayName("H19 connections beyond maxConnections get 503, those before stay, and leave room when they go")
    void refusesConnectionsBeyondTheMost() throws IOException {
        int port = jvm.serve(Small.class);
        jvm.footprintAtRest();
        try (Crowd first = Crowd.open(port, 50, "/echo")) {
            for (int i = 0; i < 50; i++) {
                try (RawClient other = RawClient.connect(port)) {
                    RawClient.Response response =
                            other.send(RawClient.handshake("/echo")).response();
                    assertThat(response.status()).isEqualTo(503);
                    assertThat(response.field("Retry-After")).isEqualTo("5");
                    assertThat(other.ends()).isTrue();
                }
            }
            first.text("still there");
        }
        jvm.footprintAtRest();
        Crowd.open(port, 50, "/echo").text("room again").close();
        jvm.stop(port);
    }

    @Test
    @Tag("H19")
    @DisplayName("H19 without descriptors left it serves those it has, tries again at most once a second, and recovers")
    void survivesTheEndOfDescriptors() throws Exception {
        try (ServerJvm poor = ServerJvm.withDescriptors(200)) {
            int port = poor.serve(Patient.class);
            // Classes are files too, as long as they are not loaded.
            Crowd.open(port, 20, "/echo").text("hello").close();
            long begin = System.nanoTime();
            try (Crowd crowd = Crowd.connect(port, 400)) {
                Await.until("a descriptor is missing", () -> poor.log().stream().anyMatch(this::isShortage));
                // Those that got in are served; who knows which they are.
                crowd.send(RawClient.handshake("/echo"));
                assertThat(crowd.any().response().status()).isEqualTo(101);
                try (RawClient waiting = RawClient.connect(port)) {
                    waiting.send(RawClient.handshake("/echo"));
                    waiting.socket().setSoTimeout(1_500);
                    try {
                        assertThat(waiting.response().status())
                                .as("no answer yet")
                                .isNegative();
                    } catch (SocketTimeoutException notYet) {
                        // Two tries of the server have passed.
                    }
                    crowd.any().text("hello");
                    assertThat(crowd.any().text()).isEqualTo("hello");
                    crowd.close();
                    waiting.socket().setSoTimeout(60_000); // only to end a hang
                    assertThat(waiting.response().status()).isEqualTo(101);
                }
            }
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin) + 1;
            assertThat(poor.log().stream().filter(this::isShortage).count()).isBetween(1L, seconds + 1);
            poor.footprintAtRest();
            poor.assertNothingFailed();
        }
    }

    private boolean isShortage(String line) {
        return line.contains("No connection can be accepted");
    }
}
