package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Frames that are many, unfinished, bombs or without end, against a server in a JVM of 256 MiB, and handlers that fail.
 * What the protocol answers to each frame is HostileFramesTest's, without sockets. The names begin with the rows of
 * docs/security.md; {@code scripts/hostile} runs them in full size.
 */
class HostileTrafficTest {
    private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover";
    private static final int MESSAGE_LIMIT = (int) Limits.DEFAULTS.maxMessageBytes();

    /** All that these tests talk to, on two event loops. */
    public static final class Victim implements Hosted {
        private final AtomicLong pongs = new AtomicLong();
        private final AtomicLong pings = new AtomicLong();
        private final CountDownLatch never = new CountDownLatch(1);

        @Override
        public WebSocketServer.Builder server() {
            Limits limits = Limits.DEFAULTS;
            Limits closing = limits.withCloseTimeout(Duration.ofSeconds(1));
            Limits brief = closing.withIdleTimeout(Duration.ofSeconds(2));
            return WebSocketServer.builder()
                    .eventLoops(2)
                    .compression(DeflateOptions.SHARED)
                    .webSocket("/echo", new WebSocketHandler() {
                        @Override
                        public void onMessage(Session session, Message message) {
                            session.send(message);
                        }

                        @Override
                        public void onPing(Session session, Message payload) {
                            pings.incrementAndGet();
                        }

                        @Override
                        public void onPong(Session session, Message payload) {
                            pongs.incrementAndGet();
                        }
                    })
                    .webSocket(
                            "/brief",
                            Route.to(WebSocketHandler.onMessage(Session::send)).limits(brief))
                    .webSocket(
                            "/closes",
                            Route.to(WebSocketHandler.onMessage((session, message) -> session.close(1000, "enough")))
                                    .limits(closing))
                    .webSocket("/throws", WebSocketHandler.onMessage((session, message) -> {
                        throw new IllegalStateException("as it must");
                    }))
                    .webSocket("/overflows", WebSocketHandler.onMessage((session, message) -> overflow(0)))
                    .webSocket(
                            "/exhausts",
                            WebSocketHandler.onMessage((session, message) -> session.send(allocate(session))))
                    .webSocket(
                            "/blocks",
                            Route.to(WebSocketHandler.onMessage((session, message) -> block()))
                                    .blocking());
        }

        private static int overflow(int depth) {
            return overflow(depth + 1) + 1;
        }

        private static byte[] allocate(Session session) {
            return new byte[Integer.MAX_VALUE - session.path().length()];
        }

        private void block() {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public String ask(WebSocketServer server, String question) {
            return switch (question) {
                case "pings" -> Long.toString(pings.get());
                case "pongs" -> Long.toString(pongs.get());
                default -> throw new IllegalArgumentException(question);
            };
        }
    }

    private static ServerJvm jvm;
    private static int port;

    @BeforeAll
    static void startJvm() throws IOException {
        jvm = ServerJvm.start();
        port = jvm.serve(Victim.class);
        Crowd.open(port, 20, "/echo").text("warm").close();
        Crowd.open(port, 20, "/brief", OFFER).text("warm").close();
    }

    @AfterAll
    static void endJvm() throws InterruptedException {
        jvm.assertNothingFailed();
        jvm.close();
    }

    /** Somebody else, whom the attack must not concern. */
    private static void othersAreServed() throws IOException {
        // One for each loop.
        Crowd.open(port, 4, "/echo").text("hello").close();
    }

    /** A frame that declares so much and has so much of it. */
    private static byte[] begun(int firstByte, long declared, int sent) {
        return ByteBuffer.allocate(14 + sent)
                .put((byte) firstByte)
                .put((byte) 0xff)
                .putLong(declared)
                .array();
    }

    // -------------------------------------------------------------------------------------------------------
    // unfinished

    @Test
    @Tag("F03")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    @DisplayName("F03 connections that declare the largest message and send one byte cost that byte and a session")
    void memoryFollowsWhatHasCome() throws IOException {
        int clients = Crowd.size(200, 5_000);
        // What the first time leaves in pools and tables is no cost of the second.
        declareTheLargest(clients, jvm.footprintAtRest());
        Footprint before = jvm.footprintAtRest();
        Footprint during = declareTheLargest(clients, before);
        long heap = during.heapPerClient(before, clients);
        long direct = during.directPerClient(before, clients);
        Crowd.report("%,d connections: %,d bytes of heap and %,d of buffers each", clients, heap, direct);
        // A session, and the first buffer of a message.
        assertThat(heap + direct).isLessThanOrEqualTo(4 * 1024);
        jvm.awaitFlat(before);
    }

    /** What is held while so many have sent one byte of the largest message that there may be. */
    private static Footprint declareTheLargest(int clients, Footprint before) throws IOException {
        try (Crowd crowd = Crowd.open(port, clients, "/echo")) {
            crowd.send(begun(0x82, MESSAGE_LIMIT, 1));
            othersAreServed();
            return jvm.footprintWith(clients, before);
        }
    }

    @Test
    @Tag("F03")
    @DisplayName("F03 a message that is never finished ends with its connection at idleTimeout")
    void anUnfinishedMessageMeetsTheDeadline() throws IOException {
        try (Crowd crowd = Crowd.open(port, 50, "/brief")) {
            crowd.send(begun(0x82, MESSAGE_LIMIT, 1));
            // They are told, do not answer, and are cut.
            for (RawClient client : crowd) {
                assertThat(client.frame().closeCode()).isEqualTo(1001);
                assertThat(client.ends()).isTrue();
            }
        }
        jvm.footprintAtRest();
    }

    @Test
    @Tag("F09")
    @DisplayName(
            "F09 36 connections with as many one-byte fragments as may be, never finished: 64 KiB each and no more")
    void fragmentsCostTheirCharge() throws IOException {
        int clients = 36;
        int fragments = Limits.DEFAULTS.maxFragments();
        byte[] fragment = RawClient.masked(0x00, new byte[1]);
        ByteBuffer all = ByteBuffer.allocate(fragments * fragment.length);
        all.put(RawClient.masked(0x02, new byte[1]));
        while (all.hasRemaining()) {
            all.put(fragment);
        }
        Footprint before = jvm.footprintAtRest();
        try (Crowd crowd = Crowd.open(port, clients, "/echo")) {
            crowd.send(all.array());
            // A ping between fragments is answered behind all of them.
            crowd.send(RawClient.masked(0x89, new byte[1]));
            for (RawClient client : crowd) {
                assertThat(client.frame().opcode()).isEqualTo(10);
            }
            othersAreServed();
            Footprint during = jvm.footprint();
            assertThat(during.heapPerClient(before, clients) + during.directPerClient(before, clients))
                    .isLessThanOrEqualTo(2L * fragments + 64 * 1024);
            crowd.send(fragment);
            for (RawClient client : crowd) {
                assertThat(client.frame().closeCode()).isEqualTo(1008);
            }
        }
        jvm.footprintAtRest();
    }

    @Test
    @Tag("F10")
    @DisplayName("F10 empty fragments without end are refused at the cap, while others are served")
    void refusesEmptyFragmentsWithoutEnd() throws IOException {
        try (RawClient endless = RawClient.open(port, "/echo")) {
            endless.frame(0x01, new byte[0]);
            byte[] fragment = RawClient.masked(0x00, new byte[0]);
            try {
                for (int i = 0; i < 100_000; i++) {
                    endless.send(fragment);
                }
            } catch (SocketException refused) {
                // It could send no more.
            }
            othersAreServed();
        }
        jvm.footprintAtRest();
    }

    // ---------------------------------------------------------------------------------------------------- too many

    @Test
    @Tag("F13")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    @DisplayName("F13 of pings whose pongs nobody reads one pong waits, the latest")
    void coalescesPongs() throws IOException {
        int pings = Crowd.size(100_000, 10_000_000);
        Footprint before = jvm.footprintAtRest();
        try (RawClient client = RawClient.connect(port, 4 * 1024)) {
            client.send(RawClient.handshake("/echo"));
            assertThat(client.response().status()).isEqualTo(101);
            long counted = Long.parseLong(jvm.ask(port, "pings"));
            flood(client, 0x89, pings);
            Await.until("all have come", () -> Long.parseLong(jvm.ask(port, "pings")) - counted == pings);
            Footprint during = jvm.footprint();
            assertThat(during.heap() - before.heap() + during.direct() - before.direct())
                    .isLessThanOrEqualTo(Limits.DEFAULTS.maxBufferedBytes());
            othersAreServed();
            // The answers to the first ones are in the kernel's buffers; then comes one that answers all others.
            client.frame(0x89, "the last".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            int pongs = 0;
            RawClient.Frame frame;
            do {
                frame = client.frame();
                assertThat(frame.opcode()).isEqualTo(10);
                pongs++;
            } while (!frame.text().equals("the last"));
            Crowd.report("%,d pings, %,d pongs", pings, pongs);
            assertThat(pongs).isLessThan(pings);
        }
        jvm.footprintAtRest();
    }

    @Test
    @Tag("F14")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    @DisplayName("F14 pongs that nobody asked for are ignored, and leave nothing")
    void ignoresUnsolicitedPongs() throws IOException {
        int pongs = Crowd.size(100_000, 10_000_000);
        try (RawClient client = RawClient.open(port, "/echo")) {
            flood(client, 0x8a, 10_000);
            client.text("ready");
            assertThat(client.text()).isEqualTo("ready");
            Footprint before = jvm.footprint();
            long counted = Long.parseLong(jvm.ask(port, "pongs"));
            flood(client, 0x8a, pongs);
            client.text("still there");
            assertThat(client.text()).isEqualTo("still there");
            assertThat(Long.parseLong(jvm.ask(port, "pongs")) - counted).isEqualTo(pongs);
            Footprint after = jvm.footprint();
            assertThat(after.heap()).isLessThanOrEqualTo(before.heap() * 102 / 100);
            assertThat(after.direct()).isEqualTo(before.direct());
        }
        jvm.footprintAtRest();
    }

    /** So many control frames of 125 bytes, a thousand in a write. */
    private static void flood(RawClient client, int firstByte, int frames) throws IOException {
        byte[] frame = RawClient.masked(firstByte, new byte[125]);
        ByteBuffer thousand = ByteBuffer.allocate(1000 * frame.length);
        while (thousand.hasRemaining()) {
            thousand.put(frame);
        }
        for (int sent = 0; sent < frames; sent += 1000) {
            client.send(thousand.array());
        }
    }

    @Test
    @Tag("F24")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    @DisplayName("F24 a storm of tiny messages needs no further thread, and others are served meanwhile")
    void aStormNeedsNoThreads() throws Exception {
        int messages = Crowd.size(200_000, 5_000_000);
        othersAreServed();
        int threads = jvm.footprint().threads();
        byte[] message = RawClient.masked(0x8a, new byte[1]);
        byte[] thousand = new byte[1000 * message.length];
        for (int i = 0; i < thousand.length; i++) {
            thousand[i] = message[i % message.length];
        }
        try (RawClient storm = RawClient.open(port, "/echo")) {
            for (int sent = 0; sent < messages; sent += 1000) {
                storm.send(thousand);
                if (sent % (messages / 10) == 0) {
                    othersAreServed();
                }
            }
            assertThat(jvm.footprint().threads()).isLessThanOrEqualTo(threads);
        }
        jvm.footprintAtRest();
    }

    // ------------------------------------------------------------------------------------------------------- bombs

    /** So many times 1 MiB of zeros and {@code more}, deflated as RFC 7692 §7.2.1 has it. */
    private static byte[] bomb(int mebibytes, int more) {
        Deflater deflater = new Deflater(9, true);
        byte[] zeros = new byte[1 << 20];
        byte[] out = new byte[mebibytes * 1100 + 2000];
        int length = 0;
        for (int i = 0; i <= mebibytes; i++) {
            deflater.setInput(zeros, 0, i < mebibytes ? zeros.length : more);
            length += deflater.deflate(
                    out, length, out.length - length, i < mebibytes ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH);
        }
        deflater.end();
        return Arrays.copyOf(out, length - 4);
    }

    @ParameterizedTest(
            name = "C01, C02 a bomb of 512 MiB in {0} frames is refused with 1009, having held the limit and 32 KiB")
    @ValueSource(ints = {1, 1_000})
    @Tag("C01")
    void refusesBombs(int frames) throws IOException {
        byte[] bomb = bomb(512, 0);
        Footprint before = jvm.footprintAtRest();
        try (RawClient client = RawClient.open(port, "/echo", OFFER)) {
            int size = bomb.length / frames;
            try {
                for (int i = 0; i < frames; i++) {
                    int end = i == frames - 1 ? bomb.length : (i + 1) * size;
                    int first = (i == 0 ? 0x42 : 0) | (i == frames - 1 ? 0x80 : 0);
                    client.frame(first, Arrays.copyOfRange(bomb, i * size, end));
                }
            } catch (SocketException refusedAlready) {
                // The answer is there.
            }
            assertThat(client.frame().closeCode()).isEqualTo(1009);
            othersAreServed();
        }
        jvm.awaitFlat(before);
    }

    @Test
    @Tag("C03")
    @DisplayName("C03 messages just below the limit at 1000:1, one after the other, leave others their turn")
    void bombsBelowTheLimitLeaveOthersTheirTurn() throws IOException {
        byte[] message = RawClient.masked(0xc2, bomb(0, MESSAGE_LIMIT - 100));
        try (RawClient client = RawClient.open(port, "/closes", OFFER);
                RawClient many = RawClient.open(port, "/blocks", OFFER)) {
            for (int i = 0; i < 20; i++) {
                many.send(message);
                othersAreServed();
            }
            client.send(message);
            assertThat(client.frame().closeCode()).isEqualTo(1000);
        }
    }

    // ------------------------------------------------------------------------------------------------ ends and
    // handlers

    @ParameterizedTest(
            name = "F19 a peer that never answers a close frame, and goes on sending: {0}, is cut at closeTimeout")
    @ValueSource(booleans = {false, true})
    @Tag("F19")
    void cutsWhoDoesNotClose(boolean sends) throws IOException {
        Footprint before = jvm.footprintAtRest();
        try (RawClient client = RawClient.open(port, "/closes")) {
            client.text("close, please");
            assertThat(client.frame().closeCode()).isEqualTo(1000);
            boolean cut = false;
            while (sends && !cut) {
                try {
                    client.text("and another thing");
                } catch (SocketException atLast) {
                    cut = true;
                }
            }
            assertThat(client.ends()).isTrue();
        }
        jvm.awaitFlat(before);
    }

    @ParameterizedTest(name = "F23 a handler that {0} costs its own connection only: 1011")
    @ValueSource(strings = {"throws", "overflows", "exhausts"})
    @Tag("F23")
    void aHandlerThatFailsCostsItsConnection(String how) throws IOException {
        try (RawClient client = RawClient.open(port, "/" + how);
                Crowd others = Crowd.open(port, 4, "/echo")) {
            client.text("now");
            assertThat(client.frame().closeCode()).isEqualTo(1011);
            others.text("still there");
        }
        othersAreServed();
        jvm.footprintAtRest();
    }

    @Test
    @Tag("F23")
    @DisplayName("F23 a handler that blocks for ever, of a blocking route, holds up nobody else")
    void aHandlerThatBlocksHoldsUpNobody() throws IOException {
        try (Crowd stuck = Crowd.open(port, 10, "/blocks")) {
            stuck.send(RawClient.masked(0x81, new byte[1]));
            othersAreServed();
        }
    }
}
