package dev.duplex.cli.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalSafeWriterTest {
    private static String written(boolean text, String message) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TerminalSafeWriter writer = new TerminalSafeWriter(out, Pretty.auto, false, null);
        writer.write(text, message.getBytes(UTF_8));
        writer.flush();
        return out.toString(UTF_8);
    }

    @ParameterizedTest
    @CsvSource({"x\u001b[2J, x\\u001b[2J", "a\u0007b, a\\u0007b", "\u009b31m, \\u009b31m", "漢字🙂, 漢字🙂"})
    void aTerminalObeysNothingThatIsSent(String message, String shown) throws IOException {
        assertThat(written(true, message)).isEqualTo(shown + "\n");
    }

    @ParameterizedTest
    @CsvSource({"true, '{\"a\":1}', '{|  \"a\": 1|}|'", "true, 'a|b', 'a|b|'"})
    void linesStayLinesAndJsonIsIndented(boolean text, String message, String shown) throws IOException {
        assertThat(written(text, message.replace('|', '\n'))).isEqualTo(shown.replace('|', '\n'));
    }

    @ParameterizedTest
    @CsvSource("x\u001bA")
    void bytesAreDumped(String message) throws IOException {
        assertThat(written(false, message)).startsWith("00000000  78 1b 41 ").endsWith("|x.A|\n");
    }
}
