package dev.duplex.core.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExtensionParserTest {
    /** Inputs that made other parsers work in squares or worse; none of them is a list. */
    static List<String> expensiveElsewhere() {
        return List.of(
                // H06
                "a; b=\"" + "\\c".repeat(8000),
                "a; b=\"" + "c".repeat(16000),
                "a" + " ".repeat(16000) + "x",
                "a;" + " ".repeat(16000),
                "a; b=\"c\"; ".repeat(2000),
                "a;b;".repeat(4000),
                ",".repeat(16000) + "=");
    }

    @ParameterizedTest
    @MethodSource("expensiveElsewhere")
    void refusesReadingEachCharacterAFixedNumberOfTimes(String value) {
        CountingText text = new CountingText(value);
        ExtensionParser parser = new ExtensionParser(text);
        assertThat(parser.parseInto(new ArrayList<>())).isFalse();
        assertThat(parser.error()).startsWith("expected ").hasSizeLessThan(200);
        assertThat(text.reads()).isLessThanOrEqualTo(6L * text.length());
    }
}
