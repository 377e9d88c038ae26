package dev.duplex.server;

import static dev.duplex.server.RawClient.get;
import static dev.duplex.server.RawClient.handshake;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.transport.SendResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a server stops. */
class ShutdownTest {
    private static WebSocketServer.Builder builder() {
        return WebSocketServer.builder().port(0).eventLoops(2);
    }

    @Test
    void saysGoingAwayToEveryoneAndLeavesThePortFree() throws Exception {
        Journal journal = new Journal();
        WebSocketServer server = builder().webSocket("/", journal).start();
        int port = server.port();
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(RawClient.open(server, "/"));
            journal.session();
        }
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close);
        for (RawClient client : clients) {
            RawClient.Frame frame = client.frame();
            assertThat(frame.closeCode()).isEqualTo(1001);
            client.close(1001);
            assertThat(client.ends()).isTrue();
            client.close();
        }
        stopped.get(10, TimeUnit.SECONDS);
        for (int i = 0; i < 10; i++) {
            assertThat(journal.closed().wasClean()).isTrue();
        }
        assertThat(server.sessions()).isEmpty();
        server.close();

        try (WebSocketServer again =
                        builder().port(port).webSocket("/", journal).start();
                RawClient client = RawClient.open(again, "/")) {
            assertThat(again.port()).isEqualTo(port);
            assertThat(again.sessions()).hasSize(1);
        }
    }

    @Test
    void cutsThoseThatAreStillThereAtTheDeadline() throws Exception {
        Journal journal = new Journal();
        WebSocketServer server = builder().webSocket("/", journal).start();
        try (RawClient deaf = RawClient.open(server, "/")) {
            journal.session();
            server.shutdown(Duration.ofMillis(100), 0);
            assertThat(deaf.frame().closeCode()).isEqualTo(1001);
            assertThat(deaf.ends()).isTrue();
            assertThat(journal.closed().wasClean()).isFalse();
        }
    }

    @Test
    void leavesNoConnectionBehindThatWaitsForItsClientToEnd() throws Exception {
        for (int i = 0; i < 10; i++) {
            WebSocketServer server = builder().eventLoops(1).start();
            try (RawClient client = RawClient.connect(server).send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")) {
                assertThat(client.rest()).startsWith("HTTP/1.1 400 ");
                server.close();
                // Nobody is there to take it.
                Await.until("the end of the connection", () -> {
                    try {
                        client.send("x");
                        return false;
                    } catch (IOException gone) {
                        return true;
                    }
                });
            }
        }
    }

    @Test
    void closesEverySessionAtThePaceItIsTold() throws Exception {
        Journal journal = new Journal();
        WebSocketServer server = builder().webSocket("/", journal).start();
        try (RawClient one = RawClient.open(server, "/");
                RawClient two = RawClient.open(server, "/")) {
            // The times themselves are PaceTest's.
            CompletableFuture<Void> stopped =
                    CompletableFuture.runAsync(() -> server.shutdown(Duration.ofSeconds(10), 10));
            for (RawClient client : List.of(one, two)) {
                assertThat(client.frame().closeCode()).isEqualTo(1001);
                client.close(1001);
            }
            stopped.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void refusesToStopOnAnEventLoopAndSaysWhatToDo() throws Exception {
        Journal journal = new Journal() {
            @Override
            public void onMessage(Session session, Message message) {
                session.server().close();
            }
        };
        try (WebSocketServer server = builder().webSocket("/", journal).start();
                RawClient client = RawClient.open(server, "/")) {
            client.text("stop");
            assertThat(journal.next())
                    .isInstanceOfSatisfying(
                            IllegalStateException.class,
                            error -> assertThat(error).hasMessageContaining("another thread"));
            assertThat(client.frame().closeCode()).isEqualTo(1011);
            client.close(1011);
            // It is as it was.
            try (RawClient other = RawClient.open(server, "/")) {
                assertThat(server.sessions()).isNotEmpty();
            }
        }
    }

    @Test
    void mayBeStoppedByAHandlerOnAnExecutor() throws Exception {
        Journal journal = new Journal() {
            @Override
            public void onMessage(Session session, Message message) {
                session.server().close();
                add("stopped");
            }
        };
        WebSocketServer server =
                builder().webSocket("/", Route.to(journal).blocking()).start();
        try (RawClient client = RawClient.open(server, "/")) {
            client.text("stop");
            assertThat(client.frame().closeCode()).isEqualTo(1001);
            client.close(1001);
            assertThat(journal.next()).isEqualTo("stopped");
            assertThat(journal.closed().code()).isEqualTo(1001);
        } finally {
            server.close();
        }
    }

    @Test
    void answersRequestsInHandAndRefusesUpgradesBeingDecided() throws Exception {
        CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(2);
        WebSocketServer server = builder()
                .health("/health")
                .http("/slow", request -> {
                    asked.countDown();
                    return answer;
                })
                .webSocket("/", Route.to(new Journal()).onUpgradeAsync(request -> {
                    asked.countDown();
                    return new CompletableFuture<>();
                }))
                .start();
        try (RawClient slow = RawClient.connect(server);
                RawClient undecided = RawClient.connect(server);
                RawClient idle = RawClient.connect(server);
                RawClient uploading = RawClient.connect(server)) {
            assertThat(idle.send(get("/health")).response().status()).isEqualTo(200);
            uploading.send("POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
            assertThat(uploading.response().status()).isEqualTo(100);
            slow.send(get("/slow"));
            undecided.send(handshake("/"));
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

            CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close);
            assertThat(undecided.response().status()).isEqualTo(503);
            assertThat(idle.ends()).isTrue();
            uploading.send("ok");
            RawClient.Response health = uploading.response();
            assertThat(health.status()).isEqualTo(503);
            assertThat(health.field("Connection")).isEqualTo("close");
            assertThat(stopped).isNotDone();
            answer.complete(HttpResponse.text(200, "late"));
            assertThat(slow.response().body()).isEqualTo("late");
            stopped.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void endsAlthoughAHandlerHoldsAnEventLoop() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        WebSocketHandler holding = new WebSocketHandler() {
            @Override
            public void onMessage(Session session, Message message) throws InterruptedException {
                held.countDown();
                release.await();
            }
        };
        WebSocketServer server = builder().eventLoops(1).webSocket("/", holding).start();
        try (RawClient client = RawClient.open(server, "/")) {
            client.text("x");
            assertThat(held.await(10, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Void> stopped =
                    CompletableFuture.runAsync(() -> server.shutdown(Duration.ofMillis(1), 0));
            stopped.get(30, TimeUnit.SECONDS);
            assertThat(server.sessions()).hasSize(1);
        } finally {
            release.countDown();
        }
    }

    @Test
    void everyMethodIsHarmlessAfterwards() throws Exception {
        Journal journal = new Journal();
        WebSocketServer server = builder().webSocket("/", journal).start();
        Session session;
        try (RawClient client = RawClient.open(server, "/")) {
            session = journal.session();
            session.subscribe("t");
        }
        server.close();
        server.publish("t", "x");
        server.broadcast("x");
        server.broadcast(new byte[0]);
        session.subscribe("u");
        session.unsubscribe("t");
        session.pause();
        session.resume();
        session.close();
        session.terminate();
        assertThat(session.send("x")).isEqualTo(SendResult.CLOSED);
        assertThat(session.bufferedAmount()).isZero();
        assertThat(server.members("t")).isEmpty();
        assertThat(server.topics()).isEmpty();
        assertThat(server.addresses()).hasSize(1);
    }

    @Test
    void saysWhichPortIsTaken() {
        try (WebSocketServer server = builder().start()) {
            assertThatThrownBy(() -> builder().port(server.port()).start())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(Integer.toString(server.port()))
                    .hasMessageContaining("another port");
        }
    }
}
