package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.duplex.core.CloseCode;
import dev.duplex.core.Limits;
import dev.duplex.transport.ReadyState;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.Tls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;

/** One test for each row of docs/coming-from-node.md: what WebSocket-Node and nodejs-websocket do can be done here. */
class ComingFromNodeTest {
    private static final Path TABLE = Path.of("../docs/coming-from-node.md");
    private static final byte[] BYTES = {1, 2, 3};

    private final Events events = new Events();

    private static WebSocketServer start(Consumer<WebSocketServer.Builder> settings) {
        WebSocketServer.Builder builder = WebSocketServer.builder().port(0);
        settings.accept(builder);
        return builder.start();
    }

    private WebSocketServer start(Route route) {
        return start(builder -> builder.webSocket("/", route));
    }

    private WebSocketServer start() {
        return start(Route.to(events));
    }

    /** Asks for a session; the answer is still to be read. */
    private static RawClient attempt(WebSocketServer server, String path, String... fields) throws IOException {
        return RawClient.connect(server).send(RawClient.handshake(path, fields));
    }

    // ------------------------------------------------------------------------------------------------------- the table

    @Test
    void everyRowHasItsTestAndEveryTestItsRow() throws IOException {
        Set<String> tests = Arrays.stream(ComingFromNodeTest.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> method.getName())
                .filter(name -> !name.equals("everyRowHasItsTestAndEveryTestItsRow"))
                .collect(Collectors.toSet());
        for (Path table : List.of(TABLE, TABLE.resolveSibling("coming-from-node.zh-CN.md"))) {
            List<String> rows = Files.readAllLines(table).stream()
                    .filter(line -> line.startsWith("| ") && !line.endsWith("| test |") && !line.endsWith("| 测试 |"))
                    .toList();
            assertThat(rows).hasSizeGreaterThan(50).allMatch(row -> row.matches(".*\\| (`\\w+`|—) \\|"));
            Set<String> named = Pattern.compile("(?m)\\| `(\\w+)` \\|$")
                    .matcher(String.join("\n", rows))
                    .results()
                    .map((MatchResult row) -> row.group(1))
                    .collect(Collectors.toSet());
            assertThat(named).as("tests named in %s", table).isEqualTo(tests);
        }
    }

    // ------------------------------------------------------------------------------------------------------ the server

    @Test
    void servesHttpAndWebSocketOnOnePort() throws Exception {
        try (WebSocketServer server = start(builder -> builder.webSocket("/", events)
                        .http("/page", HttpHandler.of(request -> HttpResponse.text(200, "a page"))));
                RawClient client = RawClient.open(server, "/")) {
            assertThat(get(server.httpUri("/page"))).isEqualTo("200 a page");
            client.text("hello");
            assertThat(events.next()).isEqualTo("text hello");
        }
    }

    @Test
    void listensOnSeveralAddresses() throws Exception {
        InetSocketAddress another = new InetSocketAddress("127.0.0.1", 0);
        try (WebSocketServer server = start(builder -> builder.bind(another).health("/health"))) {
            assertThat(server.addresses()).hasSize(2);
            for (var address : server.addresses()) {
                int port = ((InetSocketAddress) address).getPort();
                assertThat(get(URI.create("http://127.0.0.1:" + port + "/health")))
                        .startsWith("200");
            }
        }
    }

    @Test
    void stopsAcceptingAndKeepsItsSessions() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            int port = server.port();
            server.stopAccepting();
            client.text("still here");
            assertThat(events.next()).isEqualTo("text still here");
            // Somebody else can have the port.
            try (WebSocketServer successor =
                    WebSocketServer.builder().port(port).health("/health").start()) {
                assertThat(get(successor.httpUri("/health"))).startsWith("200");
            }
        }
    }

    @Test
    void routesByRegularExpression() throws Exception {
        Pattern expression = Pattern.compile("/v[0-9]+/chat");
        Route route = Route.to(events)
                .onUpgrade(request -> expression.matcher(request.path()).matches()
                        ? UpgradeResponse.accept()
                        : UpgradeResponse.reject(404, "no such endpoint"));
        try (WebSocketServer server = start(builder -> builder.webSocket("/*", route));
                RawClient client = RawClient.open(server, "/v2/chat");
                RawClient refused = attempt(server, "/v2/news")) {
            client.text("hello");
            assertThat(events.next()).isEqualTo("text hello");
            assertThat(refused.response().status()).isEqualTo(404);
        }
    }

    @Test
    void servesTwoSubprotocolsOnOnePath() throws Exception {
        Map<String, BiConsumer<Session, Message>> bySubprotocol = Map.of(
                "upper", (session, message) -> session.send(message.text().toUpperCase(Locale.ROOT)),
                "echo", (session, message) -> session.send(message));
        Route route = Route.to(WebSocketHandler.onMessage((session, message) ->
                        bySubprotocol.get(session.subprotocol().orElseThrow()).accept(session, message)))
                .subprotocols("upper", "echo");
        try (WebSocketServer server = start(route);
                RawClient upper = RawClient.open(server, "/", "Sec-WebSocket-Protocol: upper");
                RawClient echo = RawClient.open(server, "/", "Sec-WebSocket-Protocol: echo")) {
            upper.text("hello");
            echo.text("hello");
            assertThat(upper.frame().text()).isEqualTo("HELLO");
            assertThat(echo.frame().text()).isEqualTo("hello");
        }
    }

    @Test
    void closesWith1009PastTheMessageLimit() throws Exception {
        try (WebSocketServer server = start(Route.to(events).limits(Limits.DEFAULTS.withMaxMessageBytes(4)));
                RawClient client = RawClient.open(server, "/")) {
            client.text("12345");
            assertThat(client.frame().closeCode()).isEqualTo(CloseCode.MESSAGE_TOO_BIG);
        }
    }

    @Test
    void sendsAMessageInFragments() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            try (OutgoingMessage message = events.session().beginBinary()) {
                message.write(ByteBuffer.wrap(BYTES));
                message.write(ByteBuffer.wrap(new byte[] {4}));
            }
            RawClient.Frame first = client.frame();
            assertThat(first.fin()).isFalse();
            assertThat(first.opcode()).isEqualTo(2);
            assertThat(first.payload()).isEqualTo(BYTES);
            RawClient.Frame second = client.frame();
            assertThat(second.opcode()).isZero();
            assertThat(second.payload()).containsExactly(4);
            while (!second.fin()) {
                second = client.frame();
            }
        }
    }

    @Test
    void sendsWhatComesBetweenAfterTheParts() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            Session session = events.session();
            try (OutgoingMessage message = session.beginBinary()) {
                message.write(ByteBuffer.wrap(BYTES));
                session.send("between");
                message.write(ByteBuffer.wrap(BYTES));
            }
            RawClient.Frame frame = client.frame();
            while (!frame.fin()) {
                frame = client.frame();
                assertThat(frame.opcode()).as("continuation").isZero();
            }
            assertThat(client.text()).isEqualTo("between");
        }
    }

    @Test
    void pingsASilentPeer() throws Exception {
        Limits limits = Limits.DEFAULTS.withKeepalive(Duration.ofMillis(50), Duration.ofSeconds(20));
        try (WebSocketServer server = start(Route.to(events).limits(limits));
                RawClient client = RawClient.open(server, "/")) {
            assertThat(client.frame().opcode()).isEqualTo(9);
        }
    }

    @Test
    void cutsAPeerThatDoesNotAnswerPings() throws Exception {
        Limits limits = Limits.DEFAULTS.withKeepalive(Duration.ofMillis(50), Duration.ofMillis(50));
        try (WebSocketServer server = start(Route.to(events).limits(limits));
                RawClient client = RawClient.open(server, "/")) {
            assertThat(events.next()).isEqualTo("close 1006 '' clean false");
            assertThat(client.frame().opcode()).as("the ping").isEqualTo(9);
        }
    }

    @Test
    void deliversTheFragmentsOfAMessage() throws Exception {
        try (WebSocketServer server = start(Route.to(events).streaming());
                RawClient client = RawClient.open(server, "/")) {
            client.frame(0x02, BYTES);
            assertThat(events.next()).isEqualTo("binary 010203 ...");
            client.frame(0x80, new byte[] {4});
            assertThat(events.next()).isEqualTo("binary 04");
        }
    }

    @Test
    void acceptsWithoutAHook() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = attempt(server, "/")) {
            assertThat(client.response().field("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        }
    }

    @Test
    void takesTheClientsAddressFromATrustedProxyOnly() throws Exception {
        String forwarded = "X-Forwarded-For: 192.0.2.7";
        try (WebSocketServer server = start(
                        builder -> builder.webSocket("/", events).trustedProxies(TrustedProxies.of("127.0.0.1")));
                RawClient client = RawClient.open(server, "/", forwarded)) {
            assertThat(events.session().remoteAddress()).asString().contains("192.0.2.7");
        }
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/", forwarded)) {
            assertThat(events.session().remoteAddress())
                    .asString()
                    .isEqualTo(client.socket().getLocalSocketAddress().toString());
        }
    }

    @Test
    void cutsAPeerThatDoesNotAnswerTheCloseFrame() throws Exception {
        try (WebSocketServer server =
                        start(Route.to(events).limits(Limits.DEFAULTS.withCloseTimeout(Duration.ofMillis(50))));
                RawClient client = RawClient.open(server, "/")) {
            events.session().close();
            assertThat(client.frame().closeCode()).isEqualTo(CloseCode.NORMAL);
            assertThat(client.rest()).isEmpty();
            assertThat(events.next()).isEqualTo("close 1006 '' clean false");
        }
    }

    @Test
    void closesAllSessions() throws Exception {
        try (WebSocketServer server = start();
                RawClient one = RawClient.open(server, "/");
                RawClient two = RawClient.open(server, "/")) {
            events.session();
            events.session();
            server.sessions().forEach(Session::close);
            assertThat(one.frame().closeCode()).isEqualTo(CloseCode.NORMAL);
            assertThat(two.frame().closeCode()).isEqualTo(CloseCode.NORMAL);
            one.close(1000);
            two.close(1000);
        }
    }

    @Test
    void closesWith1001AndFreesThePort() throws Exception {
        WebSocketServer server = start();
        int port = server.port();
        try (RawClient client = RawClient.open(server, "/")) {
            events.session();
            CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
            assertThat(client.frame().closeCode()).isEqualTo(CloseCode.GOING_AWAY);
            client.close(1001);
            closed.get(20, TimeUnit.SECONDS);
        }
        try (WebSocketServer next = start(builder -> builder.port(port))) {
            assertThat(next.port()).isEqualTo(port);
        }
    }

    @Test
    void broadcastsTextAndBytes() throws Exception {
        try (WebSocketServer server = start();
                RawClient one = RawClient.open(server, "/");
                RawClient two = RawClient.open(server, "/")) {
            events.session();
            events.session();
            server.broadcast("to all");
            server.broadcast(BYTES);
            for (RawClient client : List.of(one, two)) {
                assertThat(client.text()).isEqualTo("to all");
                assertThat(client.frame().payload()).isEqualTo(BYTES);
            }
        }
    }

    @Test
    void listsTheSessions() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            Session session = events.session();
            assertThat(server.sessions()).containsExactly(session);
            client.close(1000);
            assertThat(events.next()).startsWith("close 1000");
            assertThat(server.sessions()).isEmpty();
        }
    }

    @Test
    void tellsItsAddresses() {
        try (WebSocketServer server = start()) {
            assertThat(server.addresses()).containsExactly(new InetSocketAddress("127.0.0.1", server.port()));
        }
    }

    @Test
    void saysThatThePortIsTaken() {
        try (WebSocketServer server = start()) {
            int port = server.port();
            assertThatExceptionOfType(UncheckedIOException.class)
                    .isThrownBy(() -> start(builder -> builder.port(port)))
                    .withMessageContaining(Integer.toString(port));
        }
    }

    @Test
    void countsOpenedAndRefusedHandshakes() throws Exception {
        BlockingQueue<String> counted = new LinkedBlockingQueue<>();
        ServerMetrics metrics = new ServerMetrics() {
            @Override
            public void connectionOpened() {
                counted.add("opened");
            }

            @Override
            public void handshakeRefused(int status) {
                counted.add("refused " + status);
            }
        };
        try (WebSocketServer server =
                        start(builder -> builder.webSocket("/", events).metrics(metrics));
                RawClient refused = attempt(server, "/nowhere")) {
            assertThat(refused.response().status()).isEqualTo(404);
            assertThat(counted.poll(20, TimeUnit.SECONDS)).isEqualTo("refused 404");
            try (RawClient opened = RawClient.open(server, "/")) {
                assertThat(counted.poll(20, TimeUnit.SECONDS)).isEqualTo("opened");
                opened.close(1000);
            }
        }
    }

    @Test
    void servesWss() throws Exception {
        try (WebSocketServer server = start(builder -> builder.webSocket("/", events)
                .tls(Tls.selfSigned("localhost"))
                .limits(Limits.DEFAULTS.withHandshakeTimeout(Duration.ofSeconds(30))))) {
            assertThat(server.uri("/")).hasScheme("wss");
            try (RawClient client = new RawClient(
                            trustingEverybody().getSocketFactory().createSocket("127.0.0.1", server.port()))
                    .send(RawClient.handshake("/"))) {
                assertThat(client.response().status()).isEqualTo(101);
                client.text("encrypted");
                assertThat(events.next()).isEqualTo("text encrypted");
                assertThat(events.session().tlsSession()).isPresent();
            }
        }
    }

    private static SSLContext trustingEverybody() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                null,
                new TrustManager[] {
                    new X509TrustManager() {
                        @Override
                        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

                        @Override
                        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

                        @Override
                        public X509Certificate[] getAcceptedIssuers() {
                            return new X509Certificate[0];
                        }
                    }
                },
                null);
        return context;
    }

    // ----------------------------------------------------------------------------------------------------- the request

    @Test
    void asksTheHookForEachRequest() throws Exception {
        Route route = Route.to(events)
                .onUpgrade(request ->
                        request.query().has("in") ? UpgradeResponse.accept() : UpgradeResponse.reject(403, "not in\n"));
        try (WebSocketServer server = start(route);
                RawClient in = attempt(server, "/?in");
                RawClient out = attempt(server, "/?out")) {
            assertThat(in.response().status()).isEqualTo(101);
            assertThat(out.response().status()).isEqualTo(403);
        }
    }

    @Test
    void decidesLater() throws Exception {
        CompletableFuture<UpgradeResponse> decision = new CompletableFuture<>();
        CompletableFuture<UpgradeRequest> asked = new CompletableFuture<>();
        Route route = Route.to(events).onUpgradeAsync(request -> {
            asked.complete(request);
            return decision;
        });
        try (WebSocketServer server = start(route)) {
            CompletableFuture<RawClient> client = CompletableFuture.supplyAsync(() -> {
                try {
                    return RawClient.open(server, "/");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            asked.get(20, TimeUnit.SECONDS);
            assertThat(server.sessions()).isEmpty();
            decision.complete(UpgradeResponse.accept());
            try (RawClient opened = client.get(20, TimeUnit.SECONDS)) {
                assertThat(server.sessions()).hasSize(1);
                opened.close(1000);
            }
        }
    }

    @Test
    void readsTheRequest() throws Exception {
        try (WebSocketServer server = start(builder ->
                        builder.webSocket("/room/{name}", Route.to(events).origins(OriginPolicy.any())));
                RawClient client = RawClient.open(server, "/room/a%20b?tag=1&tag=2", "Origin: https://example.com")) {
            UpgradeRequest request = events.session().request();
            assertThat(request.host()).isEqualTo("127.0.0.1");
            assertThat(request.http().target()).isEqualTo("/room/a%20b?tag=1&tag=2");
            assertThat(request.path()).isEqualTo("/room/a b");
            assertThat(request.pathParameter("name")).isEqualTo("a b");
            assertThat(request.query().all("tag")).containsExactly("1", "2");
            assertThat(request.handshake().key()).isEqualTo("dGhlIHNhbXBsZSBub25jZQ==");
            assertThat(request.headers().first("sec-websocket-version")).hasValue("13");
            assertThat(request.origin()).hasValue("https://example.com");
        }
    }

    @Test
    void listsTheSubprotocolsOffered() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = attempt(server, "/", "Sec-WebSocket-Protocol: Chat, echo-protocol")) {
            assertThat(client.response().field("Sec-WebSocket-Protocol")).isEmpty();
            assertThat(events.session().request().subprotocols()).containsExactly("Chat", "echo-protocol");
        }
    }

    @Test
    void listsTheExtensionsOffered() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = attempt(
                        server,
                        "/",
                        "Sec-WebSocket-Extensions: x-unknown, permessage-deflate; client_max_window_bits")) {
            assertThat(client.response().field("Sec-WebSocket-Extensions")).startsWith("permessage-deflate");
            assertThat(events.session().request().handshake().extensions())
                    .extracting(extension -> extension.name())
                    .containsExactly("x-unknown", "permessage-deflate");
        }
    }

    @Test
    void readsTheCookies() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/", "Cookie: sid=31d4; lang=zh")) {
            assertThat(events.session().cookies())
                    .containsExactlyInAnyOrderEntriesOf(Map.of("sid", "31d4", "lang", "zh"));
        }
    }

    @Test
    void tellsTheRemoteAddress() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            assertThat(events.session().remoteAddress())
                    .asString()
                    .isEqualTo(client.socket().getLocalSocketAddress().toString());
        }
    }

    @Test
    void acceptsWithSubprotocolCookieAndHeader() throws Exception {
        Route route = Route.to(events)
                .onUpgrade(request -> UpgradeResponse.accept()
                        .withSubprotocol("echo-protocol")
                        .withCookie(SetCookie.builder("sid", "31d4")
                                .path("/")
                                .httpOnly()
                                .maxAge(Duration.ofHours(1))
                                .build())
                        .withHeader("X-Node", "a"));
        try (WebSocketServer server = start(route);
                RawClient client = attempt(server, "/", "Sec-WebSocket-Protocol: chat, echo-protocol")) {
            RawClient.Response response = client.response();
            assertThat(response.status()).isEqualTo(101);
            assertThat(response.field("Sec-WebSocket-Protocol")).isEqualTo("echo-protocol");
            assertThat(response.field("Set-Cookie")).startsWith("sid=31d4");
            assertThat(response.field("X-Node")).isEqualTo("a");
        }
    }

    @Test
    void refusesWith500ASubprotocolThatWasNotOffered() throws Exception {
        Route route =
                Route.to(events).onUpgrade(request -> UpgradeResponse.accept().withSubprotocol("not-offered"));
        try (WebSocketServer server = start(route);
                RawClient client = attempt(server, "/", "Sec-WebSocket-Protocol: chat")) {
            assertThat(client.response().status()).isEqualTo(500);
        }
    }

    @Test
    void rejectsWithStatusReasonAndHeaders() throws Exception {
        Route route = Route.to(events)
                .onUpgrade(request -> UpgradeResponse.reject(401, "Sign in first.\n")
                        .withHeader("WWW-Authenticate", "Basic realm=\"chat\""));
        try (WebSocketServer server = start(route);
                RawClient client = attempt(server, "/")) {
            RawClient.Response response = client.response();
            assertThat(response.status()).isEqualTo(401);
            assertThat(response.field("WWW-Authenticate")).isEqualTo("Basic realm=\"chat\"");
            assertThat(response.body()).isEqualTo("Sign in first.\n");
        }
    }

    // -------------------------------------------------------------------------------------------------- the connection

    @Test
    void tellsSubprotocolAndExtensions() throws Exception {
        try (WebSocketServer server = start(Route.to(events).subprotocols("echo-protocol"));
                RawClient client = attempt(
                        server,
                        "/",
                        "Sec-WebSocket-Protocol: echo-protocol",
                        "Sec-WebSocket-Extensions: permessage-deflate")) {
            Session session = events.session();
            assertThat(client.response().field("Sec-WebSocket-Protocol")).isEqualTo("echo-protocol");
            assertThat(session.subprotocol()).hasValue("echo-protocol");
            assertThat(session.extensions()).startsWith("permessage-deflate");
        }
    }

    @Test
    void refusesSubprotocolsThatItDoesNotSpeak() throws Exception {
        try (WebSocketServer server = start(Route.to(events).subprotocols("echo-protocol"));
                RawClient client = attempt(server, "/", "Sec-WebSocket-Protocol: chat")) {
            assertThat(client.response().status()).isEqualTo(400);
        }
    }

    @Test
    void tellsItsReadyState() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            Session session = events.session();
            assertThat(session.isOpen()).isTrue();
            assertThat(session.readyState()).isEqualTo(ReadyState.OPEN);
            client.close(1000);
            assertThat(events.next()).startsWith("close 1000");
            assertThat(session.isOpen()).isFalse();
            assertThat(session.readyState()).isEqualTo(ReadyState.CLOSED);
            assertThat(ReadyState.values())
                    .containsExactly(ReadyState.CONNECTING, ReadyState.OPEN, ReadyState.CLOSING, ReadyState.CLOSED);
        }
    }

    @Test
    void tellsOfTheOpenSession() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            events.session().send("welcome");
            assertThat(client.text()).isEqualTo("welcome");
        }
    }

    @Test
    void tellsTheCloseCodeAndReason() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            client.frame(0x88, "\u000f\u00a1enough".getBytes(StandardCharsets.ISO_8859_1));
            assertThat(events.next()).isEqualTo("close 4001 'enough' clean true");
            assertThat(client.frame().closeCode()).isEqualTo(4001);
        }
    }

    @Test
    void sendsTextAndBytes() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            Session session = events.session();
            session.send("Grüße, 世界");
            session.send(BYTES);
            session.send(ByteBuffer.wrap(BYTES));
            assertThat(client.text()).isEqualTo("Grüße, 世界");
            assertThat(client.frame().payload()).isEqualTo(BYTES);
            assertThat(client.frame().opcode()).isEqualTo(2);
        }
    }

    @Test
    void answersWhatBecameOfAMessage() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            Session session = events.session();
            assertThat(session.send("now")).isEqualTo(SendResult.SENT);
            client.close(1000);
            assertThat(events.next()).startsWith("close 1000");
            assertThat(session.send("too late")).isEqualTo(SendResult.CLOSED);
        }
    }

    @Test
    void sendsPingAndPong() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            Session session = events.session();
            session.ping(BYTES);
            session.pong(BYTES);
            RawClient.Frame ping = client.frame();
            assertThat(ping.opcode()).isEqualTo(9);
            assertThat(ping.payload()).isEqualTo(BYTES);
            assertThat(client.frame().opcode()).isEqualTo(10);
        }
    }

    @Test
    void closesWithCodeAndReason() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            events.session().close(4002, "over");
            RawClient.Frame close = client.frame();
            assertThat(close.closeCode()).isEqualTo(4002);
            assertThat(close.closeReason()).isEqualTo("over");
            client.close(4002);
            assertThat(events.next()).startsWith("close 4002").endsWith("clean true");
        }
    }

    @Test
    void cutsTheConnection() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            events.session().terminate();
            assertThat(client.rest()).isEmpty();
            assertThat(events.next()).isEqualTo("close 1006 '' clean false");
        }
    }

    @Test
    void pausesAndResumes() throws Exception {
        Events pausing = new Events() {
            @Override
            public void onMessage(Session session, Message message) throws Exception {
                super.onMessage(session, message);
                if (message.text().equals("one")) {
                    session.pause();
                }
            }
        };
        try (WebSocketServer server = start(Route.to(pausing));
                RawClient client = RawClient.open(server, "/")) {
            Session session = pausing.session();
            client.text("one");
            assertThat(pausing.next()).isEqualTo("text one");
            client.text("two");
            session.send("a turn of the loop");
            assertThat(client.text()).isEqualTo("a turn of the loop");
            assertThat(pausing.isEmpty()).isTrue();
            session.resume();
            assertThat(pausing.next()).isEqualTo("text two");
        }
    }

    @Test
    void tellsWhenASlowPeerHasCaughtUp() throws Exception {
        byte[] large = new byte[64 * 1024];
        AtomicInteger sent = new AtomicInteger(1);
        AtomicLong buffered = new AtomicLong();
        Events sending = new Events() {
            @Override
            public void onOpen(Session session) throws Exception {
                while (session.send(large) == SendResult.SENT) {
                    sent.incrementAndGet();
                }
                buffered.set(session.bufferedAmount());
                super.onOpen(session);
            }
        };
        Limits roomy = Limits.DEFAULTS.withMaxBufferedBytes(64 * 1024 * 1024);
        try (WebSocketServer server = start(Route.to(sending).limits(roomy));
                RawClient client = RawClient.open(server, "/")) {
            sending.session();
            assertThat(buffered).hasPositiveValue();
            for (int i = 0; i < sent.get(); i++) {
                assertThat(client.frame().payload()).hasSameSizeAs(large);
            }
            assertThat(sending.next()).isEqualTo("drain");
        }
    }

    @Test
    void receivesTextAndBytes() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            client.text("世界");
            client.frame(0x82, BYTES);
            assertThat(events.next()).isEqualTo("text 世界");
            assertThat(events.next()).isEqualTo("binary 010203");
        }
    }

    @Test
    void keepsACharacterWholeThatTwoFragmentsShare() throws Exception {
        byte[] umlaut = "é".getBytes(StandardCharsets.UTF_8);
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            client.frame(0x01, new byte[] {umlaut[0]});
            client.frame(0x80, new byte[] {umlaut[1]});
            assertThat(events.next()).isEqualTo("text é");
        }
    }

    @Test
    void tellsOfAPingThatItHasAnswered() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            client.frame(0x89, BYTES);
            assertThat(client.frame().opcode()).isEqualTo(10);
            assertThat(events.next()).isEqualTo("ping 010203");
        }
    }

    @Test
    void tellsOfAPong() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = RawClient.open(server, "/")) {
            client.frame(0x8A, BYTES);
            assertThat(events.next()).isEqualTo("pong 010203");
        }
    }

    @Test
    void tellsWhatAHandlerThrew() throws Exception {
        Events failing = new Events() {
            @Override
            public void onMessage(Session session, Message message) {
                throw new IllegalStateException("of the handler");
            }
        };
        try (WebSocketServer server = start(Route.to(failing));
                RawClient client = RawClient.open(server, "/")) {
            client.text("x");
            assertThat(failing.next()).isEqualTo("error of the handler");
            assertThat(client.frame().closeCode()).isEqualTo(CloseCode.INTERNAL_ERROR);
        }
    }

    @Test
    void namesTheCloseCodes() {
        assertThat(List.of(
                        CloseCode.NORMAL,
                        CloseCode.GOING_AWAY,
                        CloseCode.PROTOCOL_ERROR,
                        CloseCode.UNSUPPORTED_DATA,
                        CloseCode.NO_STATUS,
                        CloseCode.ABNORMAL,
                        CloseCode.INVALID_PAYLOAD,
                        CloseCode.POLICY_VIOLATION,
                        CloseCode.MESSAGE_TOO_BIG,
                        CloseCode.MANDATORY_EXTENSION,
                        CloseCode.INTERNAL_ERROR,
                        CloseCode.TLS_HANDSHAKE))
                .containsExactly(1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1015);
    }

    // --------------------------------------------------------------------------------------------- the router, clients

    @Test
    void routesByPath() throws Exception {
        Events others = new Events();
        try (WebSocketServer server =
                        start(builder -> builder.webSocket("/chat", events).webSocket("/*", others));
                RawClient chat = RawClient.open(server, "/chat");
                RawClient other = RawClient.open(server, "/any/thing")) {
            chat.text("chat");
            other.text("other");
            assertThat(events.next()).isEqualTo("text chat");
            assertThat(others.next()).isEqualTo("text other");
        }
    }

    @Test
    void answers404WhereNoRouteIs() throws Exception {
        try (WebSocketServer server = start();
                RawClient client = attempt(server, "/nowhere")) {
            assertThat(client.response().status()).isEqualTo(404);
        }
    }

    @Test
    void talksToTheClientOfTheJdk() throws Exception {
        CompletableFuture<String> received = new CompletableFuture<>();
        try (WebSocketServer server = start(Route.to(WebSocketHandler.onMessage(Session::send)))) {
            WebSocket client = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(server.uri("/"), new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
                            received.complete(data.toString());
                            return WebSocket.Listener.super.onText(webSocket, data, last);
                        }
                    })
                    .get(20, TimeUnit.SECONDS);
            client.sendText("hello", true);
            assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo("hello");
            client.abort();
        }
    }

    private static String get(URI uri) throws Exception {
        java.net.http.HttpResponse<String> response = HttpClient.newHttpClient()
                .send(java.net.http.HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }
}
