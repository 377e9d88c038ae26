package dev.duplex.cli.connect.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;

class MessageLinesTest {
    private static final String FOLDED = ": /last shows the whole, /save FILE keeps it";

    private static List<String> text(String text, int columns, int most) {
        return strings(new MessageLines(new Theme(false), true).text(text, columns, columns, most));
    }

    private static List<String> binary(String hex, int columns, int most) {
        return strings(
                new MessageLines(new Theme(false), true).binary(HexFormat.of().parseHex(hex), columns, most));
    }

    private static List<String> strings(List<AttributedString> lines) {
        return lines.stream().map(AttributedString::toString).toList();
    }

    @Test
    void showsTextLineByLine() {
        assertThat(text("", 20, 5)).containsExactly("");
        assertThat(text("a\n\nb", 20, 5)).containsExactly("a", "", "b");
        assertThat(text("a\n", 20, 5)).containsExactly("a", "");
    }

    @Test
    void foldsManyLinesAndSaysHowMuchThereIs() {
        String lines = IntStream.range(0, 100).mapToObj(i -> "line " + i).collect(Collectors.joining("\n"));
        assertThat(text(lines, 20, 3))
                .containsExactly("line 0", "line 1", "line 2", "… folded, 789 bytes in all" + FOLDED);
        assertThat(text("1\n2\n3", 20, 3)).containsExactly("1", "2", "3");
    }

    @Test
    void foldsALongLineByTheRowsThatItTakes() {
        assertThat(text("x".repeat(41), 20, 2)).containsExactly("x".repeat(40), "… folded, 41 bytes in all" + FOLDED);
        assertThat(text("x".repeat(40), 20, 2)).containsExactly("x".repeat(40));
        assertThat(text("你".repeat(21), 20, 2)).containsExactly("你".repeat(20), "… folded, 63 bytes in all" + FOLDED);
    }

    @Test
    void looksAtNoMoreOfALongMessageThanItShows() {
        assertThat(text("\u0007".repeat(20_000_000), 80, 20))
                .hasSize(2)
                .last()
                .asString()
                .contains("19.1 MiB");
    }

    @Test
    void foldsJsonToo() {
        assertThat(text("[" + "\"abcdefghij\",".repeat(50) + "1]", 20, 3))
                .containsExactly("[", "  \"abcdefghij\",", "  \"abcdefghij\",", "… folded, 653 bytes in all" + FOLDED);
    }

    @Test
    void leavesJsonAloneWhereThatIsWanted() {
        assertThat(strings(new MessageLines(new Theme(false), false).text("{\"a\":1,\n\"b\":2}", 20, 20, 9)))
                .containsExactly("{\"a\":1,", "\"b\":2}");
    }

    @Test
    void showsBytesAsHexAndCharacters() {
        assertThat(binary("00010268656c6c6fff68650a206f7e7f80", 80, 5))
                .containsExactly(
                        "binary, 17 bytes",
                        "00000000  00 01 02 68 65 6c 6c 6f  ff 68 65 0a 20 6f 7e 7f |...hello.he. o~.|",
                        "00000010  80                                               |.|");
        assertThat(binary("0001", 60, 5)).containsExactly("binary, 2 bytes", "00000000  00 01                   |..|");
        assertThat(binary("", 80, 5)).containsExactly("binary, 0 bytes");
    }

    @Test
    void foldsBytes() {
        assertThat(binary("ab".repeat(1000), 80, 2))
                .hasSize(4)
                .last()
                .asString()
                .isEqualTo("… folded" + FOLDED);
    }
}
