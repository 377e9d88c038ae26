package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.WebSocketServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class SocketIoChatTest {
    private static Client connect(WebSocketServer server) throws Exception {
        Client client = new Client(server.uri("/socket.io/?EIO=4&transport=websocket"));
        assertThat(client.next()).startsWith("0{");
        client.send("40");
        assertThat(client.next()).startsWith("40{");
        return client;
    }

    @Test
    void everybodyInTheRoomGetsWhatIsSaidAndNobodyElse() throws Exception {
        try (WebSocketServer server = SocketIoChat.start(0);
                Client ann = connect(server);
                Client eve = connect(server)) {
            ann.send("42[\"join\",\"tea\"]");
            eve.send("42[\"join\",\"coffee\"]");
            ann.send("421[\"say\",{\"room\":\"tea\",\"text\":\"hello\"}]");
            assertThat(ann.next()).startsWith("42[\"message\",{\"from\":\"").endsWith("\",\"text\":\"hello\"}]");
            assertThat(ann.next()).isEqualTo("431[\"delivered\"]");
            eve.send("422[\"say\",{\"room\":\"nobody\",\"text\":\"hello\"}]");
            assertThat(eve.next()).isEqualTo("432[\"delivered\"]");
        }
    }

    @Test
    void thePageAndTheClientAreThere() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        try (WebSocketServer server = SocketIoChat.start(0)) {
            HttpResponse<String> page = client.send(
                    HttpRequest.newBuilder(server.httpUri("/")).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(page.body()).contains("/socket.io/socket.io.js").contains("textContent");
            HttpResponse<String> bundle = client.send(
                    HttpRequest.newBuilder(server.httpUri("/socket.io/socket.io.js"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(bundle.body()).contains("Socket.IO v");
        }
    }
}
