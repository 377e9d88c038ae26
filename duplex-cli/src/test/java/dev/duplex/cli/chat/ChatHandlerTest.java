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

/** The chat over real connections. */
class ChatHandlerTest {
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: duplex-chat.v1";

    private final AtomicLong nanoTime = new AtomicLong();
    private final List<RawClient> clients = new ArrayList<>();
    private WebSocketServer server;

    @BeforeEach
    void start() {
        ChatHandler chat = new ChatHandler(new ChatRooms(100, Clock.systemUTC()), nanoTime::get);
        server = WebSocketServer.builder()
                .port(0)
                .webSocket("/", chat.route())
                .webSocket("/room/{name}", chat.route())
                .start();
    }

    @AfterEach
    void stop() {
        clients.forEach(RawClient::close);
        server.close();
    }

    private RawClient open(String target, String... fields) {
        RawClient client = RawClient.open(server.uri(target), fields);
        clients.add(client);
        return client;
    }

    private RawClient joined(String target, String name) {
        RawClient client = open(target, PROTOCOL);
        client.sendText("{\"type\":\"join\",\"name\":\"" + name + "\"}");
        assertThat(client.text()).contains("\"type\":\"welcome\"", "\"name\":\"" + name + "\"");
        return client;
    }

    private static RawClient say(RawClient client, String text) {
        return client.sendText("{\"type\":\"say\",\"text\":\"" + text + "\"}");
    }

    @Test
    void bringsPlainAndNamedMembersTogether() {
        RawClient ann = joined("/", "Ann");
        RawClient plain = open("/");
        assertThat(ann.text()).contains("\"type\":\"joined\"", "\"name\":\"guest-1\"");
        plain.sendText("hi all");
        assertThat(plain.text()).isEqualTo("hi all");
        assertThat(ann.text()).contains("\"name\":\"guest-1\"", "\"text\":\"hi all\"");
        say(ann, "hi guest");
        assertThat(ann.text()).contains("\"name\":\"Ann\"", "\"text\":\"hi guest\"");
        assertThat(plain.text()).isEqualTo("Ann: hi guest");
    }

    @Test
    void tellsWhenAConnectionEnds() {
        RawClient ann = joined("/", "Ann");
        RawClient bob = joined("/", "Bob");
        assertThat(ann.text()).contains("\"type\":\"joined\"");
        bob.close();
        assertThat(ann.text()).contains("\"type\":\"left\"", "\"name\":\"Bob\"");
    }

    @Test
    void keepsRoomsApartAndCallsTheRootTheLobby() {
        RawClient lobby = joined("/", "Ann");
        RawClient sameLobby = joined("/room/lobby", "Bob");
        assertThat(lobby.text()).contains("\"name\":\"Bob\"");
        RawClient tea = joined("/room/t%C3%A9", "Ann");
        say(tea, "green");
        say(lobby, "hello");
        assertThat(sameLobby.text()).contains("\"text\":\"hello\"");
        assertThat(tea.text()).contains("\"text\":\"green\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello",
                "{\"type\":\"say\",\"text\":[[[[[[[[[[[[]]]]]]]]]]]]}",
                "{\"type\":\"say\",\"type\":\"say\",\"text\":\"a\"}",
                "{\"type\":\"say\",\"text\":7}"
            })
    void answersNonsenseAndStaysOpen(String nonsense) {
        RawClient ann = joined("/", "Ann");
        assertThat(ann.sendText(nonsense).text()).contains("\"type\":\"error\"", "\"code\":\"bad-message\"");
        assertThat(ann.sendBinary("00").text()).contains("\"code\":\"bad-message\"");
        assertThat(say(ann, "still here").text()).contains("\"text\":\"still here\"");
    }

    @Test
    void slowsDownWhoSpeaksTooFast() {
        RawClient ann = joined("/", "Ann");
        for (int i = 1; i < 20; i++) {
            assertThat(say(ann, "text " + i).text()).contains("\"text\":\"text " + i + "\"");
        }
        assertThat(say(ann, "too much").text()).contains("\"code\":\"too-fast\"");
        nanoTime.addAndGet(200_000_000);
        assertThat(say(ann, "patience").text()).contains("\"text\":\"patience\"");
        assertThat(say(ann, "none").text()).contains("\"code\":\"too-fast\"");
    }

    @Test
    void tellsPlainMembersAloneWhatTheyDidWrong() {
        RawClient plain = open("/");
        assertThat(plain.sendText("x".repeat(4001)).text()).contains("4000");
        assertThat(plain.sendBinary("00").text()).contains("binary");
        assertThat(plain.sendText("x").text()).isEqualTo("x");
    }

    @Test
    void refusesOtherSubprotocolsAndBadRooms() {
        assertThat(open("/", "Sec-WebSocket-Protocol: chat").status()).isEqualTo(400);
        assertThat(open("/room/" + "x".repeat(65)).status()).isEqualTo(400);
        assertThat(open("/room/%20").status()).isEqualTo(400);
        assertThat(open("/", "Sec-WebSocket-Protocol: chat, duplex-chat.v1").head())
                .containsIgnoringCase("sec-websocket-protocol: duplex-chat.v1\r\n");
    }

    /** Half of them named and half plain; ten speak at the same time. */
    @Test
    void bringsEveryMessageToAThousandMembersInOneOrder() {
        int speakers = 10;
        int each = 15;
        for (int i = 0; i < 1000; i++) {
            if (i < 500) {
                open("/room/big", PROTOCOL);
            } else {
                open("/room/big");
            }
        }
        for (int i = 0; i < 500; i++) {
            clients.get(i).sendText("{\"type\":\"join\",\"name\":\"member-" + i + "\"}");
        }
        for (int i = 0; i < 500; i++) {
            assertThat(clients.get(i).text()).contains("\"type\":\"welcome\"", "\"name\":\"member-" + i + "\"");
        }
        for (int round = 0; round < each; round++) {
            for (int speaker = 0; speaker < speakers; speaker++) {
                say(clients.get(speaker * 50), round + " of " + speaker);
            }
        }
        List<String> order = texts(clients.get(0), speakers * each);
        assertThat(order).doesNotHaveDuplicates();
        for (int member = 1; member < 500; member++) {
            assertThat(texts(clients.get(member), speakers * each)).isEqualTo(order);
        }
        for (int guest = 500; guest < 1000; guest++) {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < speakers * each; i++) {
                String line = clients.get(guest).text();
                texts.add(line.substring(line.indexOf(": ") + 2));
            }
            assertThat(texts).isEqualTo(order);
        }
    }

    /** The texts of the next messages, whose numbers must be 1, 2, 3 and so on; who comes and goes is skipped. */
    private static List<String> texts(RawClient client, int count) {
        List<String> texts = new ArrayList<>();
        while (texts.size() < count) {
            String json = client.text();
            if (json.startsWith("{\"type\":\"message\"")) {
                assertThat(json).startsWith("{\"type\":\"message\",\"id\":" + (texts.size() + 1) + ",");
                int start = json.indexOf("\"text\":\"") + 8;
                texts.add(json.substring(start, json.indexOf('"', start)));
            }
        }
        return texts;
    }
}
