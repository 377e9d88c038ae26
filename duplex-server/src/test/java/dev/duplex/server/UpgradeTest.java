package dev.duplex.server;

import static dev.duplex.server.RawClient.get;
import static dev.duplex.server.RawClient.handshake;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.core.Limits;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests become sessions, of which route, and what the others get. */
class UpgradeTest {
    private static final WebSocketHandler ECHO = WebSocketHandler.onMessage(Session::send);
    private static final WebSocketHandler SAYS_WHO = new WebSocketHandler() {
        @Override
        public void onOpen(Session session) {
            session.send(session.path() + " " + session.request().pathParameters());
        }
    };

    private static WebSocketServer.Builder builder() {
        return WebSocketServer.builder().port(0).eventLoops(1);
    }

    private static RawClient.Response refusalOf(WebSocketServer server, String request) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            RawClient.Response response = client.send(request + get("/admin")).response();
            assertThat(client.ends()).as("the connection ends").isTrue();
            return response;
        }
    }

    @Test
    void prefersStaticPathsToParametersToWildcards() throws IOException {
        try (WebSocketServer server = builder()
                .webSocket("/room/*", SAYS_WHO)
                .webSocket("/room/{name}", SAYS_WHO)
                .webSocket("/room/tea", SAYS_WHO)
                .start()) {
            try (RawClient client = RawClient.open(server, "/room/tea")) {
                assertThat(client.text()).isEqualTo("/room/tea {}");
            }
            try (RawClient client = RawClient.open(server, "/room/%E8%8C%B6?x=1")) {
                assertThat(client.text()).isEqualTo("/room/茶 {name=茶}");
            }
            try (RawClient client = RawClient.open(server, "/room/tea/green")) {
                assertThat(client.text()).isEqualTo("/room/tea/green {*=tea/green}");
            }
            assertThat(refusalOf(server, handshake("/other")).status()).isEqualTo(404);
        }
    }

    @Test
    void sharesAPathWithPlainHttp() throws IOException {
        try (WebSocketServer server = builder()
                        .webSocket("/", ECHO)
                        .http("/", HttpHandler.of(request -> HttpResponse.text(200, "page")))
                        .start();
                RawClient client = RawClient.connect(server)) {
            assertThat(client.send(get("/")).response().body()).isEqualTo("page");
            assertThat(client.send(handshake("/")).response().status()).isEqualTo(101);
            assertThat(client.text("hello").text()).isEqualTo("hello");
        }
    }

    @Test
    void givesTheSessionWhatTheRequestHad() throws Exception {
        Journal journal = new Journal();
        try (WebSocketServer server = builder()
                        .webSocket(
                                "/room/{name}",
                                Route.to(journal)
                                        .onUpgrade(request -> UpgradeResponse.accept()
                                                .withAttribute("user", "ann")
                                                .withHeader("X-Room", request.pathParameter("name"))
                                                .withCookie(SetCookie.builder("seen", "1")
                                                        .build())))
                        .start();
                RawClient client = RawClient.connect(server)) {
            RawClient.Response response = client.send(
                            handshake("/room/tea?sugar=2", "Cookie: a=b; c=d", "User-Agent: test"))
                    .response();
            assertThat(response.status()).isEqualTo(101);
            assertThat(response.field("X-Room")).isEqualTo("tea");
            assertThat(response.field("Set-Cookie")).startsWith("seen=1");
            assertThat(response.field("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(response.field("Sec-WebSocket-Protocol")).isEmpty();
            assertThat(response.field("Content-Length")).isEmpty();

            Session session = journal.session();
            assertThat(session.pathParameter("name")).isEqualTo("tea");
            assertThatThrownBy(() -> session.pathParameter("other")).isInstanceOf(IllegalArgumentException.class);
            assertThat(session.query().first("sugar")).contains("2");
            assertThat(session.cookies()).containsEntry("a", "b").containsEntry("c", "d");
            assertThat(session.headers().first("user-agent")).contains("test");
            assertThat(session.attributes()).containsEntry("user", "ann");
            assertThat(session.subprotocol()).isEmpty();
            assertThat(session.tlsSession()).isEmpty();
            assertThat(session.remoteAddress()).isEqualTo(client.socket().getLocalSocketAddress());
            assertThat(session.server()).isSameAs(server);
            assertThat(server.sessions()).containsExactly(session);
            try (RawClient second = RawClient.open(server, "/room/x")) {
                assertThat(journal.session().id()).isNotEqualTo(session.id());
            }
        }
    }

    @Test
    void choosesTheSubprotocol() throws IOException {
        try (WebSocketServer server = builder()
                .webSocket("/two", Route.to(ECHO).subprotocols("v2", "v1"))
                .webSocket(
                        "/hook",
                        Route.to(ECHO)
                                .subprotocols("v2")
                                .onUpgrade(request -> UpgradeResponse.accept().withSubprotocol("v1")))
                .start()) {
            assertThat(protocolOf(server, "/two", "Sec-WebSocket-Protocol: v1, v2"))
                    .isEqualTo("v2");
            assertThat(protocolOf(server, "/two", "Sec-WebSocket-Protocol: v0, v1"))
                    .isEqualTo("v1");
            assertThat(protocolOf(server, "/two")).isEmpty();
            assertThat(protocolOf(server, "/hook", "Sec-WebSocket-Protocol: v1, v2"))
                    .isEqualTo("v1");
            assertThat(refusalOf(server, handshake("/two", "Sec-WebSocket-Protocol: v0"))
                            .status())
                    .isEqualTo(400);
            // What the client has not offered cannot be chosen: a mistake of the application.
            assertThat(refusalOf(server, handshake("/hook", "Sec-WebSocket-Protocol: v3"))
                            .status())
                    .isEqualTo(500);
        }
    }

    private static String protocolOf(WebSocketServer server, String path, String... fields) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            RawClient.Response response = client.send(handshake(path, fields)).response();
            assertThat(response.status()).isEqualTo(101);
            return response.field("Sec-WebSocket-Protocol");
        }
    }

    @Test
    void refusesWithWhatTheHookSays() throws IOException {
        try (WebSocketServer server = builder()
                .webSocket(
                        "/now",
                        Route.to(ECHO)
                                .onUpgrade(request -> UpgradeResponse.reject(401, "who are you?")
                                        .withHeader("WWW-Authenticate", "Bearer")))
                .webSocket(
                        "/later",
                        Route.to(ECHO)
                                .onUpgradeAsync(request -> CompletableFuture.supplyAsync(
                                        () -> UpgradeResponse.reject(HttpResponse.redirect(307, "/now")))))
                .start()) {
            RawClient.Response response = refusalOf(server, handshake("/now"));
            assertThat(response.status()).isEqualTo(401);
            assertThat(response.body()).isEqualTo("who are you?");
            assertThat(response.field("WWW-Authenticate")).isEqualTo("Bearer");
            response = refusalOf(server, handshake("/later"));
            assertThat(response.status()).isEqualTo(307);
            assertThat(response.field("Location")).isEqualTo("/now");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"throws", "overflows", "null", "answers null", "fails later", "bad header"})
    void refusesWith500IfTheHookFailsH20(String how) throws IOException {
        Route route = Route.to(ECHO).onUpgradeAsync(request -> switch (how) {
            case "throws" -> throw new IllegalStateException("secret");
            case "overflows" -> overflow();
            case "null" -> null;
            case "answers null" -> CompletableFuture.completedFuture(null);
            case "fails later" ->
                CompletableFuture.supplyAsync(() -> {
                    throw new IllegalStateException("secret");
                });
            default ->
                CompletableFuture.completedFuture(UpgradeResponse.accept().withHeader("X", "a\r\nY: b"));
        });
        try (WebSocketServer server = builder().webSocket("/", route).start()) {
            RawClient.Response response = refusalOf(server, handshake("/"));
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.body()).doesNotContain("secret");
            assertThat(server.sessions()).isEmpty();
        }
    }

    private static CompletionStage<UpgradeResponse> overflow() {
        return overflow().thenApply(response -> response);
    }

    @Test
    void refusesWith400WhatTheHookFindsMalformed() throws IOException {
        Route route = Route.to(ECHO).onUpgrade(request -> {
            throw new BadRequestException("expected ?n=");
        });
        try (WebSocketServer server = builder().webSocket("/", route).start()) {
            RawClient.Response response = refusalOf(server, handshake("/"));
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.body()).contains("expected ?n=");
        }
    }

    @Test
    void refusesWith503IfTheHookDoesNotDecideInTimeAndForgetsItsAnswerH20() throws Exception {
        CompletableFuture<UpgradeResponse> answer = new CompletableFuture<>();
        try (WebSocketServer server = builder()
                        .limits(Limits.DEFAULTS.withHandshakeTimeout(Duration.ofMillis(200)))
                        .maxConnections(1)
                        .webSocket("/", Route.to(ECHO).onUpgradeAsync(request -> answer))
                        .start();
                RawClient client = RawClient.connect(server)) {
            assertThat(client.send(handshake("/")).response().status()).isEqualTo(503);
            answer.complete(UpgradeResponse.accept());
            assertThat(client.ends()).isTrue();
            assertThat(server.sessions()).isEmpty();
            // Our socket is still open. The server does not wait for ever: its only place is free after a while.
            RawClient.Response response;
            do {
                try (RawClient second = RawClient.connect(server)) {
                    response = second.send(get("/nothing")).response();
                }
            } while (response.status() == 503);
            assertThat(response.status()).isEqualTo(404);
        }
    }

    @Test
    void deliversFramesThatCameWithTheRequestAfterOnOpen() throws Exception {
        CompletableFuture<UpgradeResponse> answer = new CompletableFuture<>();
        Journal journal = new Journal() {
            @Override
            public void onOpen(Session session) throws Exception {
                add("open");
                super.onOpen(session);
            }
        };
        try (WebSocketServer server = builder()
                .webSocket("/now", journal)
                .webSocket("/later", Route.to(journal).onUpgradeAsync(request -> answer))
                .start()) {
            for (String path : new String[] {"/now", "/later"}) {
                try (RawClient client = RawClient.connect(server)) {
                    client.send(handshake(path)).text("early").send(RawClient.masked(0x81, "too".getBytes()));
                    if (path.equals("/later")) {
                        answer.complete(UpgradeResponse.accept());
                    }
                    assertThat(client.response().status()).isEqualTo(101);
                    assertThat(journal.next()).isEqualTo("open");
                    assertThat(journal.next()).isEqualTo("early");
                    assertThat(journal.next()).isEqualTo("too");
                }
                assertThat(journal.closed().code()).isEqualTo(1006);
            }
        }
    }

    @Test
    void showsEachHandlerItsOwnMessageWhenOneOpensTheSessionOfAnother() throws Exception {
        CompletableFuture<UpgradeResponse> answer = new CompletableFuture<>();
        Journal journal = new Journal();
        CountDownLatch asked = new CountDownLatch(1);
        WebSocketHandler opener = new WebSocketHandler() {
            @Override
            public void onMessage(Session session, Message message) {
                answer.complete(UpgradeResponse.accept());
                // By now, on the same event loop, the other one has had its early message.
                journal.add("opened by " + message.text());
            }
        };
        try (WebSocketServer server = builder()
                        .webSocket("/opener", opener)
                        .webSocket("/other", Route.to(journal).onUpgradeAsync(request -> {
                            asked.countDown();
                            return answer;
                        }))
                        .start();
                RawClient other = RawClient.connect(server);
                RawClient client = RawClient.open(server, "/opener")) {
            other.send((handshake("/other") + new String(RawClient.masked(0x81, "early".getBytes()), "ISO-8859-1")));
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            client.text("me");

            assertThat(journal.next()).isEqualTo("early");
            assertThat(journal.next()).isEqualTo("opened by me");
        }
    }

    @Test
    void forgetsAClientThatLeavesBeforeTheDecision() throws Exception {
        CompletableFuture<UpgradeResponse> answer = new CompletableFuture<>();
        AtomicReference<UpgradeRequest> asked = new AtomicReference<>();
        CountDownLatch hook = new CountDownLatch(1);
        Journal journal = new Journal();
        try (WebSocketServer server = builder()
                .maxConnections(1)
                .webSocket("/", Route.to(journal).onUpgradeAsync(request -> {
                    asked.set(request);
                    hook.countDown();
                    return answer;
                }))
                .start()) {
            try (RawClient client = RawClient.connect(server)) {
                client.send(handshake("/"));
                assertThat(hook.await(10, TimeUnit.SECONDS)).isTrue();
                client.reset();
            }
            answer.complete(UpgradeResponse.accept());
            RawClient.Response response;
            do {
                try (RawClient next = RawClient.connect(server)) {
                    response = next.send(get("/nothing")).response();
                }
            } while (response.status() == 503);

            assertThat(server.sessions()).isEmpty();
            // Either the end came first, or the session opened and closed; never one without the other.
            if (!journal.isEmpty()) {
                assertThat(journal.closed().wasClean()).isFalse();
            }
        }
    }

    @ParameterizedTest
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
    void letsInTheSameOriginAloneByDefaultH16(String origin, int status) throws IOException {
        try (WebSocketServer server = builder().webSocket("/", ECHO).start();
                RawClient client = RawClient.connect(server)) {
            String port = Integer.toString(server.port());
            String field = origin.isEmpty() ? "X: y" : "Origin: " + origin.replace("PORT", port);
            client.send(handshake("/", field).replace("Host: 127.0.0.1", "Host: 127.0.0.1:" + port));
            assertThat(client.response().status()).isEqualTo(status);
        }
    }

    @Test
    void letsInWhomTheRoutesPolicyNamesH16() throws IOException {
        try (WebSocketServer server = builder()
                .webSocket("/list", Route.to(ECHO).origins(OriginPolicy.allow("https://*.example.com")))
                .webSocket("/any", Route.to(ECHO).origins(OriginPolicy.any()))
                .start()) {
            assertThat(statusFor(server, "/list", "https://app.example.com")).isEqualTo(101);
            assertThat(statusFor(server, "/list", "https://app.example.com.evil.example"))
                    .isEqualTo(403);
            assertThat(statusFor(server, "/list", "https://evilexample.com")).isEqualTo(403);
            assertThat(statusFor(server, "/list", "http://app.example.com")).isEqualTo(403);
            assertThat(statusFor(server, "/any", "null")).isEqualTo(101);
        }
    }

    private static int statusFor(WebSocketServer server, String path, String origin) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            return client.send(handshake(path, "Origin: " + origin)).response().status();
        }
    }

    @Test
    void takesHostSchemeAndAddressFromTrustedProxiesOnlyH16() throws Exception {
        Journal journal = new Journal();
        String[] fields = {
            "Origin: https://chat.example",
            "X-Forwarded-Proto: https",
            "X-Forwarded-Host: chat.example",
            "X-Forwarded-For: 203.0.113.7"
        };
        try (WebSocketServer server = builder()
                        .trustedProxies(TrustedProxies.of("127.0.0.0/8"))
                        .webSocket("/", journal)
                        .start();
                RawClient client = RawClient.connect(server)) {
            assertThat(client.send(handshake("/", fields)).response().status()).isEqualTo(101);
            Session session = journal.session();
            assertThat(session.remoteAddress().toString()).contains("203.0.113.7");
            assertThat(session.request().secure()).isTrue();
        }
        try (WebSocketServer server = builder().webSocket("/", journal).start()) {
            assertThat(refusalOf(server, handshake("/", fields)).status()).isEqualTo(403);
        }
    }

    // ----------------------------------------------------------------------------------------------- silent and
    // surplus

    @ParameterizedTest
    @ValueSource(strings = {"", "G", "GET / HTTP/1.1\r\nHost: a\r\nA: "})
    void closesThoseThatDoNotFinishTheirRequestInTimeH04H05(String start) throws IOException {
        try (WebSocketServer server = builder()
                        .limits(Limits.DEFAULTS.withHandshakeTimeout(Duration.ofMillis(200)))
                        .webSocket("/", ECHO)
                        .start();
                RawClient client = RawClient.connect(server)) {
            client.send(start);
            assertThat(client.ends()).isTrue();
        }
    }

    @Test
    void closesThoseThatDripTheirRequestH04() throws IOException {
        try (WebSocketServer server = builder()
                        .limits(Limits.DEFAULTS.withHandshakeTimeout(Duration.ofMillis(200)))
                        .webSocket("/", ECHO)
                        .start();
                RawClient client = RawClient.connect(server)) {
            client.send("GET / HTTP/1.1\r\nA: ");
            client.socket().setSoTimeout(20);
            boolean ended = false;
            while (!ended) {
                try {
                    client.send("b");
                    ended = client.ends();
                } catch (java.net.SocketTimeoutException stillThere) {
                    // The next drop.
                } catch (java.net.SocketException closed) {
                    ended = true;
                }
            }
            assertThat(ended).isTrue();
        }
    }

    @Test
    void answersConnectionsBeyondTheMostWith503H19() throws Exception {
        Journal journal = new Journal();
        try (WebSocketServer server =
                builder().maxConnections(1).webSocket("/", journal).start()) {
            try (RawClient first = RawClient.open(server, "/")) {
                journal.session();
                try (RawClient second = RawClient.connect(server)) {
                    RawClient.Response response = second.send(handshake("/")).response();
                    assertThat(response.status()).isEqualTo(503);
                    assertThat(response.field("Retry-After")).isEqualTo("5");
                    assertThat(second.ends()).isTrue();
                }
                first.text("still there");
                assertThat(journal.next()).isEqualTo("still there");
            }
        }
    }
}
