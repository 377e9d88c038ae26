package dev.duplex.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChatProtocolTest {
    @Test
    void readsWhatMembersAskFor() throws ChatProblem {
        assertThat(ChatProtocol.read("{\"type\":\"join\",\"name\":\"Ann\"}")).isEqualTo(new ChatRequest.Join("Ann"));
        assertThat(ChatProtocol.read("{\"text\":\"h\\u00ef\",\"type\":\"say\"}"))
                .isEqualTo(new ChatRequest.Say("hï"));
        assertThat(ChatProtocol.read("{\"type\":\"rename\",\"name\":\"\"}")).isEqualTo(new ChatRequest.Rename(""));
    }

    @Test
    void skipsMembersItDoesNotKnow() throws ChatProblem {
        assertThat(ChatProtocol.read("{\"type\":\"say\",\"text\":\"a\",\"colour\":[1,{\"x\":null}]}"))
                .isEqualTo(new ChatRequest.Say("a"));
    }

    static List<String> hostile() {
        return List.of(
                "",
                " ",
                "hello",
                "null",
                "[]",
                "\"say\"",
                "{}",
                "{\"type\":\"say\"}",
                "{\"type\":\"say\",\"text\":7}",
                "{\"type\":\"say\",\"text\":null}",
                "{\"type\":\"say\",\"text\":{\"a\":\"b\"}}",
                "{\"type\":[\"say\"],\"text\":\"a\"}",
                "{\"type\":\"shout\",\"text\":\"a\"}",
                "{\"type\":\"join\"}",
                "{\"type\":\"say\",\"text\":\"a\"",
                "{\"type\":\"say\",\"text\":\"a\"}{}",
                "{\"type\":\"say\",\"type\":\"join\",\"text\":\"a\"}",
                "{\"type\":\"say\",\"text\":\"a\",\"text\":\"b\"}",
                "{\"type\":\"say\",\"text\":\"a\",\"n\":" + "9".repeat(100_000) + "}",
                "{\"type\":\"say\",\"text\":\"a\",\"n\":1e" + "9".repeat(40) + "}",
                "{\"" + "x".repeat(100_000) + "\":1,\"type\":\"say\",\"text\":\"a\"}",
                "[".repeat(100_000),
                "{\"a\":".repeat(50_000),
                "{\"type\":\"say\",\"text\":\"\u0001\"}",
                "\uFEFF{\"type\":\"say\",\"text\":\"a\"}");
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void answersAnythingElseWithBadMessage(String json) {
        assertThatExceptionOfType(ChatProblem.class)
                .isThrownBy(() -> ChatProtocol.read(json))
                .satisfies(problem -> {
                    assertThat(problem.code().word()).isEqualTo("bad-message");
                    assertThat(problem.text().length()).isLessThan(500);
                });
    }

    @Test
    void escapesWhatItWrites() {
        assertThat(ChatProtocol.message(3, new ChatMember("1", "\"\\"), "\u0000\n</script>", 5))
                .isEqualTo("{\"type\":\"message\",\"id\":3,\"from\":{\"id\":\"1\",\"name\":\"\\\"\\\\\"},"
                        + "\"text\":\"\\u0000\\n</script>\",\"time\":5}");
    }

    @Test
    void namesTheCodeOfAnError() {
        assertThat(ChatProtocol.error(new ChatProblem(ChatProblem.Code.TOO_FAST, "slower")))
                .isEqualTo("{\"type\":\"error\",\"code\":\"too-fast\",\"text\":\"slower\"}");
    }
}
