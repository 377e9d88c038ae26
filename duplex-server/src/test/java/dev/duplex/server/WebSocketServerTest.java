package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WebSocketServerTest {
    @Test
    void echoesToTheClientOfTheJdk() throws Exception {
        try (WebSocketServer server = WebSocketServer.builder()
                .port(0)
                .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                .start()) {
            CompletableFuture<String> received = new CompletableFuture<>();
            WebSocket client = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(server.uri("/echo"), new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
                            received.complete(data.toString());
                            return WebSocket.Listener.super.onText(webSocket, data, last);
                        }
                    })
                    .get(30, TimeUnit.SECONDS);
            client.sendText("Grüße, 世界", true);

            assertThat(received.get(30, TimeUnit.SECONDS)).isEqualTo("Grüße, 世界");
            assertThat(server.sessions()).hasSize(1);
        }
    }

    @Test
    void aSessionTerminatedAsItOpensHasBeenAcceptedAllTheSame() throws Exception {
        WebSocketHandler handler = new WebSocketHandler() {
            @Override
            public void onOpen(Session session) {
                session.terminate();
            }
        };
        try (WebSocketServer server =
                WebSocketServer.builder().port(0).webSocket("/drop", handler).start()) {
            CompletableFuture<Throwable> ended = new CompletableFuture<>();
            HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(server.uri("/drop"), new WebSocket.Listener() {
                        @Override
                        public void onError(WebSocket webSocket, Throwable error) {
                            ended.complete(error);
                        }

                        @Override
                        public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
                            ended.complete(new AssertionError("a close frame " + code));
                            return CompletableFuture.completedFuture(null);
                        }
                    })
                    .get(30, TimeUnit.SECONDS);

            // The JDK's client reports an end without a close frame as 1006, or as an error.
            assertThat(ended.get(30, TimeUnit.SECONDS))
                    .satisfiesAnyOf(
                            error -> assertThat(error).isInstanceOf(IOException.class),
                            error -> assertThat(error).hasMessage("a close frame 1006"));
        }
    }

    @Test
    void refusesNumbersOutOfRangeAndNamesThem() {
        WebSocketServer.Builder builder = WebSocketServer.builder();
        assertThatThrownBy(() -> builder.port(65_536))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port must be 0 to 65535 but was 65536");
        assertThatThrownBy(() -> builder.port(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.maxConnections(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxConnections");
        assertThatThrownBy(() -> builder.maxHttpBodyBytes(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.eventLoops(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
