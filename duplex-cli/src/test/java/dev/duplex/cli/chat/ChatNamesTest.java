package dev.duplex.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatNamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"A", "Ann", "王小明", "Grüße", "👩‍💻", "a b", "12345678901234567890123456789012"})
    void allowsNamesOfOneTo32Characters(String name) throws ChatProblem {
        assertThat(ChatNames.checked(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "123456789012345678901234567890123",
                "a\nb",
                "a\u0000b",
                "a\u007fb",
                "a\u2028b",
                "\ud83d",
                "\u200b",
                "\u3164",
                "\u202e\u2800"
            })
    void refusesNamesThatAreEmptyTooLongOrDoNotShow(String name) {
        assertThatExceptionOfType(ChatProblem.class)
                .isThrownBy(() -> ChatNames.checked(name))
                .satisfies(problem -> assertThat(problem.code().word()).isEqualTo("name-invalid"));
    }

    @Test
    void leavesOutTheWhiteSpaceAround() throws ChatProblem {
        assertThat(ChatNames.checked("  Ann\t")).isEqualTo("Ann");
    }

    @ParameterizedTest
    @CsvSource({"Ann, aNN", "Ann, A\u200bnn", "Ann, Ａｎｎ", "Straße, STRASSE", "é, e\u0301", "guest-1, Guest-1"})
    void takesNamesForTheSameThatLookTheSame(String one, String other) {
        assertThat(ChatNames.key(one)).isEqualTo(ChatNames.key(other));
    }

    @Test
    void tellsDifferentNamesApart() {
        assertThat(ChatNames.key("Ann")).isNotEqualTo(ChatNames.key("Anna"));
    }
}
