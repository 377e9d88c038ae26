package dev.duplex.server;

import static dev.duplex.server.RawClient.get;
import static dev.duplex.server.RawClient.handshake;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.core.Limits;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

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

    @Test
    void givesBackWhatWasTakenForASessionThatDoesNotOpen() throws Exception {
        CompletableFuture<UpgradeResponse> late = new CompletableFuture<>();
        CountDownLatch givenBack = new CountDownLatch(2);
        try (WebSocketServer server = builder()
                .limits(Limits.DEFAULTS.withHandshakeTimeout(Duration.ofSeconds(2)))
                .webSocket("/late", Route.to(new Journal()).onUpgradeAsync(request -> late))
                .webSocket(
                        "/wrong",
                        Route.to(new Journal())
                                .onUpgrade(request -> UpgradeResponse.accept()
                                        .withSubprotocol("not offered")
                                        .orElse(givenBack::countDown)))
                .start()) {
            try (RawClient client = RawClient.connect(server)) {
                assertThat(client.send(handshake("/late")).response().status()).isEqualTo(503);
            }
            late.complete(UpgradeResponse.accept().orElse(givenBack::countDown));
            try (RawClient client = RawClient.connect(server)) {
                assertThat(client.send(handshake("/wrong")).response().status()).isEqualTo(500);
            }
            assertThat(givenBack.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void givesNothingBackForASessionThatOpens() throws Exception {
        CountDownLatch givenBack = new CountDownLatch(1);
        Journal journal = new Journal();
        try (WebSocketServer server = builder()
                        .webSocket(
                                "/",
                                Route.to(journal)
                                        .onUpgrade(request ->
                                                UpgradeResponse.accept().orElse(givenBack::countDown)))
                        .start();
                RawClient client = RawClient.open(server, "/")) {
            client.text("hello");
            assertThat(journal.next()).isEqualTo("hello");
            assertThat(givenBack.getCount()).isEqualTo(1);
        }
    }
}
