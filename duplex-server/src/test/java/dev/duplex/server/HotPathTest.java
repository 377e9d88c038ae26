package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.duplex.core.Limits;
import io.netty.util.ResourceLeakDetector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a message leaves for the garbage collector, counted by the JVM for the thread of the server's event loop. */
class HotPathTest {
    private static final int MESSAGES_AT_ONCE = 64;

    /** Until the JIT has compiled all of it, and what is pooled is in the pools. */
    private static final int WARM_UP = 20_000;

    private static final int MEASURED = 1_000;

    /**
     * What a publication may leave: a copy of what the caller may change, a record, what holds its frames on a loop, and
     * where Netty has no Unsafe a view.
     */
    private static final int BYTES_A_PUBLICATION = 256;

    /** Less, as each round has so many more threads that take turns; what is compiled later is of the round only. */
    private static final int WARM_UP_OF_PUBLISHING = 5_000;

    private static ServerJvm jvm;
    private static int port;

    /** The server of the README, and a topic. */
    static final class Echo implements Hosted {
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        @Override
        public WebSocketServer.Builder server() {
            // Notes where buffers come from, which is garbage of its own.
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
            return WebSocketServer.builder()
                    .eventLoops(1)
                    // Without pings, which members that are read in turn would answer late.
                    .limits(Limits.DEFAULTS.withKeepalive(Duration.ZERO, Duration.ofSeconds(20)))
                    .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                    .webSocket("/topic", new WebSocketHandler() {
                        private final byte[] payload = new byte[20];

                        @Override
                        public void onOpen(Session session) {
                            session.subscribe("topic");
                        }

                        @Override
                        public void onMessage(Session session, Message message) {
                            session.server().publish("topic", payload);
                        }
                    });
        }

        /** The bytes that event loops have allocated so far. */
        @Override
        public String ask(WebSocketServer server, String question) {
            return Long.toString(Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                    .filter(Objects::nonNull)
                    .filter(thread -> thread.getThreadName().startsWith("duplex-")
                            && !thread.getThreadName().contains("watchdog"))
                    .mapToLong(ThreadInfo::getThreadId)
                    .map(threads::getThreadAllocatedBytes)
                    .sum());
        }
    }

    @BeforeAll
    static void start() throws IOException {
        jvm = ServerJvm.start();
        port = jvm.serve(Echo.class);
    }

    @AfterAll
    static void stop() throws Exception {
        jvm.assertNothingFailed();
        jvm.close();
    }

    private enum Kind {
        TEXT(0x81, "twenty bytes of text"),
        TEXT_BEYOND_ASCII(0x81, "zwölf Zeichen, 二十"),
        BINARY(0x82, "twenty bytes, binary"),
        TEXT_OF_A_KIBIBYTE(0x81, "0123456789abcdef".repeat(64));

        final byte[] frames;
        final int answerBytes;

        Kind(int first, String payload) {
            byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
            frames = repeated(RawClient.masked(first, bytes));
            answerBytes = MESSAGES_AT_ONCE * (bytes.length + (bytes.length < 126 ? 2 : 4));
        }
    }

    private static byte[] repeated(byte[] frame) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < MESSAGES_AT_ONCE; i++) {
            all.writeBytes(frame);
        }
        return all.toByteArray();
    }

    private static void rounds(int count, RawClient client, byte[] frames, int answerBytes) throws IOException {
        for (int i = 0; i < count; i++) {
            client.send(frames).read(answerBytes);
        }
    }

    /** What event loops allocate in so many rounds. */
    private static long allocated(RawClient client, byte[] frames, int answerBytes) throws IOException {
        rounds(WARM_UP, client, frames, answerBytes);
        long before = Long.parseLong(jvm.ask(port, "allocated"));
        rounds(MEASURED, client, frames, answerBytes);
        return Long.parseLong(jvm.ask(port, "allocated")) - before;
    }

    @ParameterizedTest
    @EnumSource
    void anEchoedMessageLeavesNoGarbage(Kind kind) throws IOException {
        try (RawClient client = RawClient.open(port, "/echo")) {
            long bytes = allocated(client, kind.frames, kind.answerBytes);
            // What a read costs, not a message, is left.
            assertThat(bytes)
                    .as("bytes in %d messages", MESSAGES_AT_ONCE * MEASURED)
                    .isLessThan((long) MESSAGES_AT_ONCE * MEASURED);
        }
    }

    private static void publish(int count, List<RawClient> members, byte[] frames, int bytesForEach)
            throws IOException {
        for (int i = 0; i < count; i++) {
            members.get(0).send(frames);
            for (RawClient member : members) {
                member.read(bytesForEach);
            }
        }
    }

    /** What event loops allocate while what one member publishes goes to so many. */
    private static long allocatedForPublishing(int numberOfMembers) throws IOException {
        List<RawClient> members = new ArrayList<>();
        try {
            for (int i = 0; i < numberOfMembers; i++) {
                members.add(RawClient.open(port, "/topic"));
            }
            publish(WARM_UP_OF_PUBLISHING, members, Kind.BINARY.frames, Kind.BINARY.answerBytes);
            // The least of three: what the JIT compiles meanwhile is no garbage of a publication, which leaves its own
            // each time.
            long least = Long.MAX_VALUE;
            for (int i = 0; i < 3; i++) {
                long before = Long.parseLong(jvm.ask(port, "allocated"));
                publish(MEASURED, members, Kind.BINARY.frames, Kind.BINARY.answerBytes);
                least = Math.min(least, Long.parseLong(jvm.ask(port, "allocated")) - before);
            }
            return least;
        } finally {
            for (RawClient member : members) {
                member.close();
            }
        }
    }

    @Test
    void aPublicationLeavesGarbageOnceAndNoneForEachMember() throws IOException {
        long publications = (long) MESSAGES_AT_ONCE * MEASURED;
        long forOne = allocatedForPublishing(1);
        assertThat(forOne).as("bytes for %d publications", publications).isLessThan(BYTES_A_PUBLICATION * publications);
        int members = 8;
        assertThat(allocatedForPublishing(members) - forOne)
                .as("bytes more for %d publications to %d members", publications, members)
                .isLessThan((members - 1) * publications);
    }
}
