package dev.duplex.server;

import static dev.duplex.server.RawClient.get;
import static dev.duplex.server.RawClient.handshake;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server answers to requests, byte by byte. The H numbers are those of the table of hostile input. */
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
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: 5\r\nContent-Length: 5",
                "Content-Length: 5, 5",
                "Content-Length: +5",
                "Content-Length: -5",
                "Content-Length: 0x5",
                "Content-Length: 99999999999999999999",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: gzip",
                "X: a\r\n b",
                "X: a\r\n\tb",
                "X : a",
                "X\t: a",
                "X: a\nY: b",
                "X: a\0b",
                "X: a\rb",
                "X(: a",
                ": a",
                "X",
            })
    void refusesAmbiguousFieldsAndClosesH11(String field) throws IOException {
        String request = "POST /body HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\nhello" + get("/admin");

        assertThat(answerTo(request).status()).isIn(400, 413, 501);
        assertThat(admin).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /admin HTTP/1.1\r\n Host: a\r\n\r\n",
                "GET /admin HTTP/1.1\nHost: a\r\n\r\n",
                "GET /admin HTTP/1.1\r\nHost: a\n\n",
                "GET /admin\r\n\r\n",
                "GET /admin HTTP/1.1 x\r\nHost: a\r\n\r\n",
                "GET /admin HTTP/1.1\r\n\r\n",
                "GET /admin HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /a#admin HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET admin HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /path/../admin HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /path/%2e%2E/admin HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /path/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /path/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
                "G@T /admin HTTP/1.1\r\nHost: a\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\r\n\r\n",
            })
    void refusesMalformedRequestsWith400AndCloses(String request) throws IOException {
        assertThat(answerTo(request + get("/admin")).status()).isEqualTo(400);
        assertThat(admin).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/2.0", "HTTP/3.0"})
    void refusesALaterMajorVersionWith505(String version) throws IOException {
        assertThat(answerTo("GET /admin " + version + "\r\nHost: a\r\n\r\n").status())
                .isEqualTo(505);
    }

    @ParameterizedTest
    @ValueSource(ints = {2_000, 100_000})
    void refusesTooManyFieldsWith431H01(int fields) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            try {
                client.send("GET /echo HTTP/1.1\r\nHost: a\r\n" + "A: b\r\n".repeat(fields) + "\r\n");
            } catch (IOException closedMeanwhile) {
                // The answer is there all the same.
                assertThat(fields).isEqualTo(100_000);
            }
            assertThat(client.response().status()).isEqualTo(431);
        }
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
    void refusesAHeadThatIsTooLargeBeforeItEndsH02() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            client.send("GET /echo HTTP/1.1\r\nHost: a\r\n" + "A: b\r\n".repeat(101));
            assertThat(client.response().status()).isEqualTo(431);
        }
    }

    @Test
    void acceptsAHeadOfTwelveKibibytesByteByByteH03() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            for (byte b : get("/admin", "A: " + "x".repeat(6000), "B: " + "y".repeat(6000))
                    .getBytes(StandardCharsets.US_ASCII)) {
                client.send(new byte[] {b});
            }
            assertThat(client.response().status()).isEqualTo(200);
        }
    }

    @Test
    void refusesALineThatIsTooLong() throws IOException {
        assertThat(answerTo(get("/" + "a".repeat(9_000))).status()).isEqualTo(414);
        assertThat(answerTo(get("/admin", "A: " + "a".repeat(9_000))).status()).isEqualTo(431);
    }

    // ---------------------------------------------------------------------------------------------------- bad upgrades

    @ParameterizedTest
    @CsvSource({
        "0, 426",
        "8, 426",
        "14, 426",
        "'13, 8', 426",
        "'', 400",
    })
    void refusesAnotherVersionAndWhateverFollowsH12H13(String version, int status) throws IOException {
        String request = handshake("/echo")
                .replace(
                        "Sec-WebSocket-Version: 13\r\n",
                        version.isEmpty() ? "" : "Sec-WebSocket-Version: " + version + "\r\n");
        RawClient.Response response = answerTo(request + get("/admin"));

        assertThat(response.status()).isEqualTo(status);
        if (status == 426) {
            assertThat(response.field("Sec-WebSocket-Version")).isEqualTo("13");
            assertThat(response.field("Connection")).containsIgnoringCase("close");
        }
        assertThat(admin).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0O\r\n",
                "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODxA=\r\n",
                "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!==\r\n",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            })
    void refusesABadKeyH14(String key) throws IOException {
        String request =
                handshake("/echo").replace("Sec-WebSocket-Key: " + RawClient.KEY + "\r\n", key) + get("/admin");

        assertThat(answerTo(request).status()).isEqualTo(400);
        assertThat(admin).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1000000000", "Transfer-Encoding: chunked"})
    void refusesAnUpgradeWithABodyBeforeItComesH10(String field) throws IOException {
        assertThat(answerTo(handshake("/echo", field)).status()).isIn(400, 413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Host: a\r\nHost: a\r\n", "Host: [::\r\n", "Host: a b\r\n", "Host: a:99999\r\n"})
    void refusesABadHostH08(String host) throws IOException {
        assertThat(answerTo(handshake("/echo").replace("Host: 127.0.0.1\r\n", host))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void refusesOtherMethodsAndVersionsH15() throws IOException {
        assertThat(answerTo(handshake("/echo").replace("GET", "POST")).status()).isEqualTo(405);
        assertThat(answerTo(handshake("/echo").replace("HTTP/1.1", "HTTP/1.0")).status())
                .isEqualTo(400);
        assertThat(answerTo(handshake("/echo").replace("Connection: Upgrade", "Connection: close"))
                        .status())
                .isEqualTo(400);
        assertThat(answerTo(handshake("/echo", "Connection: close").replace("Upgrade: websocket", "Upgrade: h2c"))
                        .status())
                .isEqualTo(426);
    }

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
