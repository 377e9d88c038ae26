package dev.duplex.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import dev.duplex.core.Violation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** What a server counts, and when. */
class ServerMetricsTest {
    private static final class Counted implements ServerMetrics {
        final Queue<String> calls = new ConcurrentLinkedQueue<>();
        final AtomicReference<LongSupplier> buffered = new AtomicReference<>();

        @Override
        public void connectionOpened() {
            calls.add("opened");
        }

        @Override
        public void connectionClosed(int code) {
            calls.add("closed " + code);
        }

        @Override
        public void handshakeRefused(int status) {
            calls.add("refused " + status);
        }

        @Override
        public void messageReceived(boolean text, long bytes) {
            calls.add("received " + (text ? "text " : "binary ") + bytes);
        }

        @Override
        public void messageSent(long bytes) {
            calls.add("sent " + bytes);
        }

        @Override
        public void pingRoundTrip(long nanos) {
            calls.add(nanos > 0 ? "round trip" : "no time at all");
        }

        @Override
        public void violation(Violation violation) {
            calls.add("violation " + violation.closeCode());
        }

        @Override
        public void bytesBuffered(LongSupplier gauge) {
            assertThat(buffered.getAndSet(gauge)).as("told once").isNull();
        }
    }

    @Test
    void countsEachThingOnce() throws Exception {
        Counted metrics = new Counted();
        Journal journal = new Journal();
        try (WebSocketServer server = WebSocketServer.builder()
                .port(0)
                .eventLoops(1)
                .metrics(metrics)
                .webSocket("/", journal)
                .webSocket("/streamed", Route.to(journal).streaming())
                .webSocket("/no", Route.to(journal).onUpgrade(request -> UpgradeResponse.reject(403, "no")))
                .start()) {
            try (RawClient client = RawClient.open(server, "/")) {
                Session session = journal.session();
                client.text("世界").frame(0x02, new byte[3]).frame(0x80, new byte[4]);
                journal.next();
                journal.next();
                session.send("é");
                try (OutgoingMessage parts = session.beginText()) {
                    parts.write(ByteBuffer.wrap("ab".getBytes(UTF_8)));
                    parts.write(ByteBuffer.wrap("cd".getBytes(UTF_8)));
                }
                session.ping();
                assertThat(client.text()).isEqualTo("é");
                while (!client.frame().fin()) {
                    // The rest of the parts.
                }
                client.close(4001);
                journal.closed();
            }
            assertThat(metrics.calls)
                    .containsExactly(
                            "opened", "received text 6", "received binary 7", "sent 2", "sent 4", "closed 4001");
            assertThat(metrics.buffered.get().getAsLong()).isZero();

            metrics.calls.clear();
            try (RawClient client = RawClient.open(server, "/streamed")) {
                journal.session();
                client.binary(new byte[300_000]);
                Await.until("received", () -> !metrics.calls.contains("received"));
                client.sendHex("83 80 00000000");
                assertThat(client.frame().closeCode()).isEqualTo(1002);
            }
            Await.until("closed", () -> metrics.calls.contains("closed 1002"));
            assertThat(metrics.calls)
                    .containsExactly("opened", "received binary 300000", "violation 1002", "closed 1002");

            metrics.calls.clear();
            for (String request : new String[] {
                RawClient.handshake("/no"),
                RawClient.handshake("/nowhere"),
                RawClient.handshake("/").replace("13", "12"),
                RawClient.handshake("/%zz"),
                RawClient.get("/")
            }) {
                try (RawClient client = RawClient.connect(server)) {
                    client.send(request).response();
                }
            }
            assertThat(metrics.calls).containsExactly("refused 403", "refused 404", "refused 426", "refused 400");
        }
    }

    @Test
    void measuresRoundTripsOfKeepalivePings() throws Exception {
        Counted metrics = new Counted();
        try (WebSocketServer server = WebSocketServer.builder()
                        .port(0)
                        .limits(Limits.DEFAULTS.withKeepalive(Duration.ofMillis(100), Duration.ofSeconds(5)))
                        .metrics(metrics)
                        .webSocket("/", new Journal())
                        .start();
                RawClient client = RawClient.open(server, "/")) {
            assertThat(client.frame().opcode()).isEqualTo(9);
            client.frame(0x8A, new byte[0]);
            Await.until("a round trip", () -> metrics.calls.contains("round trip"));
            client.close(1000);
        }
    }

    @Test
    void implementationsThatThrowDoNoHarm() throws Exception {
        ServerMetrics broken = new ServerMetrics() {
            @Override
            public void connectionOpened() {
                throw new IllegalStateException("broken");
            }

            @Override
            public void connectionClosed(int code) {
                throw new IllegalStateException("broken");
            }

            @Override
            public void handshakeRefused(int status) {
                throw new IllegalStateException("broken");
            }

            @Override
            public void messageReceived(boolean text, long bytes) {
                throw new StackOverflowError("broken");
            }

            @Override
            public void messageSent(long bytes) {
                throw new IllegalStateException("broken");
            }
        };
        try (WebSocketServer server = WebSocketServer.builder()
                .port(0)
                .metrics(broken)
                .webSocket("/", WebSocketHandler.onMessage(Session::send))
                .start()) {
            try (RawClient client = RawClient.open(server, "/")) {
                assertThat(client.text("hello").text()).isEqualTo("hello");
                server.broadcast("all");
                assertThat(client.text()).isEqualTo("all");
                client.close(1000);
                assertThat(client.frame().closeCode()).isEqualTo(1000);
            }
            try (RawClient client = RawClient.connect(server)) {
                assertThat(client.send(RawClient.handshake("/nowhere"))
                                .response()
                                .status())
                        .isEqualTo(404);
            }
            Await.until("no sessions", () -> server.sessions().isEmpty());
        }
    }
}
