package dev.duplex.cli.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.Target;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SocketIoTest {
    private static SocketIo of(String url) {
        return new SocketIo(Target.of(url), "/socket.io/", null);
    }

    private static String packet(SocketIo spoken, String line) throws Exception {
        return ((Outgoing.Text) spoken.packet(line)).text();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "move | 42[\"move\"]",
                "move 1 2 | 42[\"move\",1,2]",
                "say {\"text\":\"hi\"} | 42[\"say\",{\"text\":\"hi\"}]",
                "say hello there | 42[\"say\",\"hello there\"]",
                "say [1] [2] | 42[\"say\",[1],[2]]",
                "say \"quoted\" null | 42[\"say\",\"quoted\",null]",
                "[\"ask me\",1] | 42[\"ask me\",1]",
                "#5 \"fine\" | 435[\"fine\"]",
                "#5 | 435[]",
                "? move 1 | 421[\"move\",1]",
                "?[\"ask me\"] | 421[\"ask me\"]"
            })
    void linesAreEvents(String line, String packet) throws Exception {
        assertThat(packet(of("ws://host"), line)).isEqualTo(packet);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[1]", "[\"a\"] [\"b\"]", "[not json", "?"})
    void refusesLinesThatAreNone(String line) {
        assertThatThrownBy(() -> of("ws://host").packet(line))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected an event");
    }

    @Test
    void questionsAreNumbered() throws Exception {
        SocketIo spoken = of("ws://host/chat");
        assertThat(packet(spoken, "?a")).isEqualTo("42/chat,1[\"a\"]");
        assertThat(packet(spoken, "?b")).isEqualTo("42/chat,2[\"b\"]");
    }

    @Test
    void emptyLinesAreLeftOut() throws Exception {
        Iterator<String> lines = List.of("", "a", "  ", "b").iterator();
        MessageReader packets = of("ws://host").packets(() -> lines.hasNext() ? new Outgoing.Text(lines.next()) : null);
        assertThat(packets.next()).isEqualTo(new Outgoing.Text("42[\"a\"]"));
        assertThat(packets.next()).isEqualTo(new Outgoing.Text("42[\"b\"]"));
        assertThat(packets.next()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "host:3000, ws://host:3000/socket.io/?EIO=4&transport=websocket",
        "http://host/admin, http://host/socket.io/?EIO=4&transport=websocket",
        "https://host/admin?token=a, https://host/socket.io/?EIO=4&transport=websocket&token=a"
    })
    void thePathOfTheUrlIsTheNamespace(String typed, String connected) throws Exception {
        SocketIo spoken = of(typed);
        assertThat(spoken.target().url()).isEqualTo(connected);
        assertThat(packet(spoken, "a")).isEqualTo(typed.contains("admin") ? "42/admin,[\"a\"]" : "42[\"a\"]");
    }

    @Test
    void authIsAnObject() {
        for (String auth : List.of("[1]", "text", "{", "1")) {
            assertThatThrownBy(() -> new SocketIo(Target.of("ws://host"), "/socket.io/", auth))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("--auth");
        }
    }
}
