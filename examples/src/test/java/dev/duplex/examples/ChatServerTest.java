package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.WebSocketServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class ChatServerTest {
    @Test
    void everybodyInTheRoomGetsWhatIsSaidAndNobodyElse() throws Exception {
        try (WebSocketServer server = ChatServer.start(0);
                Client ann = new Client(server.uri("/room/tea"));
                Client bob = new Client(server.uri("/room/tea"));
                Client eve = new Client(server.uri("/room/coffee"))) {
            // A session is a member before its client has the answer to the handshake.
            eve.send("coffee");
            assertThat(eve.next()).isEqualTo("coffee");
            bob.send("here I am");
            assertThat(bob.next()).isEqualTo("here I am");
            assertThat(ann.next()).isEqualTo("here I am");
            ann.send("tea");
            assertThat(ann.next()).isEqualTo("tea");
            assertThat(bob.next()).isEqualTo("tea");
            eve.send("more coffee");
            assertThat(eve.next()).isEqualTo("more coffee");
        }
    }

    @Test
    void thePageIsThere() throws Exception {
        try (WebSocketServer server = ChatServer.start(0)) {
            HttpResponse<String> page = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(server.httpUri("/")).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("/room/tea").contains("textContent");
        }
    }
}
