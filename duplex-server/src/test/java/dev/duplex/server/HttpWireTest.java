package dev.duplex.server;

import static dev.duplex.server.RawClient.get;
import static dev.duplex.server.RawClient.handshake;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server answers to requests, byte by byte. Hostile ones: {@link HostileHandshakeTest}. */
class HttpWireTest {
    private final AtomicInteger admin = new AtomicInteger();
    private WebSocketServer server;

    @BeforeEach
    void start() {
        server = WebSocketServer.builder()
                .port(0)
                .eventLoops(1)
                .maxHttpBodyBytes(1000)
                .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                .http("/admin", HttpHandler.of(request -> {
                    admin.incrementAndGet();
                    return HttpResponse.text(200, "admin");
                }))
                .http("/body", HttpHandler.of(request -> HttpResponse.bytes("text/plain", request.body())))
                .http("/path/*", HttpHandler.of(request -> HttpResponse.text(200, request.path())))
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RawClient.Response answerTo(String request) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            RawClient.Response response = client.send(request).response();
            assertThat(client.ends()).as("the connection ends").isTrue();
            return response;
        }
    }

    // ------------------------------------------------------------------------------------------------------- bad heads

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/2.0", "HTTP/3.0"})
    void refusesALaterMajorVersionWith505(String version) throws IOException {
        assertThat(answerTo("GET /admin " + version + "\r\nHost: a\r\n\r\n").status())
                .isEqualTo(505);
    }

    @Test
    void refusesMoreThanAHundredFieldsWith431() throws IOException {
        assertThat(answerTo(get("/admin", "A: b\r\n".repeat(100).trim())).status())
                .isEqualTo(431);
        assertThat(answerTo(get("/admin", "A: b\r\n".repeat(98).trim(), "Connection: close"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void refusesALineThatIsTooLong() throws IOException {
        assertThat(answerTo(get("/" + "a".repeat(9_000))).status()).isEqualTo(414);
        assertThat(answerTo(get("/admin", "A: " + "a".repeat(9_000))).status()).isEqualTo(431);
    }

    // ------------------------------------------------------------------------------------------------------- upgrades

    @Test
    void answersOtherRequestsToAnEndpointWith426() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            RawClient.Response response = client.send(get("/echo")).response();

            assertThat(response.status()).isEqualTo(426);
            assertThat(response.field("Upgrade")).isEqualTo("websocket");
            assertThat(response.field("Connection")).containsIgnoringCase("upgrade");
        }
    }

    @Test
    void answers404WhereNothingIs() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            assertThat(client.send(get("/nothing")).response().status()).isEqualTo(404);
        }
        assertThat(answerTo(handshake("/nothing") + get("/admin")).status()).isEqualTo(404);
        assertThat(admin).hasValue(0);
    }

    @Test
    void refusesFramesOfAHandshakeThatWaitsForAnEarlierAnswer() throws IOException {
        CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
        try (WebSocketServer other = WebSocketServer.builder()
                        .port(0)
                        .http("/slow", request -> answer)
                        .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                        .start();
                RawClient client = RawClient.connect(other)) {
            client.send(get("/slow") + handshake("/echo"));
            client.sendHex("81 85 37fa213d 7f9f4d5158");
            answer.complete(HttpResponse.text(200, "late"));

            assertThat(client.response().body()).isEqualTo("late");
            // Its frames came while the bytes were still those of HTTP, or after; they are echoed or refused, not lost.
            RawClient.Response response = client.response();
            assertThat(response.status()).isIn(101, 400);
            if (response.status() == 101) {
                assertThat(client.text()).isEqualTo("Hello");
            }
        }
    }

    // ---------------------------------------------------------------------------------------------------- plain HTTP

    @Test
    void answersPipelinedRequestsInOrder() throws IOException {
        CompletableFuture<HttpResponse> first = new CompletableFuture<>();
        try (WebSocketServer other = WebSocketServer.builder()
                        .port(0)
                        .http("/first", request -> first)
                        .http("/{n}", HttpHandler.of(request -> HttpResponse.text(200, request.path())))
                        .start();
                RawClient client = RawClient.connect(other)) {
            StringBuilder requests = new StringBuilder(get("/first"));
            for (int i = 0; i < 500; i++) {
                requests.append(get("/" + i));
            }
            client.send(requests.toString());
            first.complete(HttpResponse.text(200, "first"));

            assertThat(client.response().body()).isEqualTo("first");
            for (int i = 0; i < 500; i++) {
                assertThat(client.response().body()).isEqualTo("/" + i);
            }
        }
    }

    @Test
    void readsNoFurtherRequestsWhileResponsesAreNotRead() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        byte[] large = new byte[1024 * 1024];
        try (WebSocketServer other = WebSocketServer.builder()
                        .port(0)
                        .http("/large", HttpHandler.of(request -> {
                            calls.incrementAndGet();
                            return HttpResponse.bytes("application/octet-stream", large.clone());
                        }))
                        .start();
                RawClient client = RawClient.connect(other, 8 * 1024)) {
            client.send(get("/large").repeat(100));
            assertThat(client.read()).isEqualTo('H');
            // Whatever the kernel's buffers hold, it is not a hundred megabytes.
            assertThat(calls.get()).isLessThan(50);
        }
    }

    @Test
    void headHasTheFieldsOfGetAndNoBody() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            client.send(get("/path/a").replace("GET", "HEAD") + get("/path/b"));

            RawClient.Response head = client.responseWithoutBody();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.field("Content-Length")).isEqualTo("7");
            assertThat(client.response().body()).isEqualTo("/path/b");
        }
    }

    @Test
    void readsBodiesOfEitherKind() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            client.send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
            assertThat(client.response().body()).isEqualTo("hello");
            client.send(
                    "POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
            assertThat(client.response().body()).isEqualTo("abcde");
        }
    }

    @Test
    void refusesBodiesThatAreTooLarge() throws IOException {
        assertThat(answerTo("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n")
                        .status())
                .isEqualTo(413);
        assertThat(answerTo("POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n"
                                + "x".repeat(1001) + "\r\n")
                        .status())
                .isEqualTo(413);
    }

    @Test
    void asksForABodyThatTheClientHoldsBack() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            client.send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.response().status()).isEqualTo(100);
            assertThat(client.send("ok").response().body()).isEqualTo("ok");
        }
        assertThat(answerTo("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n")
                        .status())
                .isEqualTo(413);
    }

    @Test
    void closesAfterARequestOfHttp10() throws IOException {
        assertThat(answerTo("GET /admin HTTP/1.0\r\n\r\n").body()).isEqualTo("admin");
    }

    @Test
    void closesWhenTheClientAsksForIt() throws IOException {
        assertThat(answerTo(get("/admin", "Connection: close")).field("Connection"))
                .isEqualTo("close");
    }

    @Test
    void takesTargetsInAbsoluteFormAndPercentEncodedPaths() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            assertThat(client.send(get("http://127.0.0.1/path/x?y")).response().body())
                    .isEqualTo("/path/x");
            assertThat(client.send(get("/path/%E4%B8%96%20")).response().body()).isEqualTo("/path/世 ");
            assertThat(client.send(get("/%61dmin")).response().body()).isEqualTo("admin");
        }
    }

    @Test
    void answersAFailedHandlerWith500AndGoesOn() throws IOException {
        try (WebSocketServer other = WebSocketServer.builder()
                        .port(0)
                        .http("/throws", HttpHandler.of(request -> {
                            throw new IllegalStateException("secret");
                        }))
                        .http("/overflows", request -> overflow(request))
                        .http("/null", request -> null)
                        .http("/later", request -> CompletableFuture.supplyAsync(() -> null))
                        .http("/bad", HttpHandler.of(request -> {
                            throw new BadRequestException("expected a number");
                        }))
                        .start();
                RawClient client = RawClient.connect(other)) {
            for (String path : new String[] {"/throws", "/overflows", "/null", "/later"}) {
                RawClient.Response response = client.send(get(path)).response();
                assertThat(response.status()).as(path).isEqualTo(500);
                assertThat(response.body()).doesNotContain("secret");
            }
            assertThat(client.send(get("/bad")).response().status()).isEqualTo(400);
        }
    }

    @Test
    void cutsTheConnectionWhenAFileHasBecomeShorter(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("a"), new byte[100_000]);
        try (WebSocketServer other = WebSocketServer.builder()
                        .port(0)
                        .http("/long", HttpHandler.of(request -> HttpResponse.file(200, "text/plain", file, 100_000)))
                        .http("/cut", HttpHandler.of(request -> HttpResponse.file(200, "text/plain", file, 100_001)))
                        .start();
                RawClient client = RawClient.connect(other)) {
            client.send(get("/long") + get("/long") + get("/cut"));
            assertThat(client.response().body()).hasSize(100_000);
            assertThat(client.response().body()).hasSize(100_000);
            assertThat(client.rest().length()).isBetween(100_000, 100_400);
        }
    }

    private static CompletableFuture<HttpResponse> overflow(HttpRequest request) {
        return overflow(request).thenApply(response -> response);
    }
}
