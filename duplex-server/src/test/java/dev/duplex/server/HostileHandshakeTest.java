package dev.duplex.server;

import static dev.duplex.server.RawClient.get;
import static dev.duplex.server.RawClient.handshake;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What attacks on other implementations have taught about opening handshakes, over sockets. The names begin with the rows
 * of docs/security.md. What is parsed, and how often each character is looked at, is tested with the parsers.
 */
class HostileHandshakeTest {
    private static final WebSocketHandler ECHO = WebSocketHandler.onMessage(Session::send);

    /** A server with a deadline behind which a test can look at what its clients cost. */
    public static final class Patient implements Hosted {
        @Override
        public WebSocketServer.Builder server() {
            return WebSocketServer.builder()
                    .eventLoops(1)
                    .limits(Limits.DEFAULTS.withHandshakeTimeout(Duration.ofMinutes(1)))
                    .webSocket("/echo", ECHO);
        }
    }

    private static ServerJvm jvm;
    private static int patient;

    private final AtomicInteger admin = new AtomicInteger();
    private WebSocketServer server;

    @BeforeAll
    static void startJvm() throws IOException {
        jvm = ServerJvm.start();
        patient = jvm.serve(Patient.class);
        Crowd.open(patient, 20, "/echo").text("warm").close();
    }

    @AfterAll
    static void endJvm() throws InterruptedException {
        jvm.assertNothingFailed();
        jvm.close();
    }

    @BeforeEach
    void start() {
        server = WebSocketServer.builder()
                .port(0)
                .eventLoops(1)
                .maxHttpBodyBytes(1000)
                .webSocket("/echo", ECHO)
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

    /** The server's answer, after which it ends the connection, and has looked at nothing behind this request. */
    private RawClient.Response answerTo(String request) throws IOException {
        return answerTo(server, request);
    }

    private RawClient.Response answerTo(WebSocketServer server, String request) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            RawClient.Response response = client.send(request + get("/admin")).response();
            assertThat(client.ends()).as("the connection ends").isTrue();
            assertThat(admin).as("requests behind the one refused").hasValue(0);
            return response;
        }
    }

    // --------------------------------------------------------------------------------------------------------- size

    @ParameterizedTest(name = "H01 {0} fields are refused with 431")
    @ValueSource(ints = {2_000, 100_000})
    void refusesTooManyFields(int fields) throws IOException {
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
    @DisplayName("H02 fields without end are refused with 431 as soon as they are too many")
    void refusesFieldsWithoutEnd() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            client.send("GET /echo HTTP/1.1\r\nHost: a\r\n" + "A: b\r\n".repeat(101));
            assertThat(client.response().status()).isEqualTo(431);
        }
    }

    @ParameterizedTest(name = "H01, H02 an unfinished head of {0} fields of {1} bytes costs at most 16 KiB of buffers")
    @CsvSource({"99, 1", "99, 140", "2, 7000"})
    void anUnfinishedHeadCostsItsBytes(int fields, int length) throws IOException {
        int clients = 300;
        String head = "GET /echo HTTP/1.1\r\nHost: a\r\n" + ("A: " + "b".repeat(length) + "\r\n").repeat(fields);
        // What the first ones leave in pools and tables is no cost of those that follow.
        Crowd.connect(patient, clients).send(head).close();
        Footprint before = jvm.footprintAtRest();
        try (Crowd crowd = Crowd.connect(patient, clients)) {
            crowd.send(head);
            // All of them have been read as soon as one who came later is answered.
            RawClient.open(patient, "/echo").close();
            Footprint during = jvm.footprintWith(clients, before);
            assertThat(during.directPerClient(before, clients)).isLessThanOrEqualTo(16 * 1024);
            assertThat(during.heapPerClient(before, clients)).isLessThanOrEqualTo(3 * 1024);
        }
    }

    @Test
    @DisplayName("H03 a head of 12 KiB that comes byte by byte is accepted")
    void acceptsAHeadByteByByte() throws IOException {
        try (RawClient client = RawClient.connect(patient)) {
            for (byte b : handshake("/echo", "A: " + "x".repeat(6000), "B: " + "y".repeat(6000))
                    .getBytes(StandardCharsets.US_ASCII)) {
                client.send(new byte[] {b});
            }
            assertThat(client.response().status()).isEqualTo(101);
        }
    }

    @ParameterizedTest(name = "H10 a handshake with {0} is refused before its body comes")
    @ValueSource(strings = {"Content-Length: 1000000000", "Transfer-Encoding: chunked"})
    void refusesABodyBeforeItComes(String field) throws IOException {
        assertThat(answerTo(handshake("/echo", field)).status()).isIn(400, 413);
    }

    @Test
    @DisplayName("H10 of a body that comes with a refused handshake at most 8 KiB is held")
    void holdsNothingOfARefusedBody() throws IOException {
        int clients = 100;
        String request = handshake("/echo", "Content-Length: 1000000000") + "x".repeat(100_000);
        Crowd.connect(patient, clients).send(request).close();
        Footprint before = jvm.footprintAtRest();
        try (Crowd crowd = Crowd.connect(patient, clients)) {
            crowd.send(request);
            Footprint during = jvm.footprint();
            assertThat(during.directPerClient(before, clients) + during.heapPerClient(before, clients))
                    .isLessThanOrEqualTo(8 * 1024);
        }
    }

    // ------------------------------------------------------------------------------------------------------- grammar

    @Test
    @DisplayName("H06 an unclosed quoted string of 3,900 escapes is refused with 400")
    void refusesAnUnclosedQuotedString() throws IOException {
        String extensions = "Sec-WebSocket-Extensions: a; b=\"" + "\\c".repeat(3_900);
        assertThat(answerTo(handshake("/echo", extensions)).status()).isEqualTo(400);
    }

    @Test
    @DisplayName("H07 a subprotocol with 8,000 spaces in it is refused with 400")
    void refusesASubprotocolFullOfSpaces() throws IOException {
        String subprotocols = "Sec-WebSocket-Protocol: b" + " ".repeat(8_000) + "x";
        assertThat(answerTo(handshake("/echo", subprotocols)).status()).isEqualTo(400);
    }

    @ParameterizedTest(name = "H08 400 for a handshake with the host {0}")
    @ValueSource(strings = {"", "Host: a\r\nHost: a\r\n", "Host: [::\r\n", "Host: a b\r\n", "Host: a:99999\r\n"})
    void refusesABadHost(String host) throws IOException {
        assertThat(answerTo(handshake("/echo").replace("Host: 127.0.0.1\r\n", host))
                        .status())
                .isEqualTo(400);
    }

    @ParameterizedTest(name = "H09 no failure and no 500 for garbage: {0}")
    @ValueSource(
            strings = {
                "GET /echo HTTP/1.1|Cookie: =; ;;=\u0080\u00ff; a=\"; $Version=9",
                "GET /echo HTTP/1.1|Cookie: a\0b=c",
                "GET /echo?%zz=%&&==%00 HTTP/1.1|A: b",
                "GET /echo?\u0080\u00ff HTTP/1.1|A: b",
                "GET /%ff%fe%c0%80 HTTP/1.1|A: b",
                "GET /\u0080\u00ff HTTP/1.1|A: b",
                "GET /echo\0 HTTP/1.1|A: b",
                "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1|A: b",
                "GET //[::1:/ HTTP/1.1|A: b",
                "GET http://\u00ff/echo HTTP/1.1|A: b",
                "GET /echo HTTP/1.1|X-Forwarded-For: \u00ff, [::, \"",
                "GET /echo HTTP/1.1|Forwarded: for=\"[\\",
            })
    void answersGarbage(String request) throws IOException {
        String[] parts = request.split("\\|");
        // The second time, on the server that counts what stays.
        try (RawClient client = RawClient.connect(server);
                RawClient other = RawClient.connect(patient)) {
            String bytes = handshake("/echo", parts[1]).replace("GET /echo HTTP/1.1", parts[0]);
            RawClient.Response response = client.send(bytes).response();
            assertThat(response.status()).isIn(101, 400, 403, 404);
            assertThat(other.send(bytes).response().status()).isEqualTo(response.status());
        }
        assertThat(jvm.footprintAtRest().direct()).isZero();
    }

    @ParameterizedTest(name = "H11 {0} is refused and the connection ends")
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
    void refusesAmbiguousFields(String field) throws IOException {
        assertThat(answerTo("POST /body HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\nhello")
                        .status())
                .isIn(400, 413, 501);
    }

    @ParameterizedTest(name = "H11 400 for {0}, and the connection ends")
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
    void refusesMalformedRequests(String request) throws IOException {
        assertThat(answerTo(request).status()).isEqualTo(400);
    }

    @Test
    @DisplayName("H15 what is no request of HTTP/1 is told so at its first line")
    void refusesWhatIsNoRequestAtItsFirstLine() throws IOException {
        for (String line : new String[] {"GET /echo\r\n", "hello\r\n", "GET /echo HTTP/1.1\n", "* OK IMAP4rev1\r\n"}) {
            try (RawClient client = RawClient.connect(server)) {
                assertThat(client.send(line).response().status()).isEqualTo(400);
            }
        }
    }

    // ---------------------------------------------------------------------------------------------------- RFC 6455

    @ParameterizedTest(name = "H12, H13 version {0} gets {1}, and what follows is no request")
    @CsvSource({"0, 426", "8, 426", "14, 426", "'13, 8', 426", "'', 400"})
    void refusesAnotherVersionAndWhateverFollows(String version, int status) throws IOException {
        RawClient.Response response = answerTo(handshake("/echo")
                .replace(
                        "Sec-WebSocket-Version: 13\r\n",
                        version.isEmpty() ? "" : "Sec-WebSocket-Version: " + version + "\r\n"));

        assertThat(response.status()).isEqualTo(status);
        if (status == 426) {
            assertThat(response.field("Sec-WebSocket-Version")).isEqualTo("13");
            assertThat(response.field("Connection")).containsIgnoringCase("close");
        }
    }

    @ParameterizedTest(name = "H14 400 for the key {0}")
    @ValueSource(
            strings = {
                "",
                "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0O\r\n",
                "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODxA=\r\n",
                "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!==\r\n",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            })
    void refusesABadKey(String key) throws IOException {
        String request = handshake("/echo").replace("Sec-WebSocket-Key: " + RawClient.KEY + "\r\n", key);
        assertThat(answerTo(request).status()).isEqualTo(400);
    }

    @ParameterizedTest(name = "H15 {0} -> {1} gets {2}")
    @CsvSource({
        "GET, POST, 405",
        "GET, HEAD, 405",
        "HTTP/1.1, HTTP/1.0, 400",
        "HTTP/1.1, HTTP/0.9, 400",
        "Connection: Upgrade, Connection: close, 400",
        "Connection: Upgrade, Connection: keep-alive, 400",
    })
    void refusesOtherMethodsAndVersions(String part, String instead, int status) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            client.send(handshake("/echo").replace(part, instead));
            assertThat(client.responseWithoutBody().status()).isEqualTo(status);
        }
    }

    @Test
    @DisplayName("H15 an upgrade to h2c is none to WebSocket: 426")
    void doesNotTakeAnotherUpgrade() throws IOException {
        String request = handshake("/echo", "Connection: close").replace("Upgrade: websocket", "Upgrade: h2c");
        assertThat(answerTo(request).status()).isEqualTo(426);
    }

    // -------------------------------------------------------------------------------------------------- H16: origins

    @ParameterizedTest(name = "H16 by default the origin \"{0}\" gets {1}")
    @CsvSource({
        "'', 101",
        "http://127.0.0.1:PORT, 101",
        "HTTP://127.0.0.1:PORT, 101",
        "http://127.0.0.1:1, 403",
        "https://127.0.0.1:PORT, 403",
        "http://127.0.0.1.evil.example:PORT, 403",
        "http://evil127.0.0.1:PORT, 403",
        "https://a.example, 403",
        "null, 403",
    })
    void letsInTheSameOriginAlone(String origin, int status) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            String port = Integer.toString(server.port());
            String field = origin.isEmpty() ? "X: y" : "Origin: " + origin.replace("PORT", port);
            client.send(handshake("/echo", field).replace("Host: 127.0.0.1", "Host: 127.0.0.1:" + port));
            assertThat(client.response().status()).isEqualTo(status);
        }
    }

    @ParameterizedTest(name = "H16 where https://*.example.com may, the origin {0} gets {1}")
    @CsvSource({
        "https://app.example.com, 101",
        "https://app.example.com.evil.example, 403",
        "https://evilexample.com, 403",
        "http://app.example.com, 403",
        "https://app.example.com:8443, 403",
        "null, 403",
    })
    void letsInWhomTheRoutesPolicyNames(String origin, int status) throws IOException {
        Route route = Route.to(ECHO).origins(OriginPolicy.allow("https://*.example.com"));
        try (WebSocketServer other =
                        WebSocketServer.builder().port(0).webSocket("/", route).start();
                RawClient client = RawClient.connect(other)) {
            assertThat(client.send(handshake("/", "Origin: " + origin))
                            .response()
                            .status())
                    .isEqualTo(status);
        }
    }

    @Test
    @DisplayName("H16 host, scheme and address are believed of trusted proxies only")
    void takesHostSchemeAndAddressFromTrustedProxiesOnly() throws Exception {
        Journal journal = new Journal();
        String[] fields = {
            "Origin: https://chat.example",
            "X-Forwarded-Proto: https",
            "X-Forwarded-Host: chat.example",
            "X-Forwarded-For: 203.0.113.7"
        };
        try (WebSocketServer trusting = WebSocketServer.builder()
                        .port(0)
                        .trustedProxies(TrustedProxies.of("127.0.0.0/8"))
                        .webSocket("/", journal)
                        .start();
                RawClient client = RawClient.connect(trusting)) {
            assertThat(client.send(handshake("/", fields)).response().status()).isEqualTo(101);
            Session session = journal.session();
            assertThat(session.remoteAddress().toString()).contains("203.0.113.7");
            assertThat(session.request().secure()).isTrue();
        }
        assertThat(answerTo(handshake("/echo", fields)).status()).isEqualTo(403);
    }

    // ------------------------------------------------------------------------------------- H17, H20: the application

    @ParameterizedTest(name = "H17 400 for {0} on the wire")
    @ValueSource(
            strings = {
                "Sec-WebSocket-Protocol: a\0b",
                "Sec-WebSocket-Protocol: a\rb",
                "Sec-WebSocket-Protocol: a\nb",
                "Sec-WebSocket-Protocol: a\r\n b",
                "X: a\0b",
                "X: a\rSet-Cookie: b",
                "X: a\nSet-Cookie: b",
            })
    void refusesControlCharactersInFields(String field) throws IOException {
        assertThat(answerTo(handshake("/echo", field)).status()).isEqualTo(400);
    }

    @ParameterizedTest(name = "H17, H20 500 and no session if the upgrade hook {0}")
    @ValueSource(
            strings = {"throws", "overflows", "returns null", "answers null", "fails later", "adds a field with CR LF"})
    void refusesIfTheHookFails(String how) throws IOException {
        Route route = Route.to(ECHO).onUpgradeAsync(request -> switch (how) {
            case "throws" -> throw new IllegalStateException("secret");
            case "overflows" -> overflow();
            case "returns null" -> null;
            case "answers null" -> CompletableFuture.completedFuture(null);
            case "fails later" ->
                CompletableFuture.supplyAsync(() -> {
                    throw new IllegalStateException("secret");
                });
            default ->
                CompletableFuture.completedFuture(UpgradeResponse.accept().withHeader("X", "a\r\nY: b"));
        });
        try (WebSocketServer other =
                WebSocketServer.builder().port(0).webSocket("/", route).start()) {
            RawClient.Response response = answerTo(other, handshake("/"));
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.body()).doesNotContain("secret");
            assertThat(response.field("Y")).isEmpty();
            assertThat(other.sessions()).isEmpty();
        }
    }

    private static CompletionStage<UpgradeResponse> overflow() {
        return overflow().thenApply(response -> response);
    }

    @Test
    @DisplayName("H20 503 if the upgrade hook does not decide in time, and its late answer changes nothing")
    void refusesIfTheHookDoesNotDecideInTime() throws Exception {
        CompletableFuture<UpgradeResponse> answer = new CompletableFuture<>();
        try (WebSocketServer other = WebSocketServer.builder()
                        .port(0)
                        .limits(Limits.DEFAULTS.withHandshakeTimeout(Duration.ofSeconds(2)))
                        .maxConnections(1)
                        .webSocket("/", Route.to(ECHO).onUpgradeAsync(request -> answer))
                        .start();
                RawClient client = RawClient.connect(other)) {
            assertThat(client.send(handshake("/")).response().status()).isEqualTo(503);
            answer.complete(UpgradeResponse.accept());
            assertThat(client.ends()).isTrue();
            assertThat(other.sessions()).isEmpty();
            // Our socket is still open. The server does not wait for ever: its only place is free after a while.
            RawClient.Response response;
            do {
                try (RawClient second = RawClient.connect(other)) {
                    response = second.send(get("/nothing")).response();
                }
            } while (response.status() == 503);
            assertThat(response.status()).isEqualTo(404);
        }
    }

    // ---------------------------------------------------------------------------------------------- H21: credentials

    @ParameterizedTest(name = "H21 only the hook judges credentials, and all wrong ones get the same bytes: \"{0}\"")
    @CsvSource({
        "'', 401",
        "Bearer, 401",
        "Bearer s, 401",
        "Bearer secre, 401",
        "Bearer secreX, 401",
        "Bearer secretX, 401",
        "Basic c2VjcmV0, 401",
        "Bearer secret, 101"
    })
    void leavesCredentialsToTheHook(String credentials, int status) throws IOException {
        byte[] expected = "Bearer secret".getBytes(StandardCharsets.UTF_8);
        List<String> judged = new CopyOnWriteArrayList<>();
        Route guarded = Route.to(ECHO).onUpgrade(request -> {
            String given = request.headers().first("Authorization").orElse("");
            judged.add(given);
            // As docs/security.md advises: its time says nothing of where the two differ.
            return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected)
                    ? UpgradeResponse.accept()
                    : UpgradeResponse.reject(401, "who are you?");
        });
        try (WebSocketServer other = WebSocketServer.builder()
                .port(0)
                .webSocket("/guarded", guarded)
                .webSocket("/open", ECHO)
                .start()) {
            assertThat(statusOf(other, "/guarded", credentials)).isEqualTo(status);
            assertThat(judged).containsExactly(credentials);
            // Where no hook asks for them, nobody looks at them.
            assertThat(statusOf(other, "/open", credentials)).isEqualTo(101);
            if (status == 401) {
                assertThat(withoutDate(answerWith(other, credentials))).isEqualTo(withoutDate(answerWith(other, "-")));
            }
        }
    }

    private static int statusOf(WebSocketServer server, String path, String credentials) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            return client.send(handshake(path, "Authorization: " + credentials))
                    .responseWithoutBody()
                    .status();
        }
    }

    private static RawClient.Response answerWith(WebSocketServer server, String credentials) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            return client.send(handshake("/guarded", "Authorization: " + credentials))
                    .response();
        }
    }

    private static String withoutDate(RawClient.Response response) {
        return response.toString().replaceAll("(?i)date: [^,]*,[^,]*GMT", "");
    }
}
