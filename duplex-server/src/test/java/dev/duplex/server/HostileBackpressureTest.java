package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import dev.duplex.transport.SendResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Peers that read slowly or not at all, against a server in a JVM of 256 MiB. The names begin with the rows of
 * docs/security.md; {@code scripts/hostile} runs them in full size.
 */
class HostileBackpressureTest {
    private static final int BOUND = Limits.DEFAULTS.maxBufferedBytes();

    /** A server that sends what the test asks it to. */
    public static final class Sender implements Hosted {
        private final AtomicLong received = new AtomicLong();
        private final AtomicLong dropped = new AtomicLong();

        @Override
        public WebSocketServer.Builder server() {
            return WebSocketServer.builder()
                    .metrics(new ServerMetrics() {
                        @Override
                        public void sendDropped() {
                            dropped.incrementAndGet();
                        }
                    })
                    // Without pings, since five thousand clients are read one after the other.
                    .limits(Limits.DEFAULTS
                            .withCloseTimeout(Duration.ofSeconds(1))
                            .withKeepalive(Duration.ZERO, Duration.ofSeconds(20)))
                    .webSocket("/member", new WebSocketHandler() {
                        @Override
                        public void onOpen(Session session) {
                            session.subscribe("all");
                        }
                    })
                    .webSocket("/echo", WebSocketHandler.onMessage((session, message) -> {
                        received.incrementAndGet();
                        session.send(message);
                    }));
        }

        @Override
        public String ask(WebSocketServer server, String question) throws Exception {
            String[] words = question.split(" ");
            return switch (words[0]) {
                case "publish" -> publish(server, Integer.parseInt(words[1]), Integer.parseInt(words[2]));
                case "threads" -> sendFrom(only(server), Integer.parseInt(words[1]), Integer.parseInt(words[2]));
                case "fill" -> fill(only(server), Integer.parseInt(words[1]));
                case "part" -> part(only(server));
                case "dropped" -> Long.toString(dropped.get());
                case "received" -> Long.toString(received.get());
                default -> throw new IllegalArgumentException(question);
            };
        }

        private static Session only(WebSocketServer server) {
            assertThat(server.sessions()).hasSize(1);
            return server.sessions().iterator().next();
        }

        private static String publish(WebSocketServer server, int messages, int bytes) {
            for (int i = 0; i < messages; i++) {
                server.publish("all", i + "x".repeat(bytes));
            }
            return "published";
        }

        /** How many sends were accepted, and what the others were answered. */
        private static String fill(Session session, int messages) {
            byte[] payload = new byte[1024];
            SendResult result = SendResult.SENT;
            int accepted = 0;
            long most = 0;
            for (; accepted < messages; accepted++) {
                result = session.send(payload);
                // Twice, since what moves from one queue to the next while it is read may be counted in both.
                most = Math.max(most, Math.min(session.bufferedAmount(), session.bufferedAmount()));
                if (!result.isAccepted()) {
                    break;
                }
            }
            SendResult told = result;
            while (result != SendResult.CLOSED) {
                // Its loop learns of it and closes.
                result = session.send(payload);
            }
            return accepted + " " + told + " " + result + " " + most;
        }

        /** A message in parts to a peer that takes nothing: no call waits for it. */
        private static String part(Session session) {
            OutgoingMessage message = session.beginBinary();
            SendResult result;
            do {
                result = message.write(ByteBuffer.allocate(64 * 1024));
            } while (result.isAccepted());
            message.close();
            session.close(1000, "");
            return result.toString();
        }

        private static String sendFrom(Session session, int threads, int messages) throws InterruptedException {
            AtomicInteger failures = new AtomicInteger();
            List<Thread> senders = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int number = t;
                Thread sender = new Thread(() -> {
                    for (int m = 0; m < messages; m++) {
                        if (!session.send(number + ":" + m).isAccepted()) {
                            failures.incrementAndGet();
                        }
                    }
                });
                sender.setUncaughtExceptionHandler((thread, error) -> failures.incrementAndGet());
                senders.add(sender);
                sender.start();
            }
            for (Thread sender : senders) {
                sender.join();
            }
            return failures.toString();
        }
    }

    private static ServerJvm jvm;
    private static int port;

    @BeforeAll
    static void startJvm() throws IOException {
        jvm = ServerJvm.start();
        port = jvm.serve(Sender.class);
        Crowd.open(port, 20, "/echo").text("warm").close();
        try (Crowd members = Crowd.open(port, 20, "/member")) {
            jvm.ask(port, "publish 10 10240");
            for (RawClient member : members) {
                member.text();
            }
        }
    }

    @AfterAll
    static void endJvm() throws InterruptedException {
        jvm.assertNothingFailed();
        jvm.close();
    }

    /** A client with little room for what it does not read. */
    private static RawClient open(String path) throws IOException {
        RawClient client = RawClient.connect(port, 4 * 1024).send(RawClient.handshake(path));
        assertThat(client.response().status()).isEqualTo(101);
        return client;
    }

    @Test
    @Tag("B01")
    @DisplayName(
            "B01 to a reader that has stopped no more than 1 MiB waits; then the sender is told, and the reader closed")
    void thePolicyFiresAtTheBound() throws IOException {
        jvm.footprintAtRest();
        try (RawClient client = open("/echo")) {
            long dropped = Long.parseLong(jvm.ask(port, "dropped"));
            String[] answer =
                    jvm.ask(port, "fill " + Crowd.size(50_000, 1_000_000)).split(" ");
            assertThat(Integer.parseInt(answer[0])).isLessThan(50_000);
            // The loop may find out before the next is sent.
            assertThat(answer[1]).isIn("DROPPED", "CLOSED");
            assertThat(Long.parseLong(jvm.ask(port, "dropped"))).isGreaterThan(dropped);
            assertThat(answer[2]).isEqualTo("CLOSED");
            // In the queue of the connection, and on its way there from the thread that sends.
            assertThat(Long.parseLong(answer[3])).isLessThanOrEqualTo(2L * BOUND + 64 * 1024);
            assertThat(client.socket().isConnected()).isTrue();
        }
        jvm.footprintAtRest();
    }

    @Test
    @Tag("B02")
    @DisplayName("B02 a peer that takes nothing holds no thread up: parts are refused, close returns, the peer is cut")
    void noCallWaitsForThePeer() throws IOException {
        Footprint before = jvm.footprintAtRest();
        try (RawClient client = open("/echo")) {
            // The question is answered, so no send has waited.
            assertThat(jvm.ask(port, "part")).isEqualTo("DROPPED");
            // The peer goes on taking nothing. It is cut when closeTimeout has passed.
            Footprint after = jvm.footprint("the peer is cut", now -> now.sessions() == 0);
            assertThat(after.threads()).isLessThanOrEqualTo(before.threads());
            assertThat(client.socket().isConnected()).isTrue();
        }
        jvm.footprintAtRest();
    }

    @Test
    @Tag("B03")
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    @DisplayName("B03 a broadcast waits for slow readers as one payload, and good readers have it meanwhile")
    void aPayloadWaitsOnce() throws IOException {
        int each = Crowd.size(50, 5_000);
        int messages = 60;
        int bytes = 10 * 1024;
        jvm.footprintAtRest();
        try (Crowd slow = new Crowd();
                Crowd good = Crowd.open(port, each, "/member")) {
            for (int i = 0; i < each; i++) {
                slow.add(open("/member"));
            }
            Footprint before = jvm.footprint();
            // A few at a time, so that the good ones can keep up with less than a megabyte of room.
            for (int done = 0; done < messages; done += 10) {
                jvm.ask(port, "publish 10 " + bytes);
                for (RawClient client : good) {
                    for (int i = 0; i < 10; i++) {
                        assertThat(client.text()).hasSizeGreaterThan(bytes);
                    }
                }
            }
            Footprint during = jvm.footprint();
            long heap = during.heapPerClient(before, each);
            long direct = during.directPerClient(before, each);
            Crowd.report("%,d slow readers: %,d bytes of heap and %,d of buffers each", each, heap, direct);
            // What the channel holds is counted for each; of what waits behind it, references.
            assertThat(heap + direct - (long) messages * bytes / each).isLessThan((long) messages * bytes / 2);
            assertThat(during.sessions()).isEqualTo(2 * each);
        }
        jvm.footprintAtRest();
    }

    @Test
    @Tag("B04")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    @DisplayName("B04 many threads may send on one session: whole frames, each thread's in order, no exception")
    void manyThreadsMaySend() throws Exception {
        int threads = Crowd.size(50, 1_000);
        int messages = 20;
        jvm.footprintAtRest();
        try (RawClient client = RawClient.open(port, "/echo")) {
            assertThat(jvm.ask(port, "threads " + threads + " " + messages)).isEqualTo("0");
            int[] next = new int[threads];
            for (int i = 0; i < threads * messages; i++) {
                String[] parts = client.text().split(":");
                assertThat(Integer.parseInt(parts[1])).isEqualTo(next[Integer.parseInt(parts[0])]++);
            }
        }
        jvm.footprintAtRest();
    }

    @Test
    @Tag("B05")
    @DisplayName("B05 who floods requests and reads no answers is read no further, and loses nothing")
    void readsNoFurtherWhileAnswersWait() throws Exception {
        int messages = 20_000;
        Footprint before = jvm.footprintAtRest();
        byte[] message = RawClient.masked(0x82, new byte[1024]);
        try (RawClient client = open("/echo")) {
            long counted = Long.parseLong(jvm.ask(port, "received"));
            Thread flood = new Thread(() -> {
                try {
                    for (int i = 0; i < messages; i++) {
                        client.send(message);
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            flood.start();
            long[] last = {-1};
            Await.until("nothing more is read", () -> {
                long now = Long.parseLong(jvm.ask(port, "received"));
                Footprint during = jvm.footprint();
                assertThat(during.heap() - before.heap() + during.direct() - before.direct())
                        .isLessThanOrEqualTo(2L * BOUND);
                boolean stopped = now > counted && now == last[0];
                last[0] = now;
                return stopped;
            });
            assertThat(last[0] - counted).isLessThan(messages);
            for (int i = 0; i < messages; i++) {
                assertThat(client.frame().payload()).hasSize(1024);
            }
            flood.join();
        }
        jvm.footprintAtRest();
    }
}
