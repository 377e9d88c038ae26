package dev.duplex.races;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.client.CloseEvent;
import dev.duplex.client.WebSocket;
import dev.duplex.client.WebSocketOptions;
import dev.duplex.core.Limits;
import dev.duplex.fuzz.Logged;
import dev.duplex.fuzz.RawPeer;
import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.SendResult;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** {@link CloseRace} for the server and for the client; {@code scripts/races ROUNDS} runs as many rounds as wanted. */
class CloseRaceTest {
    private static final int ROUNDS = 12;

    /** What may wait is larger than all that the threads send: here nothing is dropped. */
    /** The race is over in milliseconds; on a machine that is busy with something else, no deadline is to decide it. */
    private static final Limits LIMITS = Limits.DEFAULTS
            .withMaxBufferedBytes(64 * 1024 * 1024)
            .withHandshakeTimeout(Duration.ofSeconds(30))
            .withCloseTimeout(Duration.ofSeconds(30));

    @Test
    void theServerClosesOnceHoweverManySendF20() throws Exception {
        server(ROUNDS);
    }

    @Test
    void theClientClosesOnceHoweverManySendF20() throws Exception {
        client(ROUNDS);
    }

    static void server(int rounds) throws Exception {
        Sessions sessions = new Sessions();
        try (CloseRace race = new CloseRace();
                WebSocketServer server = WebSocketServer.builder()
                        .port(0)
                        .limits(LIMITS)
                        .webSocket("/", sessions)
                        .start()) {
            for (int round = 0; round < rounds; round++) {
                try (RawPeer peer = RawPeer.open(server.port(), "/")) {
                    Session session = next(sessions.opened);
                    ServerEnd end = new ServerEnd(session);
                    race.round(round, end, peer);
                    // At once: what its peer has seen to end takes nothing any more, whatever the handler has been
                    // told.
                    CloseRace.takesNoMore(end);
                    assertThat(next(sessions.closed)).isSameAs(session);
                    assertThat(session.isOpen()).isFalse();
                }
            }
        }
        // Everything has ended by now, so that whatever came twice has come.
        assertThat(sessions.opened).isEmpty();
        assertThat(sessions.closed).isEmpty();
        Logged.assertNoErrors();
    }

    static void client(int rounds) throws Exception {
        try (CloseRace race = new CloseRace();
                ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (int round = 0; round < rounds; round++) {
                CountDownLatch opened = new CountDownLatch(1);
                CountDownLatch closed = new CountDownLatch(1);
                AtomicInteger closes = new AtomicInteger();
                WebSocket socket = new WebSocket(
                        "ws://127.0.0.1:" + listener.getLocalPort() + "/",
                        WebSocketOptions.builder().limits(LIMITS).build(),
                        created -> {
                            created.onopen(event -> opened.countDown());
                            created.onclose((CloseEvent event) -> {
                                closes.incrementAndGet();
                                closed.countDown();
                            });
                        });
                try (RawPeer peer = RawPeer.accept(listener.accept())) {
                    assertThat(opened.await(30, TimeUnit.SECONDS)).isTrue();
                    race.round(round, new ClientEnd(socket), peer);
                }
                assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
                // Not before: as in a browser, readyState changes in a task, and the peer may have seen the end by
                // then.
                CloseRace.takesNoMore(new ClientEnd(socket));
                assertThat(socket.readyState()).isEqualTo(WebSocket.CLOSED);
                assertThat(closes).hasValue(1);
            }
        }
        Logged.assertNoErrors();
    }

    private static Session next(BlockingQueue<Session> sessions) throws InterruptedException {
        Session session = sessions.poll(30, TimeUnit.SECONDS);
        assertThat(session).isNotNull();
        return session;
    }

    private static final class Sessions implements WebSocketHandler {
        final BlockingQueue<Session> opened = new LinkedBlockingQueue<>();
        final BlockingQueue<Session> closed = new LinkedBlockingQueue<>();

        @Override
        public void onOpen(Session session) {
            opened.add(session);
        }

        @Override
        public void onMessage(Session session, Message message) {}

        @Override
        public void onClose(Session session, dev.duplex.transport.CloseEvent event) {
            closed.add(session);
        }
    }

    private record ServerEnd(Session session) implements CloseRace.End {
        @Override
        public boolean send(String text) {
            SendResult result = session.send(text);
            assertThat(result).isNotEqualTo(SendResult.DROPPED);
            return result.isAccepted();
        }

        @Override
        public void close() {
            session.close(1000, "");
        }
    }

    private record ClientEnd(WebSocket socket) implements CloseRace.End {
        @Override
        public boolean send(String text) {
            // As in a browser, what is sent while it closes vanishes silently.
            socket.send(text);
            return socket.readyState() == WebSocket.OPEN;
        }

        @Override
        public void close() {
            socket.close(1000, "");
        }
    }
}
