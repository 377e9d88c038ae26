package dev.duplex.cli.connect.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {
                "hello, hello",
                "| hello |, | hello |",
                "//join room, /join room",
                "///, //",
                "|two\nlines|, |two\nlines|",
                "|\"\"\"\n/one\ntwo\n\"\"\"|, |/one\ntwo|",
                "|\"\"\"one\"\"\"|, one",
                "|\"\"\"\"\"\"|, ||",
                "|\"\"\"\n\n\"\"\" |, ||",
                "\"\"quoted\"\", \"\"quoted\"\""
            })
    void isAMessage(String typed, String text) {
        assertThat(Input.of(typed)).isEqualTo(new Input.Message(text));
    }

    @Test
    void isACommandWithWhatFollows() {
        assertThat(Input.of("/ping")).isEqualTo(new Input.Command(SlashCommand.PING, ""));
        assertThat(Input.of("/close  4001  good bye "))
                .isEqualTo(new Input.Command(SlashCommand.CLOSE, "4001  good bye"));
    }

    @Test
    void isNothingOrUnknown() {
        assertThat(Input.of("  ")).isEqualTo(new Input.Nothing());
        assertThat(Input.of("/Ping x")).isEqualTo(new Input.Unknown("/Ping"));
        assertThat(Input.of("/usr/bin")).isEqualTo(new Input.Unknown("/usr/bin"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"\"", "\"\"\"\"", "\"\"\"a", "\"\"\"\na\n\"\""})
    void staysOpenUntilThreeQuotesCloseIt(String typed) {
        assertThat(Input.isOpen(typed)).isTrue();
        assertThat(Input.isOpen(typed + "\"\"\"")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"/pign, PING", "/pin, PING", "/sttas, STATS", "/heders, HEADERS", "/clos, CLOSE", "/q, QUIT"})
    void findsTheCommandThatWasMeant(String typed, SlashCommand meant) {
        assertThat(SlashCommand.like(typed)).isEqualTo(meant);
    }

    @Test
    void doesNotGuessWildly() {
        assertThat(SlashCommand.like("/join")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "00ff10, 00ff10",
        "'00 FF 10', 00ff10",
        "0xCAFE, cafe",
        "'00:ff', 00ff",
        "deadbeef, deadbeef",
        "AP8Q, 00ff10",
        "aGVsbG8=, 68656c6c6f",
        "--__, fbefff",
    })
    void readsBytesInHexOrElseInBase64(String typed, String hex) {
        assertThat(HexFormat.of().formatHex(BinaryInput.parse(typed))).isEqualTo(hex);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "0ff!", "abcde"})
    void saysWhatBytesLookLike(String typed) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BinaryInput.parse(typed))
                .withMessageContaining("00ff10")
                .withMessageContaining("@FILE");
    }
}
