package dev.duplex.races;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import dev.duplex.fuzz.Logged;
import dev.duplex.fuzz.RawPeer;
import dev.duplex.server.Route;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What several threads hand over to an event loop, in short bursts: all of it comes out, that of each thread in its order.
 * A burst is followed by silence, in which a wake-up that got lost would show.
 */
class HandoverRaceTest {
    private static final int ROUNDS = 300;
    private static final int THREADS = 4;
    private static final int MOST_AT_ONCE = 3;
    /** Without keepalive: the peer listens for as long as it takes, and answers no ping. */
    private static final Limits LIMITS = Limits.DEFAULTS
            .withMaxBufferedBytes(64 * 1024 * 1024)
            .withKeepalive(Duration.ZERO, Limits.DEFAULTS.pongTimeout());

    /** Takes a message from one of the threads. */
    private interface Target {
        void take(String text) throws Exception;
    }

    @Test
    void nothingThatIsSentStaysBehind() throws Exception {
        sends(ROUNDS);
    }

    @Test
    void nothingThatIsPublishedStaysBehind() throws Exception {
        publications(ROUNDS);
    }

    @Test
    void noTaskOfABlockingHandlerStaysBehind() throws Exception {
        blockingHandler(ROUNDS);
    }

    static void sends(int rounds) throws Exception {
        SessionHolder holder = new SessionHolder();
        try (WebSocketServer server = builder().webSocket("/", holder).start();
                RawPeer peer = RawPeer.open(server.port(), "/")) {
            peer.send(RawPeer.frame(0x81, new byte[0], true));
            peer.frame();
            Session session = holder.session;
            race(
                    rounds,
                    peer,
                    text -> assertThat(session.send(text).isAccepted()).isTrue());
        }
    }

    static void publications(int rounds) throws Exception {
        SessionHolder holder = new SessionHolder();
        try (WebSocketServer server =
                        builder().eventLoops(2).webSocket("/", holder).start();
                RawPeer peer = RawPeer.open(server.port(), "/")) {
            peer.send(RawPeer.frame(0x81, new byte[0], true));
            peer.frame();
            race(rounds, peer, text -> server.publish("all", text));
        }
    }

    /** Each thread is a peer here: its messages are tasks for an executor, which the loop hands over. */
    static void blockingHandler(int rounds) throws Exception {
        AtomicInteger atATime = new AtomicInteger();
        Route route = Route.to(WebSocketHandler.onMessage((session, message) -> {
                    assertThat(atATime.incrementAndGet()).as("calls at a time").isOne();
                    session.send(message);
                    atATime.decrementAndGet();
                }))
                .executor(Executors.newFixedThreadPool(2, daemons()));
        try (WebSocketServer server = builder().webSocket("/", route).start();
                RawPeer peer = RawPeer.open(server.port(), "/")) {
            race(rounds, peer, text -> {
                synchronized (peer) {
                    peer.send(RawPeer.frame(0x81, text.getBytes(java.nio.charset.StandardCharsets.UTF_8), true));
                }
            });
        }
    }

    private static WebSocketServer.Builder builder() {
        return WebSocketServer.builder().port(0).limits(LIMITS);
    }

    /** Tells the peer when its session is there. */
    private static final class SessionHolder implements WebSocketHandler {
        @SuppressWarnings("NullAway.Init")
        volatile Session session;

        @Override
        public void onOpen(Session opened) {
            session = opened;
            opened.subscribe("all");
        }

        @Override
        public void onMessage(Session from, dev.duplex.server.Message message) {
            from.send(message);
        }
    }

    private static java.util.concurrent.ThreadFactory daemons() {
        return task -> {
            Thread thread = new Thread(task, "race");
            thread.setDaemon(true);
            return thread;
        };
    }

    private static void race(int rounds, RawPeer peer, Target target) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, daemons());
        int[] sent = new int[THREADS];
        int[] received = new int[THREADS];
        for (int round = 0; round < rounds; round++) {
            CyclicBarrier start = new CyclicBarrier(THREADS);
            List<Future<?>> running = new ArrayList<>();
            int expected = 0;
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                int first = sent[i];
                int count = 1 + ThreadLocalRandom.current().nextInt(MOST_AT_ONCE);
                sent[i] += count;
                expected += count;
                running.add(threads.submit(() -> {
                    start.await();
                    for (int number = first; number < first + count; number++) {
                        target.take(thread + " " + number);
                    }
                    return null;
                }));
            }
            for (; expected > 0; expected--) {
                RawPeer.Frame frame = peer.frame();
                assertThat(frame).isNotNull();
                int thread = frame.text().charAt(0) - '0';
                assertThat(frame.text()).isEqualTo(thread + " " + received[thread]++);
            }
            for (Future<?> thread : running) {
                thread.get(30, TimeUnit.SECONDS);
            }
        }
        threads.shutdown();
        Logged.assertNoErrors();
    }
}
