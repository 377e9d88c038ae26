package dev.duplex.server;

import static dev.duplex.server.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HttpRouteTest {

    /** Answers when the test does, and keeps what it was told. */
    private static final class Parking implements HttpHandler {
        final BlockingQueue<HttpRequest> asked = new LinkedBlockingQueue<>();
        final BlockingQueue<HttpRequest> aborted = new LinkedBlockingQueue<>();
        final CompletableFuture<HttpResponse> answer = new CompletableFuture<>();

        @Override
        public CompletionStage<HttpResponse> handle(HttpRequest request) {
            asked.add(request);
            return answer;
        }

        @Override
        public void onAbort(HttpRequest request) {
            aborted.add(request);
        }
    }

    private static final HttpHandler LENGTH =
            HttpHandler.of(request -> HttpResponse.text(200, request.body().length + " bytes"));

    private static WebSocketServer.Builder builder() {
        return WebSocketServer.builder().port(0).eventLoops(1).maxHttpBodyBytes(10);
    }

    private static RawClient.Response post(WebSocketServer server, String path, int bytes) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            return client.send("POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + bytes + "\r\n\r\n")
                    .send("x".repeat(bytes))
                    .response();
        }
    }

    @Test
    void hasABoundOfItsOwnForBodies() throws IOException {
        try (WebSocketServer server = builder()
                .http("/server", LENGTH)
                .http("/more", HttpRoute.to(LENGTH).maxBodyBytes(100))
                .http("/less", HttpRoute.to(LENGTH).maxBodyBytes(1))
                .start()) {
            assertThat(post(server, "/server", 10).status()).isEqualTo(200);
            assertThat(post(server, "/server", 11).status()).isEqualTo(413);
            assertThat(post(server, "/more", 100).body()).isEqualTo("100 bytes");
            assertThat(post(server, "/more", 101).status()).isEqualTo(413);
            assertThat(post(server, "/less", 1).status()).isEqualTo(200);
            assertThat(post(server, "/less", 2).status()).isEqualTo(413);
        }
    }

    @Test
    void boundsABodyWithoutALengthToo() throws IOException {
        try (WebSocketServer server = builder()
                        .http("/more", HttpRoute.to(LENGTH).maxBodyBytes(100))
                        .start();
                RawClient client = RawClient.connect(server)) {
            client.send("POST /more HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .send("50\r\n" + "x".repeat(80) + "\r\n")
                    .send("15\r\n" + "x".repeat(21) + "\r\n");
            assertThat(client.response().status()).isEqualTo(413);
            assertThat(client.ends()).isTrue();
        }
    }

    @Test
    void maySayItselfThatABodyIsTooLarge() throws IOException {
        try (WebSocketServer server = builder()
                .http(
                        "/own",
                        HttpRoute.to(LENGTH)
                                .tooLarge(request -> HttpResponse.text(413, request.path() + " is small")
                                        .header("Access-Control-Allow-Origin", "*")))
                .http("/broken", HttpRoute.to(LENGTH).tooLarge(request -> {
                    throw new IllegalStateException("on purpose");
                }))
                .start()) {
            RawClient.Response own = post(server, "/own", 11);
            assertThat(own.status()).isEqualTo(413);
            assertThat(own.body()).isEqualTo("/own is small");
            assertThat(own.field("Access-Control-Allow-Origin")).isEqualTo("*");
            assertThat(post(server, "/broken", 11).status()).isEqualTo(413);
        }
    }

    @Test
    void tellsTheHandlerWhenTheTimeToAnswerIsOver() throws Exception {
        Parking parking = new Parking();
        try (WebSocketServer server = builder()
                        .http("/", HttpRoute.to(parking).answerTimeout(Duration.ofMillis(200)))
                        .start();
                RawClient client = RawClient.connect(server).send(get("/"))) {
            assertThat(client.response().status()).isEqualTo(503);
            assertThat(parking.aborted.poll(10, TimeUnit.SECONDS)).isSameAs(parking.asked.remove());
            parking.answer.complete(HttpResponse.status(204));
            assertThat(client.ends()).isTrue();
        }
        assertThat(parking.aborted).isEmpty();
    }

    @Test
    void tellsTheHandlerWhenTheClientHasGone() throws Exception {
        Parking parking = new Parking();
        try (WebSocketServer server = builder().http("/", parking).start()) {
            try (RawClient client = RawClient.connect(server).send(get("/"))) {
                assertThat(parking.asked.poll(10, TimeUnit.SECONDS)).isNotNull();
                assertThat(client.socket().isConnected()).isTrue();
            }
            assertThat(parking.aborted.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(parking.aborted).isEmpty();
    }

    @Test
    void tellsNothingOfRequestsThatWereAnswered() throws Exception {
        Parking parking = new Parking();
        try (WebSocketServer server = builder().http("/", parking).start();
                RawClient client = RawClient.connect(server).send(get("/"))) {
            assertThat(parking.asked.poll(10, TimeUnit.SECONDS)).isNotNull();
            parking.answer.complete(HttpResponse.text(200, "late"));
            assertThat(client.response().body()).isEqualTo("late");
        }
        assertThat(parking.aborted).isEmpty();
    }

    @Test
    void aListenerOfTheShutdownMayAnswerWhatWaits() throws Exception {
        Parking parking = new Parking();
        WebSocketServer server = builder()
                .http("/", parking)
                .onShutdown(() -> {
                    throw new IllegalStateException("on purpose");
                })
                .onShutdown(() -> parking.answer.complete(HttpResponse.text(200, "the last one")))
                .start();
        try (RawClient client = RawClient.connect(server).send(get("/"))) {
            assertThat(parking.asked.poll(10, TimeUnit.SECONDS)).isNotNull();
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close);
            assertThat(client.response().body()).isEqualTo("the last one");
            assertThat(client.ends()).isTrue();
            client.close();
            stopped.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void refusesBoundsThatAreNone() {
        HttpRoute route = HttpRoute.to(LENGTH);
        assertThatThrownBy(() -> route.maxBodyBytes(-1)).hasMessageContaining("maxBodyBytes must not be negative");
        assertThatThrownBy(() -> route.answerTimeout(Duration.ZERO)).hasMessageContaining("answerTimeout must be");
        assertThatThrownBy(() -> route.answerTimeout(Duration.ofDays(2))).hasMessageContaining("answerTimeout must be");
    }
}
