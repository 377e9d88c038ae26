package dev.duplex.socketio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.server.OriginPolicy;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Request by request. What the official client makes of it: {@code EngineIoTest}. */
class EngineServerTest {
    private static final String POLLING = "?EIO=4&transport=polling";
    private static final String WEBSOCKET = "?EIO=4&transport=websocket";
    private static final String ORIGIN = "Origin";
    private static final String ALLOWED = "access-control-allow-origin";

    private final Journal journal = new Journal();
    private EngineServer engine;
    private WebSocketServer server;

    private Http start() {
        return start(builder -> builder);
    }

    private Http start(UnaryOperator<EngineServer.Builder> settings) {
        engine = settings.apply(EngineServer.builder(journal)).build();
        server = engine.attach(WebSocketServer.builder().port(0).eventLoops(2)).start();
        return new Http(server, "/engine.io/");
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static String header(HttpResponse<?> response, String name) {
        return String.join(", ", response.headers().allValues(name));
    }

    // ------------------------------------------------------------------------------------------------------- handshake

    @Test
    void shakesHandsByPolling() throws Exception {
        HttpResponse<String> response = start().get(POLLING);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .matches("0\\{\"sid\":\"[A-Za-z0-9_-]{20}\",\"upgrades\":\\[\"websocket\"],\"pingInterval\":25000,"
                        + "\"pingTimeout\":20000,\"maxPayload\":1000000}");
        assertThat(header(response, "content-type")).isEqualTo("text/plain; charset=UTF-8");
        assertThat(header(response, "cache-control")).isEqualTo("no-store");
        assertThat(header(response, "set-cookie")).isEmpty();
        assertThat(header(response, ALLOWED)).isEmpty();
        assertThat(journal.next()).isEqualTo("connection");
        assertThat(engine.clientsCount()).isEqualTo(1);
        assertThat(engine.clients()).hasSize(1);
    }

    @Test
    void shakesHandsOnAWebSocket() throws Exception {
        Http.Frames frames = start().webSocket(WEBSOCKET);
        assertThat(frames.next()).matches("0\\{\"sid\":\"[A-Za-z0-9_-]{20}\",\"upgrades\":\\[],.*");
        frames.send("4hello");
        assertThat(frames.next()).isEqualTo("4hello");
        frames.send(new byte[] {1, 2});
        assertThat(frames.next()).isEqualTo("bytes \u0001\u0002");
        frames.close();
        assertThat(List.of(journal.next(), journal.next(), journal.next(), journal.next()))
                .containsExactly("connection", "text hello", "bytes [1, 2]", "close transport close");
    }

    @Test
    void tellsEverySessionFromTheOthers() throws Exception {
        Http http = start();
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            ids.add(http.open());
        }
        assertThat(ids).hasSize(100).allMatch(id -> id.matches("[A-Za-z0-9_-]{20}"));
    }

    @Test
    void sendsTheInitialPacketAlong() throws Exception {
        Http http = start(builder -> builder.initialPacket("hello"));
        assertThat(http.get(POLLING).body()).startsWith("0{").endsWith("}\u001e4hello");
        Http.Frames frames = http.webSocket(WEBSOCKET);
        assertThat(frames.next()).startsWith("0{");
        assertThat(frames.next()).isEqualTo("4hello");
    }

    @Test
    void tellsClientsOfNoUpgradesThatAreNotAllowed() throws Exception {
        assertThat(start(builder -> builder.allowUpgrades(false)).get(POLLING).body())
                .contains("\"upgrades\":[]");
        server.close();
        Http http = start(builder -> builder.transports(TransportName.POLLING));
        assertThat(http.get(POLLING).body()).contains("\"upgrades\":[]");
        assertThatThrownBy(() -> http.webSocket(WEBSOCKET)).hasMessageContaining("WebSocketHandshakeException");
    }

    // ---------------------------------------------------------------------------------------------------------- errors

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "?EIO=4                                | 0 | Transport unknown",
                "?EIO=4&transport=tube                 | 0 | Transport unknown",
                "?EIO=4&transport=webtransport         | 0 | Transport unknown",
                "?EIO=4&transport=constructor          | 0 | Transport unknown",
                "?EIO=4&transport=polling&sid=nobody   | 1 | Session ID unknown",
                "?EIO=4&transport=polling&sid=__proto__| 1 | Session ID unknown",
                "?EIO=4&transport=websocket            | 3 | Bad request",
                "?EIO=3&transport=polling              | 5 | Unsupported protocol version",
                "?transport=polling                    | 5 | Unsupported protocol version",
                "?EIO=5&transport=polling              | 5 | Unsupported protocol version",
            })
    void refusesWithACode(String query, int code, String message) throws Exception {
        BlockingQueue<ConnectionError> errors = new LinkedBlockingQueue<>();
        HttpResponse<String> response =
                start(builder -> builder.onConnectionError(errors::add)).get(query);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(header(response, "content-type")).isEqualTo("application/json");
        assertThat(response.body()).isEqualTo("{\"code\":" + code + ",\"message\":\"" + message + "\"}");
        ConnectionError error = errors.remove();
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.message()).isEqualTo(message);
        assertThat(engine.clientsCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
    void shakesHandsWithGetOnly(String method) throws Exception {
        Http http = start();
        HttpResponse<String> response = http.send(http.request(POLLING)
                .method(method, HttpRequest.BodyPublishers.ofString("4a"))
                .build());
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).isEqualTo("{\"code\":2,\"message\":\"Bad handshake method\"}");
    }

    @Test
    void refusesOtherMethodsForASession() throws Exception {
        Http http = start();
        String query = POLLING + "&sid=" + http.open();
        HttpResponse<String> response = http.send(http.request(query).DELETE().build());
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
        assertThat(http.post(query, "4a").body()).isEqualTo("ok");
    }

    @Test
    void aSessionKeepsItsRevision() throws Exception {
        Http http = start(builder -> builder.allowEIO3(true));
        String id = http.open();
        assertThat(http.get("?EIO=3&transport=polling&sid=" + id).body())
                .isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
    }

    @Test
    void refusesAnOpeningHandshakeWith400AndWords() throws Exception {
        Http http = start();
        for (String query : List.of("?EIO=4&transport=tube", WEBSOCKET + "&sid=nobody", POLLING)) {
            assertThatThrownBy(() -> http.webSocket(query))
                    .as(query)
                    .rootCause()
                    .hasMessageContaining("400");
        }
    }

    @Test
    void isSilentElsewhere() throws Exception {
        start();
        assertThat(new Http(server, "/engine.io").get(POLLING).statusCode()).isEqualTo(404);
        assertThat(new Http(server, "/other/").get(POLLING).statusCode()).isEqualTo(404);
        assertThat(new Http(server, "/engine.io/deeper/").get(POLLING).statusCode())
                .as("Node's server matches by prefix")
                .isEqualTo(200);
    }

    @Test
    void servesThePathThatItIsGiven() throws Exception {
        start(builder -> builder.path("/live/").addTrailingSlash(false));
        assertThat(new Http(server, "/live").get(POLLING).statusCode()).isEqualTo(200);
        assertThat(new Http(server, "/live/").get(POLLING).statusCode()).isEqualTo(200);
        assertThat(engine.path()).isEqualTo("/live");
        assertThat(new Http(server, "/engine.io/").get(POLLING).statusCode()).isEqualTo(404);
    }

    // --------------------------------------------------------------------------------------------------------- polling

    @Test
    void aGetWaitsForAMessage() throws Exception {
        Http http = start();
        String query = POLLING + "&sid=" + http.open();
        EngineSocket socket = journal.socket();
        CompletableFuture<HttpResponse<String>> poll = http.getLater(query);
        while (!socket.writable()) {
            Thread.onSpinWait();
        }
        assertThat(poll).isNotDone();
        socket.send(List.of(EngineMessage.text("a"), EngineMessage.binary(new byte[] {1, 2, 3, 4})));
        assertThat(poll.get(30, TimeUnit.SECONDS).body()).isEqualTo("4a\u001ebAQIDBA==");
    }

    @Test
    void aPostBringsMessagesAndIsAnsweredWithOk() throws Exception {
        Http http = start();
        String query = POLLING + "&sid=" + http.open();
        HttpResponse<String> response = http.post(query, "4a\u001ebAQI=\u001e4\u20ac");
        assertThat(response.body()).isEqualTo("ok");
        assertThat(header(response, "content-type")).isEqualTo("text/html");
        assertThat(List.of(journal.next(), journal.next(), journal.next(), journal.next()))
                .containsExactly("connection", "text a", "bytes [1, 2]", "text \u20ac");
        assertThat(http.get(query).body()).isEqualTo("4a\u001ebAQI=\u001e4\u20ac");
    }

    @Test
    void twoGetsAtATimeEndTheSession() throws Exception {
        Http http = start();
        String query = POLLING + "&sid=" + http.open();
        EngineSocket socket = journal.socket();
        CompletableFuture<HttpResponse<String>> first = http.getLater(query);
        while (!socket.writable()) {
            Thread.onSpinWait();
        }
        assertThat(http.get(query).statusCode()).isEqualTo(400);
        assertThat(first.get(30, TimeUnit.SECONDS).body()).isEqualTo("1");
        assertThat(List.of(journal.next(), journal.next())).containsExactly("connection", "close transport error");
        assertThat(http.get(query).body()).isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");
    }

    @Test
    void aGetThatIsBrokenOffEndsTheSession() throws Exception {
        Http http = start();
        String query = POLLING + "&sid=" + http.open();
        EngineSocket socket = journal.socket();
        CompletableFuture<HttpResponse<String>> poll = http.getLater(query);
        while (!socket.writable()) {
            Thread.onSpinWait();
        }
        poll.cancel(true);
        assertThat(List.of(journal.next(), journal.next())).containsExactly("connection", "close transport error");
        assertThat(socket.readyState()).isEqualTo(ReadyState.CLOSED);
        assertThat(engine.clientsCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "", "4a\u001e", "b%%%", "9", "\u0000"})
    void aMalformedBodyEndsTheSession(String body) throws Exception {
        Http http = start();
        String query = POLLING + "&sid=" + http.open();
        assertThat(http.post(query, body).statusCode()).isEqualTo(400);
        assertThat(http.get(query).statusCode()).isEqualTo(400);
        assertThat(engine.clientsCount()).isZero();
    }

    @Test
    void aBodyOfBytesEndsTheSession() throws Exception {
        Http http = start();
        String query = POLLING + "&sid=" + http.open();
        HttpResponse<String> response = http.send(http.request(query)
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[] {4, 1}))
                .header("Content-Type", "application/octet-stream")
                .build());
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(engine.clientsCount()).isZero();
    }

    @Test
    void aBodyThatIsTooLargeGets413AndTheSessionGoesOn() throws Exception {
        Http http = start(builder -> builder.maxHttpBufferSize(10).cors(Cors.origin("http://a.example")));
        String query = POLLING + "&sid=" + http.open();
        HttpResponse<String> response = http.post(query, "4" + "x".repeat(10));
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(header(response, ALLOWED)).as("a page may see the status").isEqualTo("http://a.example");
        assertThat(http.post(query, "4" + "x".repeat(9)).statusCode()).isEqualTo(200);
        assertThat(http.get(query).body()).isEqualTo("4" + "x".repeat(9));
    }

    @Test
    void manyPacketsInOneBodyAreTaken() throws Exception {
        Http http = start(builder -> builder.blocking());
        String query = POLLING + "&sid=" + http.open();
        assertThat(journal.next()).isEqualTo("connection");
        assertThat(http.post(query, "4\u001e".repeat(5_000) + "4end").statusCode())
                .isEqualTo(200);
        for (int i = 0; i < 5_000; i++) {
            assertThat(journal.next()).isEqualTo("text ");
        }
        assertThat(journal.next()).isEqualTo("text end");
    }

    @Test
    void manyMessagesOfAWebSocketReachAHandlerThatTakesItsTime() throws Exception {
        Http.Frames frames = start(builder -> builder.blocking()).webSocket(WEBSOCKET);
        assertThat(frames.next()).startsWith("0{");
        frames.send("4wait");
        for (int i = 0; i < 2_000; i++) {
            frames.send("4" + i);
        }
        assertThat(List.of(journal.next(), journal.next())).containsExactly("connection", "text wait");
        journal.goOn.countDown();
        assertThat(frames.next()).isEqualTo("4wait");
        for (int i = 0; i < 2_000; i++) {
            assertThat(frames.next()).isEqualTo("4" + i);
        }
    }

    @Test
    void aClosePacketEndsTheSession() throws Exception {
        Http http = start();
        String query = POLLING + "&sid=" + http.open();
        EngineSocket socket = journal.socket();
        CompletableFuture<HttpResponse<String>> poll = http.getLater(query);
        while (!socket.writable()) {
            Thread.onSpinWait();
        }
        assertThat(http.post(query, "1").body()).isEqualTo("ok");
        assertThat(poll.get(30, TimeUnit.SECONDS).body()).isEqualTo("6");
        assertThat(List.of(journal.next(), journal.next())).containsExactly("connection", "close transport close");
    }

    @Test
    void compressesLargeResponsesForWhoCanReadThem() throws Exception {
        Http http = start();
        String query = POLLING + "&sid=" + http.open();
        String large = "x".repeat(1023);
        for (String accepted : List.of("gzip, deflate, br", "deflate", "gzip;q=0, *;q=0.1", "br", "gzip;q=0")) {
            http.post(query, "4" + large);
            HttpResponse<byte[]> response = http.bytes(
                    http.request(query).header("Accept-Encoding", accepted).build());
            String encoding = header(response, "content-encoding");
            byte[] body = response.body();
            switch (accepted) {
                case "gzip, deflate, br" -> {
                    assertThat(encoding).isEqualTo("gzip");
                    body = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
                }
                case "deflate", "gzip;q=0, *;q=0.1" -> {
                    assertThat(encoding).isEqualTo("deflate");
                    body = new InflaterInputStream(new ByteArrayInputStream(body)).readAllBytes();
                }
                default -> assertThat(encoding).isEmpty();
            }
            assertThat(new String(body, StandardCharsets.US_ASCII)).isEqualTo("4" + large);
        }
        http.post(query, "4" + large.substring(1));
        HttpResponse<byte[]> small =
                http.bytes(http.request(query).header("Accept-Encoding", "gzip").build());
        assertThat(header(small, "content-encoding")).isEmpty();
        journal.socket().send(List.of(EngineMessage.text(large, false)));
        HttpResponse<byte[]> asked =
                http.bytes(http.request(query).header("Accept-Encoding", "gzip").build());
        assertThat(header(asked, "content-encoding")).isEmpty();
    }

    // --------------------------------------------------------------------------------------------------------- upgrade

    @Test
    void upgrades() throws Exception {
        Http http = start();
        String id = http.open();
        EngineSocket socket = journal.socket();
        CompletableFuture<HttpResponse<String>> poll = http.getLater(POLLING + "&sid=" + id);
        Http.Frames frames = http.webSocket(WEBSOCKET + "&sid=" + id);
        frames.send("2probe");
        assertThat(frames.next()).isEqualTo("3probe");
        assertThat(poll.get(30, TimeUnit.SECONDS).body()).isEqualTo("6");
        frames.send("5");
        assertThat(List.of(journal.next(), journal.next())).containsExactly("connection", "upgrade");
        assertThat(socket.transport()).isEqualTo(TransportName.WEBSOCKET);
        frames.send("4hello");
        assertThat(frames.next()).isEqualTo("4hello");
        assertThat(http.get(POLLING + "&sid=" + id).body()).isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
        Http.Frames second = http.webSocket(WEBSOCKET + "&sid=" + id);
        assertThat(second.next()).isEqualTo("end 1000");
        frames.send("4still there");
        assertThat(frames.next()).isEqualTo("4still there");
    }

    @Test
    void aWebSocketThatFailsDuringTheUpgradeLeavesPollingAlone() throws Exception {
        Http http = start();
        String id = http.open();
        Http.Frames broken = http.webSocket(WEBSOCKET + "&sid=" + id);
        broken.send("2probe");
        assertThat(broken.next()).isEqualTo("3probe");
        broken.abort();
        assertThat(http.post(POLLING + "&sid=" + id, "4hello").body()).isEqualTo("ok");
        assertThat(http.get(POLLING + "&sid=" + id).body()).isEqualTo("4hello");
    }

    @Test
    void anUpgradeThatTakesTooLongLeavesPollingAlone() throws Exception {
        Http http = start(builder -> builder.upgradeTimeout(Duration.ofMillis(100)));
        String id = http.open();
        assertThat(http.webSocket(WEBSOCKET + "&sid=" + id).next()).isEqualTo("end 1000");
        assertThat(http.post(POLLING + "&sid=" + id, "4hello").body()).isEqualTo("ok");
        assertThat(http.get(POLLING + "&sid=" + id).body()).isEqualTo("4hello");
    }

    // ------------------------------------------------------------------------------------------------ abandoned
    // sessions

    @Test
    void sessionsThatAreAbandonedLeaveNothing() throws Exception {
        Http http = start(builder -> builder.pingInterval(Duration.ofMillis(50)).pingTimeout(Duration.ofMillis(50)));
        int sessions = 200;
        for (int i = 0; i < sessions; i++) {
            http.open();
        }
        int timeouts = 0;
        for (int told = 0; told < 2 * sessions; told++) {
            timeouts += journal.next().equals("close ping timeout") ? 1 : 0;
        }
        assertThat(timeouts).isEqualTo(sessions);
        assertThat(engine.clientsCount()).isZero();
        assertThat(engine.clients()).isEmpty();
    }

    @Test
    void thereIsABoundOfSessions() throws Exception {
        Http http = start(builder -> builder.maxClients(2));
        String first = http.open();
        http.open();
        assertThat(http.get(POLLING).statusCode()).isEqualTo(503);
        assertThatThrownBy(() -> http.webSocket(WEBSOCKET)).rootCause().hasMessageContaining("503");
        http.post(POLLING + "&sid=" + first, "1");
        assertThat(http.get(POLLING).statusCode()).isEqualTo(200);
    }

    // -------------------------------------------------------------------------------------------------------- settings

    @Test
    void asksTheApplicationForAdmission() throws Exception {
        Http http = start(builder -> builder.allowRequest(request -> CompletableFuture.supplyAsync(() -> {
            String token = request.query().first("token").orElse("");
            return token.equals("good") ? Admission.allow() : Admission.refuse(token.isEmpty() ? "" : "bad \"" + token);
        })));
        assertThat(http.get(POLLING + "&token=good").statusCode()).isEqualTo(200);
        HttpResponse<String> refused = http.get(POLLING + "&token=%22other");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).isEqualTo("{\"code\":4,\"message\":\"bad \\\"\\\"other\"}");
        assertThat(http.get(POLLING).body()).isEqualTo("{\"code\":4,\"message\":\"Forbidden\"}");
        assertThatThrownBy(() -> http.webSocket(WEBSOCKET)).rootCause().hasMessageContaining("400");
        assertThat(http.webSocket(WEBSOCKET + "&token=good").next()).startsWith("0{");
    }

    @Test
    void addsHeaders() throws Exception {
        AtomicInteger responses = new AtomicInteger();
        Http http = start(builder -> builder.onInitialHeaders((fields, request) -> fields.add("x-first", "yes"))
                .onHeaders((fields, request) -> fields.add("x-number", "" + responses.incrementAndGet())));
        HttpResponse<String> handshake = http.get(POLLING);
        assertThat(header(handshake, "x-first")).isEqualTo("yes");
        assertThat(header(handshake, "x-number")).isEqualTo("1");
        HttpResponse<String> post = http.post(POLLING + "&sid=" + Http.sid(handshake.body()), "4a");
        assertThat(header(post, "x-first")).isEmpty();
        assertThat(header(post, "x-number")).isEqualTo("2");
        http.webSocket(WEBSOCKET);
        assertThat(responses.get()).isEqualTo(3);
    }

    @Test
    void setsTheCookieThatIsAskedFor() throws Exception {
        Http http = start(builder -> builder.cookie("io"));
        HttpResponse<String> handshake = http.get(POLLING);
        String id = Http.sid(handshake.body());
        assertThat(header(handshake, "set-cookie"))
                .startsWith("io=" + id)
                .contains("Path=/", "HttpOnly", "SameSite=Lax");
        HttpResponse<String> post = http.post(POLLING + "&sid=" + id, "4a");
        assertThat(header(post, "set-cookie")).isEmpty();
    }

    @Test
    void usesTheIdsThatItIsGiven() throws Exception {
        AtomicInteger number = new AtomicInteger();
        Http http = start(builder -> builder.generateId(
                request -> number.incrementAndGet() < 3 ? "the-id-" + number : number.get() == 3 ? "the-id-1" : "\""));
        assertThat(http.open()).isEqualTo("the-id-1");
        assertThat(http.open()).isEqualTo("the-id-2");
        assertThat(http.get(POLLING).body()).as("one in use").isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
        assertThat(http.get(POLLING).body()).as("no id").isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
        assertThat(engine.clientsCount()).isEqualTo(2);
    }

    // ------------------------------------------------------------------------------------------------- other origins

    @Test
    void sendsNoCorsFieldsUnlessToldTo() throws Exception {
        Http http = start();
        HttpResponse<String> response = http.get(POLLING, ORIGIN, "http://evil.example");
        assertThat(response.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control"));
        assertThatThrownBy(() -> http.webSocket(WEBSOCKET, ORIGIN, "http://evil.example"))
                .rootCause()
                .hasMessageContaining("403");
        assertThat(http.webSocket(WEBSOCKET, ORIGIN, "http://127.0.0.1:" + server.port())
                        .next())
                .startsWith("0{");
    }

    @Test
    void answersPreflights() throws Exception {
        Http http = start(builder -> builder.cors(Cors.origins("http://a.example", "http://b.example")
                .credentials(true)
                .maxAge(Duration.ofMinutes(1))));
        HttpResponse<String> preflight = http.send(http.request(POLLING)
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .headers(ORIGIN, "http://b.example", "Access-Control-Request-Headers", "x-token")
                .build());
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(header(preflight, ALLOWED)).isEqualTo("http://b.example");
        assertThat(header(preflight, "access-control-allow-credentials")).isEqualTo("true");
        assertThat(header(preflight, "access-control-allow-headers")).isEqualTo("x-token");
        assertThat(header(preflight, "access-control-allow-methods")).isEqualTo("GET,HEAD,PUT,PATCH,POST,DELETE");
        assertThat(header(preflight, "access-control-max-age")).isEqualTo("60");
        assertThat(header(preflight, "vary")).contains("Origin");
        assertThat(header(http.get(POLLING, ORIGIN, "http://a.example"), ALLOWED))
                .isEqualTo("http://a.example");
        HttpResponse<String> foreign = http.get(POLLING, ORIGIN, "http://c.example");
        assertThat(header(foreign, ALLOWED)).isEmpty();
        HttpResponse<String> error = http.get("?EIO=4&transport=tube", ORIGIN, "http://a.example");
        assertThat(header(error, ALLOWED)).as("errors too").isEqualTo("http://a.example");
    }

    @Test
    void webSocketsMayBeOpenedFromWherePollingMay() throws Exception {
        Http http = start(builder -> builder.cors(Cors.origins(Pattern.compile("^https://[a-z]+\\.example$"))));
        assertThat(http.webSocket(WEBSOCKET, ORIGIN, "https://app.example").next())
                .startsWith("0{");
        assertThatThrownBy(() -> http.webSocket(WEBSOCKET, ORIGIN, "https://app.example.evil"))
                .rootCause()
                .hasMessageContaining("403");
        assertThat(http.webSocket(WEBSOCKET, ORIGIN, "http://127.0.0.1:" + server.port())
                        .next())
                .startsWith("0{");
        server.close();
        Http any = start(builder -> builder.origins(OriginPolicy.any()));
        assertThat(any.webSocket(WEBSOCKET, ORIGIN, "http://evil.example").next())
                .startsWith("0{");
    }

    // ------------------------------------------------------------------------------------------------------- revision
    // 3

    @Test
    void speaksRevision3IfAllowed() throws Exception {
        Http http = start(builder -> builder.allowEIO3(true));
        HttpResponse<String> handshake = http.get("?EIO=3&transport=polling&b64=1");
        assertThat(handshake.body()).matches("\\d+:0\\{\"sid\":.*");
        String query = "?EIO=3&transport=polling&b64=1&sid=" + Http.sid(handshake.body());
        assertThat(http.post(query, "6:4hello10:b4AQIDBA==1:2").body()).isEqualTo("ok");
        assertThat(http.get(query).body()).isEqualTo("1:36:4hello10:b4AQIDBA==");
        assertThat(journal.socket().protocol()).isEqualTo(3);
        Http.Frames frames = http.webSocket("?EIO=3&transport=websocket");
        assertThat(frames.next()).startsWith("0{");
        frames.send(new byte[] {4, 1, 2});
        assertThat(frames.next()).isEqualTo("bytes \u0004\u0001\u0002");
    }

    @Test
    void answersWithAScriptIfAskedFor() throws Exception {
        Http http = start();
        HttpResponse<String> handshake = http.get(POLLING + "&j=7%22x");
        assertThat(handshake.body()).startsWith("___eio[7](\"0{\\\"sid\\\":").endsWith("\");");
        assertThat(header(handshake, "content-type")).isEqualTo("text/javascript; charset=UTF-8");
        String id = handshake.body().replaceAll(".*sid\\\\\":\\\\\"([^\\\\]+).*", "$1");
        String query = POLLING + "&j=8&sid=" + id;
        assertThat(http.post(query, "d=4a%5Cnb%5C%5Cnc%3C").body()).isEqualTo("ok");
        assertThat(List.of(journal.next(), journal.next())).containsExactly("connection", "text a\nb\\nc<");
        assertThat(http.get(query).body()).isEqualTo("___eio[8](\"4a\\nb\\\\nc\\u003c\");");
    }

    // -------------------------------------------------------------------------------------------------------- handlers

    @Test
    void aHandlerThatThrowsEndsItsSessionAndNoOther() throws Exception {
        Http http = start();
        Http.Frames good = http.webSocket(WEBSOCKET);
        Http.Frames bad = http.webSocket(WEBSOCKET);
        assertThat(good.next()).startsWith("0{");
        assertThat(bad.next()).startsWith("0{");
        bad.send("4throw");
        assertThat(bad.next()).isEqualTo("end 1000");
        good.send("4hello");
        assertThat(good.next()).isEqualTo("4hello");
        assertThat(engine.clientsCount()).isEqualTo(1);
    }

    @Test
    void volatileMessagesLeaveAtOnceOrNever() throws Exception {
        Http http = start();
        String query = POLLING + "&sid=" + http.open();
        EngineSocket socket = journal.socket();
        socket.sendVolatile(List.of(EngineMessage.text("lost")));
        socket.send("kept");
        assertThat(http.get(query).body()).isEqualTo("4kept");
    }

    @Test
    void endsWithTheServer() throws Exception {
        Http http = start();
        String query = POLLING + "&sid=" + http.open();
        EngineSocket socket = journal.socket();
        CompletableFuture<HttpResponse<String>> poll = http.getLater(query);
        while (!socket.writable()) {
            Thread.onSpinWait();
        }
        server.close();
        assertThat(poll.get(30, TimeUnit.SECONDS).body()).isEqualTo("1");
        assertThat(List.of(journal.next(), journal.next())).containsExactly("connection", "close forced close");
        assertThat(engine.clientsCount()).isZero();
    }

    @Test
    void sharesItsPortWithOtherRoutes() throws Exception {
        engine = EngineServer.builder(journal).build();
        server = engine.attach(WebSocketServer.builder()
                        .port(0)
                        .health("/health")
                        .webSocket("/echo", WebSocketHandler.onMessage((session, message) -> session.send(message))))
                .start();
        assertThat(new Http(server, "/health").get("").statusCode()).isEqualTo(200);
        Http.Frames echo = new Http(server, "/echo").webSocket("");
        echo.send("hello");
        assertThat(echo.next()).isEqualTo("hello");
        assertThat(new Http(server, "/engine.io/").get(POLLING).statusCode()).isEqualTo(200);
    }

    @Test
    void refusesSettingsThatAreNone() {
        EngineServer.Builder builder = EngineServer.builder(journal);
        assertThatThrownBy(() -> builder.path("engine.io")).hasMessageContaining("must begin with a slash");
        assertThatThrownBy(() -> builder.pingInterval(Duration.ZERO)).hasMessageContaining("pingInterval");
        assertThatThrownBy(() -> builder.maxHttpBufferSize(0)).hasMessageContaining("maxHttpBufferSize");
        assertThatThrownBy(() -> Cors.anyOrigin().optionsSuccessStatus(404)).hasMessageContaining("200 to 299");
    }
}
