package dev.duplex.cli.connect.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.junit.jupiter.api.Test;

class WireLinesTest {
    private static List<String> lines(String line, int columns) {
        return new WireLines(new Theme(true))
                .of(line, columns).stream().map(AttributedString::toString).toList();
    }

    @Test
    void standsALittleToTheRight() {
        assertThat(lines("> Upgrade: websocket", 80)).containsExactly("  > Upgrade: websocket");
        assertThat(lines(">", 80)).containsExactly("  >");
        assertThat(lines("", 80)).containsExactly("  ");
    }

    @Test
    void breaksAFrameBeforeItsBytes() {
        assertThat(lines("> FIN text, 5 bytes, \"hello\"   81 05 | 68 65 6c 6c 6f", 40))
                .containsExactly("  > FIN text, 5 bytes, \"hello\"", "      81 05 | 68 65 6c 6c 6f");
    }

    @Test
    void breaksBetweenWordsByTheColumnsThatTheyTake() {
        assertThat(lines("    # 你好你好 你好你好 你好", 24)).containsExactly("      # 你好你好", "      你好你好 你好");
    }

    @Test
    void breaksAWordThatIsLongerThanTheScreen() {
        List<String> lines = lines("< X: " + "😀".repeat(50), 20);
        assertThat(lines)
                .allSatisfy(line ->
                        assertThat(new AttributedString(line).columnLength()).isLessThanOrEqualTo(20));
        assertThat(String.join("", lines).replace(" ", "")).isEqualTo("<X:" + "😀".repeat(50));
    }

    @Test
    void showsControlCharactersByTheirNumber() {
        assertThat(lines("< X: \u001b[2J", 80)).containsExactly("  < X: \\e[2J");
    }

    @Test
    void isFaintButForTheMark() {
        Theme theme = new Theme(true);
        AttributedString expected = new AttributedStringBuilder()
                .append("  ")
                .append("<", theme.received())
                .append(" FIN", theme.aside())
                .toAttributedString();
        assertThat(new WireLines(theme).of("< FIN", 80)).containsExactly(expected);
    }
}
