package dev.duplex.core.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrammarTest {
    @Test
    void knowsEveryCharacterOfATokenAndNoOther() {
        StringBuilder tokenChars = new StringBuilder();
        for (char c = 0; c < 0x200; c++) {
            if (Grammar.isTokenChar(c)) {
                tokenChars.append(c);
            }
        }
        assertThat(tokenChars.toString())
                .isEqualTo("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");
    }

    @Test
    void takesNothingForAToken() {
        assertThat(Grammar.isToken("")).isFalse();
    }

    @Test
    void foldsTheCaseOfAsciiLettersOnly() {
        assertThat(Grammar.equalsIgnoreCase("WebSocket", "websocket")).isTrue();
        assertThat(Grammar.equalsIgnoreCase("web\u017Focket", "websocket")).isFalse();
        assertThat(Grammar.equalsIgnoreCase("websoc\u212Aet", "websocket")).isFalse();
        assertThat(Grammar.equalsIgnoreCase("[", "{")).isFalse();
        assertThat(Grammar.lowerCase("AZ[\u00C4")).isEqualTo("az[\u00C4");
    }

    @Test
    void splitsListsWithoutEmptyElements() {
        List<String> elements = new ArrayList<>();
        Grammar.splitList(",a ,\t, b c,,", elements);
        assertThat(elements).containsExactly("a", "b c");
    }

    @Test
    void splitsListsReadingEachCharacterAFixedNumberOfTimes() {
        CountingText text = new CountingText("b" + " ".repeat(8000) + "x, " + ", ".repeat(8000));
        Grammar.splitList(text, new ArrayList<>());
        assertThat(text.reads()).isLessThanOrEqualTo(3L * text.length());
    }

    @Test
    void quotesWithEscapesForEverythingThatCouldDoHarm() {
        assertThat(Grammar.quote("a\"b\\c\r\n\0\u00E4\u202Ed"))
                .isEqualTo("\"a\\\"b\\\\c\\u000d\\u000a\\u0000\\u00e4\\u202ed\"");
    }

    @Test
    void quotesAtMostSixtyCharacters() {
        assertThat(Grammar.quote("x".repeat(60))).isEqualTo("\"" + "x".repeat(60) + "\"");
        assertThat(Grammar.quote("x".repeat(5060))).isEqualTo("\"" + "x".repeat(60) + "\" and 5000 more characters");
    }
}
