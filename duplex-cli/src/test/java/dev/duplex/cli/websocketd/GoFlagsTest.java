package dev.duplex.cli.websocketd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.cli.websocketd.GoFlags.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoFlagsTest {
    private static final Map<String, Kind> KINDS =
            Map.of("on", Kind.SWITCH, "number", Kind.NUMBER, "count", Kind.COUNT, "text", Kind.TEXT, "each", Kind.LIST);

    private static GoFlags parse(String... words) throws WebsocketdExit {
        return GoFlags.parse(KINDS, List.of(words));
    }

    @Test
    void oneDashOrTwoWithTheValueAfterwardsOrAttached() throws Exception {
        GoFlags flags = parse("-text", "a", "--number=5", "-on", "--each=x", "-each", "-y", "command", "-on=false");
        assertThat(flags.text("text")).contains("a");
        assertThat(flags.number("number", 0)).isEqualTo(5);
        assertThat(flags.isOn("on")).isTrue();
        assertThat(flags.list("each")).containsExactly("x", "-y");
        assertThat(flags.rest()).containsExactly("command", "-on=false");
    }

    @Test
    void twoDashesOrOneEndThem() throws Exception {
        assertThat(parse("-on", "--", "-text").rest()).containsExactly("-text");
        assertThat(parse("-on", "-", "-text").rest()).containsExactly("-", "-text");
        assertThat(parse().rest()).isEmpty();
    }

    @Test
    void theLastOneCounts() throws Exception {
        GoFlags flags = parse("-text=a", "-text=b", "-on", "-on=false");
        assertThat(flags.text("text")).contains("b");
        assertThat(flags.isOn("on")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0x10, 16", "010, 8", "0o10, 8", "0b101, 5", "1_000, 1000", "-3, -3", "+3, 3", "0, 0"})
    void numbersAreThoseOfGo(String text, long value) throws Exception {
        assertThat(parse("-number=" + text).number("number", 0)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-none | flag provided but not defined: -none",
                "--none=1 | flag provided but not defined: -none",
                "---text=1 | bad flag syntax: ---text=1",
                "-=1 | bad flag syntax: -=1",
                "-text | flag needs an argument: -text",
                "-number=x | invalid value \"x\" for flag -number: parse error",
                "-number= | invalid value \"\" for flag -number: parse error",
                "-number=08 | invalid value \"08\" for flag -number: parse error",
                "-number=99999999999999999999 | invalid value \"99999999999999999999\" for flag -number: value out of range",
                "-count=-1 | invalid value \"-1\" for flag -count: parse error",
                "-on=maybe | invalid boolean value \"maybe\" for -on: parse error",
            })
    void whatCannotBeReadIsExitCodeTwo(String word, String message) {
        assertThatThrownBy(() -> parse(word))
                .hasMessage(message)
                .isInstanceOfSatisfying(
                        WebsocketdExit.class, exit -> assertThat(exit.code()).isEqualTo(2));
    }
}
