package dev.duplex.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.duplex.client.WebSocketOptions;
import dev.duplex.client.internal.load.ConnectTimes;
import dev.duplex.client.internal.load.Expected;
import dev.duplex.client.internal.load.Incoming;
import dev.duplex.client.internal.load.LoadListener;
import dev.duplex.client.internal.load.LoadLoops;
import dev.duplex.client.internal.load.LoadSocket;
import dev.duplex.client.internal.load.LoadTarget;
import dev.duplex.client.internal.load.Payload;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.Transport;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a message that is sent and its answer leave for the garbage collector, counted by the JVM for the loop's thread. */
class LoadAllocationTest {
    private static final int IN_FLIGHT = 64;

    /** Until the JIT has compiled all of it, and what is pooled is in the pools. */
    private static final int WARM_UP = 600_000;

    private static final int MEASURED = 64_000;

    /** Half of the smallest object for each message. The masking keys are made anew every 1,024 messages, for some 6 KB. */
    private static final long BOUND = 8L * MEASURED;

    private ResourceLeakDetector.Level leaks;

    /** Answers each message with another one, and notes what all of that allocates. */
    private static final class Loop implements LoadListener {
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final byte[] bytes = "twenty bytes of text".getBytes(StandardCharsets.US_ASCII);
        private final Payload payload = new Payload(bytes);
        private final Expected expected = new Expected(bytes);
        private final CompletableFuture<Long> allocated = new CompletableFuture<>();
        private int received;
        private long before;

        @Override
        public void opened(LoadSocket socket, ConnectTimes times) {
            for (int i = 0; i < IN_FLIGHT; i++) {
                socket.send(true, payload, bytes.length);
            }
        }

        @Override
        public void message(LoadSocket socket, Incoming message, long now) {
            received++;
            if (!message.is(expected)) {
                allocated.completeExceptionally(new AssertionError("another message: " + message));
            }
            if (received == WARM_UP) {
                before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            } else if (received == WARM_UP + MEASURED) {
                allocated.complete(
                        threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before);
            }
            socket.send(true, payload, bytes.length);
        }

        @Override
        public void failed(CloseKind kind, String message, @Nullable HandshakeResponse response) {
            allocated.completeExceptionally(new AssertionError(message));
        }

        @Override
        public void drained(LoadSocket socket) {}

        @Override
        public void closed(LoadSocket socket, CloseEvent event) {
            allocated.completeExceptionally(new AssertionError(event.toString()));
        }
    }

    @BeforeEach
    void noteNotWhereBuffersComeFrom() {
        leaks = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void noteItAgain() {
        ResourceLeakDetector.setLevel(leaks);
    }

    @Test
    void noObjectIsMadeForAMessageAndItsAnswer() throws Exception {
        Loop loop = new Loop();
        try (WebSocketServer server = WebSocketServer.builder()
                        .port(0)
                        .eventLoops(1)
                        .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                        .start();
                LoadLoops loops = LoadLoops.open(Transport.AUTO, 1)) {
            LoadTarget target = LoadTarget.of(
                    server.uri("/echo").toString(), WebSocketOptions.builder().build());
            loops.loops().get(0).execute(() -> loops.loops().get(0).connect(target, null, loop));
            assertThat(loop.allocated.get(120, TimeUnit.SECONDS))
                    .as("bytes in %d messages", MEASURED)
                    .isLessThan(BOUND);
        }
    }
}
