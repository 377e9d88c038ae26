package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;

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
                    .get(5, TimeUnit.SECONDS);
            client.sendText("Grüße, 世界", true);

            assertThat(received.get(5, TimeUnit.SECONDS)).isEqualTo("Grüße, 世界");
            assertThat(server.sessions()).hasSize(1);
        }
    }
}
