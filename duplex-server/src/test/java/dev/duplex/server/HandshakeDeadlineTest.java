package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When many come at once the server may be the one who is late. */
class HandshakeDeadlineTest {
    private static final Limits LIMITS = Limits.DEFAULTS.withHandshakeTimeout(Duration.ofSeconds(4));

    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    private HttpResponse hold(HttpRequest request) {
        held.countDown();
        try {
            assertThat(released.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return HttpResponse.text(200, "");
    }

    /** A server whose one event loop a request can hold. */
    private WebSocketServer.Builder busy() {
        return WebSocketServer.builder()
                .port(0)
                .eventLoops(1)
                .limits(LIMITS)
                .http("/hold", HttpHandler.of(this::hold))
                .webSocket("/echo", WebSocketHandler.onMessage(Session::send));
    }

    /** Returns when the deadline of everybody has passed who was connected before. */
    private static void awaitDeadline() throws Exception {
        try (WebSocketServer other = WebSocketServer.builder()
                        .port(0)
                        .limits(LIMITS)
                        .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                        .start();
                RawClient silent = RawClient.connect(other)) {
            assertThat(silent.ends()).isTrue();
        }
    }

    @Test
    void whoHasAskedInTimeIsAnsweredEvenByALoopThatIsLate() throws Exception {
        try (WebSocketServer server = busy().start();
                RawClient early = RawClient.connect(server);
                // Accepted in order: when the loop is held, the early one is there.
                RawClient holder = RawClient.connect(server).send(RawClient.get("/hold"))) {
            assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
            early.send(RawClient.handshake("/echo"));
            awaitDeadline();
            released.countDown();
            assertThat(early.response().status()).isEqualTo(101);
            assertThat(holder.response().status()).isEqualTo(200);
        }
    }

    @Test
    void whoHasAskedForNothingIsCutByALoopThatIsLate() throws Exception {
        try (WebSocketServer server = busy().start();
                RawClient silent = RawClient.connect(server);
                RawClient holder = RawClient.connect(server).send(RawClient.get("/hold"))) {
            assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
            silent.send("GET /echo HTTP/1.1\r\n");
            awaitDeadline();
            released.countDown();
            assertThat(silent.ends()).isTrue();
            assertThat(holder.response().status()).isEqualTo(200);
        }
    }
}
