package dev.duplex.cli.connect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FramingTest {
    private static final int MAX = 1000;

    private static List<Outgoing> read(Framing framing, boolean binary, byte[] input) throws IOException {
        return read(framing.reader(new ByteArrayInputStream(input), binary, MAX));
    }

    private static List<Outgoing> read(MessageReader reader) throws IOException {
        List<Outgoing> messages = new ArrayList<>();
        for (Outgoing message = reader.next(); message != null; message = reader.next()) {
            messages.add(message);
        }
        return messages;
    }

    private static List<String> texts(Framing framing, String input) throws IOException {
        return read(framing, false, input.getBytes(UTF_8)).stream()
                .map(message -> ((Outgoing.Text) message).text())
                .toList();
    }

    private static List<String> binaries(Framing framing, byte[] input) throws IOException {
        return read(framing, true, input).stream()
                .map(message -> HexFormat.of().formatHex(((Outgoing.Binary) message).bytes()))
                .toList();
    }

    @Test
    void aLineIsAMessageWithoutItsEnd() throws IOException {
        assertThat(texts(Framing.lines, "a\nb\r\n\nc\rd\r\r\n")).containsExactly("a", "b", "", "c\rd\r");
    }

    @Test
    void theLastLineNeedsNoEnd() throws IOException {
        assertThat(texts(Framing.lines, "a\nlast")).containsExactly("a", "last");
        assertThat(texts(Framing.lines, "")).isEmpty();
        assertThat(texts(Framing.lines, "\n")).containsExactly("");
    }

    @Test
    void nulBytesLetLineFeedsThrough() throws IOException {
        assertThat(texts(Framing.nul, "a\r\n\0b")).containsExactly("a\r\n", "b");
    }

    @Test
    void aLengthOfFourBytesStandsBeforeEachMessage() throws IOException {
        assertThat(binaries(Framing.len32, HexFormat.of().parseHex("000000020a00" + "00000000" + "00000001ff")))
                .containsExactly("0a00", "", "ff");
    }

    @ParameterizedTest
    @CsvSource({
        "00000002ff, ends after 1 of 2 bytes",
        "0000, ends within the length",
        "ffffffff, 4294967295 bytes",
        "000003e9, 1001 bytes"
    })
    void aLengthThatCannotBeIsRefused(String hex, String why) {
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> binaries(Framing.len32, HexFormat.of().parseHex(hex)))
                .withMessageContaining(why);
    }

    @Test
    void hexAndBase64AreBinaryWithWhateverSpacesAreBetween() throws IOException {
        assertThat(binaries(Framing.hex, "00 ff\n\n0A\r\n".getBytes(ISO_8859_1)))
                .containsExactly("00ff", "", "0a");
        assertThat(binaries(Framing.base64, "AAE=\n /w== \n".getBytes(ISO_8859_1)))
                .containsExactly("0001", "ff");
    }

    @ParameterizedTest
    @CsvSource({
        "hex, 0g, line 2 of the input is not hexadecimal",
        "hex, 0, line 2 of the input is not hexadecimal",
        "base64, A===, line 2 of the input is not base64",
        "ndjson, x, line 2 of the input is not JSON",
        "ndjson, [], line 2 of the input is no JSON object",
        "ndjson, {}, line 2 of the input must have a string in its field data",
        "ndjson, {\"type\":\"pong\"}, line 2 of the input has the type 'pong'",
        "ndjson, '{\"type\":\"close\",\"code\":1006}', line 2 of the input has the close code 1006",
        "ndjson, {\"base64\":\"*\"}, line 2 of the input has no Base64"
    })
    void aLineThatCannotBeReadIsNamed(Framing framing, String line, String why) {
        String first = framing == Framing.ndjson ? "{\"data\":\"\"}" : "";
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> read(framing, false, (first + "\n" + line + "\n").getBytes(UTF_8)))
                .withMessageContaining(why);
    }

    @Test
    void jsonSaysWhatEachMessageIs() throws IOException {
        String input = """
                {"data":"text\\nof two lines"}
                {"type":"binary","base64":"AAE="}
                {"type":"ping"}
                {"type":"close","code":4000,"reason":"bye"}
                """;
        assertThat(read(Framing.ndjson, false, input.getBytes(UTF_8)))
                .satisfiesExactly(
                        text -> assertThat(text).isEqualTo(new Outgoing.Text("text\nof two lines")),
                        binary -> assertThat(((Outgoing.Binary) binary).bytes()).containsExactly(0, 1),
                        ping -> assertThat(((Outgoing.Ping) ping).payload()).isEmpty(),
                        close -> assertThat(close).isEqualTo(new Outgoing.Close(4000, "bye")));
    }

    @Test
    void whatIsNoUtf8IsNoText() {
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> read(Framing.lines, false, HexFormat.of().parseHex("610a62ff0a")))
                .withMessageContaining("line 2")
                .withMessageContaining("0xff at byte 1")
                .withMessageContaining("--binary");
    }

    @Test
    void aLineHasABound() throws IOException {
        assertThat(texts(Framing.lines, "x".repeat(MAX))).hasSize(1);
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> texts(Framing.lines, "x".repeat(MAX + 1)))
                .withMessageContaining("--max-message");
    }

    @Test
    void textInChunksIsNeverCutWithinACharacter() throws IOException {
        String text = "aé漢🙂".repeat(50);
        for (int size = 1; size < 8; size++) {
            List<Outgoing> chunks = read(Framing.chunk.reader(new Dripping(text.getBytes(UTF_8), size), false, MAX));
            StringBuilder joined = new StringBuilder();
            chunks.forEach(chunk -> joined.append(((Outgoing.Text) chunk).text()));
            assertThat(joined).hasToString(text);
        }
    }

    @Test
    void textInChunksThatEndsWithinACharacterIsRefused() {
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> read(Framing.chunk, false, HexFormat.of().parseHex("61e6bc")));
    }

    @ParameterizedTest
    @EnumSource(names = {"nul", "len32", "hex", "base64"})
    void whatIsWrittenCanBeReadAgain(Framing framing) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FramedWriter writer = new FramedWriter(out, framing, Pretty.off, false, null);
        List<String> messages = List.of("0a0d5c", "", "ff7f");
        for (String message : messages) {
            writer.write(false, HexFormat.of().parseHex(message));
        }
        writer.flush();
        assertThat(binaries(framing, out.toByteArray())).isEqualTo(messages);
    }

    @Property(tries = 200)
    void anEscapedMessageIsOneLineThatCanBeUnescaped(@ForAll @Size(max = 20) byte[] message) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FramedWriter writer = new FramedWriter(out, Framing.lines, Pretty.off, true, null);
        writer.write(false, message);
        writer.flush();
        String line = out.toString(ISO_8859_1);
        assertThat(line.chars().filter(c -> c == '\n' || c == '\r')).hasSize(1);
        assertThat(unescaped(line.substring(0, line.length() - 1))).isEqualTo(new String(message, ISO_8859_1));
    }

    private static String unescaped(String line) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\') {
                char next = line.charAt(++i);
                text.append(next == 'n' ? '\n' : next == 'r' ? '\r' : next);
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    /** Gives a few bytes at each read. */
    private static final class Dripping extends InputStream {
        private final InputStream from;
        private final int size;

        Dripping(byte[] bytes, int size) {
            this.from = new ByteArrayInputStream(bytes);
            this.size = size;
        }

        @Override
        public int read() throws IOException {
            return from.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return from.read(buffer, offset, Math.min(length, size));
        }
    }
}
