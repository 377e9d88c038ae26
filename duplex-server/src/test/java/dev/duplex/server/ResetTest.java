package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.deflate.DeflateOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that vanish with RST, at every phase: nothing of them stays (F21, C07). */
class ResetTest {
    private static final int ROUNDS = 50;
    private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate";

    private enum Phase {
        CONNECTED,
        HALF_A_REQUEST,
        HALF_A_BODY,
        UNDECIDED,
        HANDSHAKE_SENT,
        OPEN,
        HALF_A_FRAME,
        HALF_A_MESSAGE,
        COMPRESSED_MESSAGE,
        UNREAD_MESSAGES,
        CLOSE_SENT,
        CLOSE_RECEIVED,
        RESPONSE_UNREAD
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void leavesNothingBehind(Phase phase) throws Exception {
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger closed = new AtomicInteger();
        ServerMetrics metrics = new ServerMetrics() {
            @Override
            public void connectionOpened() {
                opened.incrementAndGet();
            }

            @Override
            public void connectionClosed(int code) {
                closed.incrementAndGet();
            }
        };
        Journal journal = new Journal() {
            @Override
            public void onOpen(Session session) throws Exception {
                session.subscribe("all");
                session.subscribe(session.id());
                if (session.query().has("close")) {
                    session.close(1000, "");
                }
                if (session.query().has("flood")) {
                    for (int i = 0; i < 5; i++) {
                        session.send("tea, coffee, water ".repeat(10_000));
                    }
                }
            }
        };
        try (WebSocketServer server = WebSocketServer.builder()
                .port(0)
                .eventLoops(2)
                .metrics(metrics)
                .maxConnections(1)
                .compression(DeflateOptions.DEDICATED.withMaxDedicated(1))
                .webSocket("/", journal)
                .webSocket("/undecided", Route.to(journal).onUpgradeAsync(request -> new CompletableFuture<>()))
                .http("/large", HttpHandler.of(request -> HttpResponse.bytes("a/b", new byte[1_000_000])))
                .start()) {
            for (int round = 0; round < ROUNDS; round++) {
                try (RawClient client = connectAsTheOnlyOne(server)) {
                    until(phase, client);
                    client.reset();
                }
            }
            try (RawClient client = connectAsTheOnlyOne(server)) {
                // The place is free when the channel has closed, the session has ended a moment later.
                Await.until("every end is told", () -> closed.get() == opened.get());
                client.send(RawClient.handshake("/", OFFER));
                RawClient.Response response = client.response();
                assertThat(response.status()).isEqualTo(101);
                // The one window of its own that there is has been given back each time.
                assertThat(response.field("Sec-WebSocket-Extensions"))
                        .contains("permessage-deflate")
                        .doesNotContain("server_no_context_takeover");
                Await.until("one session", () -> server.sessions().size() == 1);
                assertThat(server.topics()).hasSize(2);
                Await.until("it is told of", () -> opened.get() - closed.get() == 1);
                client.close(1000);
            }
            Await.until("no sessions", () -> server.sessions().isEmpty());
            Await.until("no topics", () -> server.topics().isEmpty());
            Await.until("every end is told", () -> closed.get() == opened.get());
        }
    }

    /** Connects once the only place is free, which the answer to a first request shows. */
    private static RawClient connectAsTheOnlyOne(WebSocketServer server) throws Exception {
        while (true) {
            RawClient client = RawClient.connect(server);
            try {
                if (client.send(RawClient.get("/nothing")).response().status() == 404) {
                    return client;
                }
            } catch (java.io.IOException refusedAndCut) {
                // The next try.
            }
            client.close();
        }
    }

    private static void until(Phase phase, RawClient client) throws Exception {
        switch (phase) {
            case CONNECTED -> {}
            case HALF_A_REQUEST -> client.send("GET / HTTP/1.1\r\nHo");
            case HALF_A_BODY -> client.send("POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
            case UNDECIDED -> client.send(RawClient.handshake("/undecided", OFFER) + "xyz");
            case HANDSHAKE_SENT -> client.send(RawClient.handshake("/", OFFER));
            case RESPONSE_UNREAD -> client.send(RawClient.get("/large").repeat(3));
            case CLOSE_RECEIVED -> open(client, "/?close").frame();
            case UNREAD_MESSAGES -> open(client, "/?flood").frame();
            case OPEN -> open(client, "/");
            case HALF_A_FRAME -> open(client, "/").sendHex("81 85 37fa");
            case HALF_A_MESSAGE -> open(client, "/").frame(0x01, new byte[1000]);
            // "Hello" deflated, as in RFC 7692 §7.2.3.1.
            case COMPRESSED_MESSAGE ->
                open(client, "/")
                        .sendHex("c1 87 00000000 f2 48 cd c9 c9 07 00")
                        .frame(0x41, new byte[] {(byte) 0xf2, 0x48});
            case CLOSE_SENT -> open(client, "/").close(1000);
        }
    }

    private static RawClient open(RawClient client, String path) throws Exception {
        assertThat(client.send(RawClient.handshake(path, OFFER)).response().status())
                .isEqualTo(101);
        return client;
    }

    @Test
    void countsNoPlainConnectionTwice() throws Exception {
        try (WebSocketServer server =
                WebSocketServer.builder().port(0).maxConnections(1).start()) {
            for (int i = 0; i < 10; i++) {
                try (RawClient client = connectAsTheOnlyOne(server)) {
                    client.send(RawClient.get("/", "Connection: close"));
                    assertThat(client.response().status()).isEqualTo(404);
                }
            }
        }
    }
}
