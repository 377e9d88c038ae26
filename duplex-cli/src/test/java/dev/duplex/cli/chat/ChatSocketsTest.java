package dev.duplex.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RawClient;
import dev.duplex.server.WebSocketServer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chat for clients of Socket.IO, packet by packet. */
class ChatSocketsTest {
    private final AtomicLong nanoTime = new AtomicLong();
    private final List<RawClient> clients = new ArrayList<>();
    private WebSocketServer server;

    @BeforeEach
    void start() {
        ChatSockets chat = new ChatSockets(new ChatRooms(100, Clock.systemUTC()), nanoTime::get);
        server = chat.server()
                .attach(WebSocketServer.builder().port(0).eventLoops(1))
                .start();
    }

    @AfterEach
    void stop() {
        clients.forEach(RawClient::close);
        server.close();
    }

    private RawClient open(String auth) {
        RawClient client = RawClient.open(server.uri("/socket.io/?EIO=4&transport=websocket"));
        clients.add(client);
        assertThat(client.text()).startsWith("0{");
        client.sendText("40" + auth);
        return client;
    }

    private RawClient joined(String auth, String name) {
        RawClient client = open(auth);
        assertThat(client.text()).startsWith("40{");
        client.sendText("42[\"join\",{\"name\":\"" + name + "\"}]");
        assertThat(client.text()).startsWith("42[\"welcome\",{").contains("\"name\":\"" + name + "\"");
        return client;
    }

    @Test
    void tellsWhoComesSpeaksAndGoes() {
        RawClient ann = joined("", "Ann");
        RawClient bob = joined("{\"room\":\"lobby\"}", "Bob");
        assertThat(ann.text()).startsWith("42[\"joined\",{").contains("\"name\":\"Bob\"");
        bob.sendText("42[\"say\",{\"text\":\"hello\"}]");
        for (RawClient client : List.of(ann, bob)) {
            assertThat(client.text())
                    .startsWith("42[\"message\",{\"id\":1,")
                    .contains("\"name\":\"Bob\"", "\"text\":\"hello\"");
        }
        ann.sendText("42[\"rename\",{\"name\":\"Anna\"}]");
        assertThat(bob.text()).startsWith("42[\"renamed\",{").contains("\"was\":\"Ann\"");
        assertThat(ann.text()).startsWith("42[\"renamed\",{");
        bob.close();
        assertThat(ann.text()).startsWith("42[\"left\",{").contains("\"name\":\"Bob\"");
    }

    @Test
    void roomsAreSeparate() {
        RawClient ann = joined("{\"room\":\"garden\"}", "Ann");
        RawClient bob = joined("{\"room\":\"shed\"}", "Ann");
        bob.sendText("42[\"say\",{\"text\":\"in the shed\"}]");
        assertThat(bob.text()).contains("in the shed");
        ann.sendText("42[\"say\",{\"text\":\"in the garden\"}]");
        assertThat(ann.text()).contains("\"id\":1,", "in the garden");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"say\"",
                "\"say\",1",
                "\"say\",{\"text\":1}",
                "\"join\",{\"name\":null}",
                "\"say\",{\"text\":\"early\"}"
            })
    void tellsWhatIsWrong(String event) {
        RawClient client = open("");
        assertThat(client.text()).startsWith("40{");
        client.sendText("42[" + event + "]");
        assertThat(client.text()).startsWith("42[\"error\",{\"code\":\"bad-message\"");
        client.sendText("42[\"join\",{\"name\":\"Ann\"}]");
        assertThat(client.text()).as("the connection goes on").startsWith("42[\"welcome\",{");
    }

    @Test
    void holdsThePace() {
        RawClient ann = joined("", "Ann");
        for (int i = 0; i < 20; i++) {
            ann.sendText("42[\"say\",{\"text\":\"" + i + "\"}]");
        }
        for (int i = 0; i < 19; i++) {
            assertThat(ann.text()).startsWith("42[\"message\"");
        }
        assertThat(ann.text()).startsWith("42[\"error\",{\"code\":\"too-fast\"");
    }

    @Test
    void refusesRoomsThatMayNotBe() {
        assertThat(open("{\"room\":\" \"}").text()).startsWith("44{\"message\":\"The name of a room");
    }
}
