package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.server.Message;
import dev.duplex.server.Route;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What the guide shows does what the guide says. */
class SnippetsTest {
    private static final WebSocketHandler ECHO = WebSocketHandler.onMessage(Session::send);

    private static WebSocketServer start(Route route) {
        return WebSocketServer.builder().port(0).webSocket("/", route).start();
    }

    private static WebSocketServer start(UnaryOperator<WebSocketServer.Builder> settings) {
        return settings.apply(WebSocketServer.builder().webSocket("/", ECHO))
                .port(0)
                .start();
    }

    @Test
    void onlyWhoIsSignedInMayIn() throws Exception {
        WebSocketHandler greeting = new WebSocketHandler() {
            @Override
            public void onOpen(Session session) {
                session.send("hello " + session.attributes().get("user"));
            }
        };
        try (WebSocketServer server = start(Snippets.signedIn(greeting, Map.of("31d4", "Ann")));
                Client ann = new Client(server.uri("/"), "Cookie", "sid=31d4")) {
            assertThat(ann.next()).isEqualTo("hello Ann");
            assertThatThrownBy(() -> new Client(server.uri("/")))
                    .hasCauseInstanceOf(WebSocketHandshakeException.class)
                    .extracting(thrown -> ((WebSocketHandshakeException) thrown.getCause())
                            .getResponse()
                            .statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void onlyListedOriginsMayIn() throws Exception {
        try (WebSocketServer server = start(Snippets::origins);
                Client listed = new Client(server.uri("/"), "Origin", "https://chat.example.com")) {
            listed.send("x");
            assertThat(listed.next()).isEqualTo("x");
            assertThatThrownBy(() -> new Client(server.uri("/"), "Origin", "https://example.org"))
                    .hasCauseInstanceOf(WebSocketHandshakeException.class);
        }
    }

    @Test
    void theMessageLimitIsKept() throws Exception {
        try (WebSocketServer server = start(Snippets::limits);
                Client client = new Client(server.uri("/"))) {
            client.send("x".repeat(64 * 1024 + 1));
            assertThat(client.next()).startsWith("closed 1009");
        }
    }

    @Test
    void theOtherSettingsStart() throws Exception {
        try (WebSocketServer server = start(
                        builder -> Snippets.compression(Snippets.keepalive(Snippets.behindProxy(builder)), ECHO));
                Client client = new Client(server.uri("/video"))) {
            client.send("x");
            assertThat(client.next()).isEqualTo("x");
        }
    }

    @Test
    void theProducerSendsEveryLineToAReaderWhoLagsBehind() throws Exception {
        try (WebSocketServer server = start(Snippets.blocking(new Snippets.Lines()));
                Client client = new Client(server.uri("/"))) {
            for (int i = 0; i < 100_000; i++) {
                assertThat(client.next()).isEqualTo("line " + i);
            }
        }
    }

    @Test
    void theFavouriteSubprotocolOfTheServerIsSpoken() throws Exception {
        CompletableFuture<Boolean> second = new CompletableFuture<>();
        WebSocketHandler asking = new WebSocketHandler() {
            @Override
            public void onOpen(Session session) {
                second.complete(Snippets.speaksVersion2(session));
            }
        };
        try (WebSocketServer server = start(Snippets.versions(asking));
                Client client = new Client(server.uri("/"))) {
            assertThat(second.get(20, TimeUnit.SECONDS)).isFalse();
            client.close();
        }
    }

    @Test
    void aMessageIsAnsweredByItsKind() throws Exception {
        try (WebSocketServer server = start(Route.to(WebSocketHandler.onMessage(Snippets::answer)));
                Client client = new Client(server.uri("/"))) {
            client.send("x");
            assertThat(client.next()).isEqualTo("you said x");
            client.sendPart(new byte[] {1}, true);
            assertThat(client.next()).isEqualTo("closed 1003 text only");
        }
    }

    @Test
    void aCloseArrivesWithItsReason() throws Exception {
        WebSocketHandler closing = WebSocketHandler.onMessage((session, message) -> Snippets.closing(session));
        try (WebSocketServer server = start(Snippets.blocking(closing));
                Client client = new Client(server.uri("/"))) {
            client.send("x");
            assertThat(client.next()).isEqualTo("closed 4000 this game is over");
        }
    }

    @Test
    void partsAreHandedOverAsTheyCome() throws Exception {
        WebSocketHandler sizes = new WebSocketHandler() {
            @Override
            public void onMessage(Session session, Message message) {
                session.send(message.size() + " " + message.isLast());
            }
        };
        try (WebSocketServer server = start(Snippets.upload(sizes));
                Client client = new Client(server.uri("/"))) {
            client.sendPart(new byte[] {1, 2, 3}, false);
            assertThat(client.next()).isEqualTo("3 false");
        }
    }

    @Test
    void aMessageMadeOfPartsIsOneMessage() throws Exception {
        WebSocketHandler twice = WebSocketHandler.onMessage((session, message) -> {
            Snippets.parts(session, ByteBuffer.wrap(message.bytes()), ByteBuffer.wrap(message.bytes()));
            Snippets.price(session, "ACME", "17");
        });
        try (WebSocketServer server = start(Snippets.prices(twice));
                Client client = new Client(server.uri("/"))) {
            client.send("x");
            assertThat(client.next()).isEqualTo("ACME 17");
        }
    }
}
