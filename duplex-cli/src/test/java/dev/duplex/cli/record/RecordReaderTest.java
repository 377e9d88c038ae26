package dev.duplex.cli.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordReaderTest {
    private static final String HEAD = "{\"duplex\":\"recording\",\"version\":1}\n";

    private static RecordReader read(String content) throws IOException {
        return RecordReader.of("a.ndjson", new StringReader(content), 1000);
    }

    @Provide
    Arbitrary<RecordedEvent> events() {
        Arbitrary<Direction> directions = Arbitraries.of(Direction.class);
        Arbitrary<String> texts = Arbitraries.strings()
                .filter(text -> StandardCharsets.UTF_8.newEncoder().canEncode(text));
        Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class);
        return Arbitraries.oneOf(
                Combinators.combine(texts, texts).as(RecordedEvent::open),
                Combinators.combine(directions, texts).as(RecordedEvent::text),
                Combinators.combine(directions, bytes).as(RecordedEvent::binary),
                Combinators.combine(directions, bytes).as(RecordedEvent::ping),
                Combinators.combine(directions, bytes).as(RecordedEvent::pong),
                Combinators.combine(directions, Arbitraries.integers().between(1000, 4999), texts)
                        .as(RecordedEvent::close),
                texts.map(RecordedEvent::error));
    }

    @Property(tries = 300)
    void readsWhatIsWritten(@ForAll("events") RecordedEvent event) throws IOException {
        StringWriter out = new StringWriter();
        AtomicLong nanos = new AtomicLong();
        RecordWriter writer = RecordWriter.start(out, "ws://localhost/", Instant.EPOCH, nanos::get);
        nanos.set(1_500_000_000);
        writer.write(event);
        RecordReader reader = RecordReader.of("a", new StringReader(out.toString()), RecordReader.MAX_LINE);
        assertThat(reader.next()).contains(new RecordedLine(2, Duration.ofMillis(1500), event));
        assertThat(reader.next()).isEmpty();
    }

    @Test
    void passesOverFieldsThatItDoesNotKnowAndEmptyLines() throws IOException {
        RecordReader reader =
                read(HEAD + "\r\n{\"conn\":3,\"t\":2,\"dir\":\"in\",\"type\":\"text\",\"data\":\"x\"}\r\n\n");
        assertThat(reader.next())
                .contains(new RecordedLine(3, Duration.ofSeconds(2), RecordedEvent.text(Direction.IN, "x")));
        assertThat(reader.next()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"t\":1,\"dir\":\"in\",\"type\":\"tex\",\"data\":\"\"} | type to be open or text or",
                "{\"t\":1,\"dir\":\"up\",\"type\":\"text\",\"data\":\"\"} | dir to be out or in but got '\"up\"'",
                "{\"t\":1,\"type\":\"text\",\"data\":\"\"} | dir to be out or in but it is missing",
                "{\"t\":1,\"dir\":\"in\",\"type\":\"text\"} | data to be a string but it is missing",
                "{\"t\":1,\"dir\":\"in\",\"type\":\"text\",\"data\":7} | data to be a string but got '7'",
                "{\"t\":1,\"dir\":\"in\",\"type\":\"binary\",\"base64\":\"A?\"} | Base64",
                "{\"t\":1,\"dir\":\"in\",\"type\":\"close\",\"code\":999} | code to be a close code",
                "{\"t\":1,\"dir\":\"in\",\"type\":\"close\"} | code to be a close code",
                "{\"t\":-1,\"dir\":\"in\",\"type\":\"text\",\"data\":\"\"} | field t",
                "{\"t\":1e99,\"dir\":\"in\",\"type\":\"text\",\"data\":\"\"} | field t",
                "{\"t\":\"1\",\"dir\":\"in\",\"type\":\"text\",\"data\":\"\"} | field t",
                "{\"dir\":\"in\",\"type\":\"text\",\"data\":\"\"} | field t",
                "[1] | expected a JSON object but got '[1]'",
                "{\"t\":1} {} | is not JSON",
                "{\"t\":1,\"dir\":\"in\",\"ty | cut off",
                "hello \u001b[2J | 'hello ?[2J'"
            })
    void saysInWhichLineWhatIsWrong(String line, String expected) throws IOException {
        RecordReader reader = read(HEAD + "\n" + line);
        assertThatExceptionOfType(RecordFormatException.class)
                .isThrownBy(reader::next)
                .withMessageStartingWith("a.ndjson, line 3: ")
                .withMessageContaining(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | is empty",
                "hello | line 1: expected a recording",
                "{\"t\":1} | line 1: expected a recording",
                "{\"duplex\":\"recording\"} | version is missing",
                "{\"duplex\":\"recording\",\"version\":2} | version is '2'",
                "{\"duplex | line 1: expected a JSON object"
            })
    void saysWhatIsNoRecording(String content, String expected) {
        assertThatExceptionOfType(RecordFormatException.class)
                .isThrownBy(() -> read(content))
                .withMessageContaining("a.ndjson")
                .withMessageContaining(expected);
    }

    @Test
    void readsNoLineThatIsTooLong() throws IOException {
        RecordReader reader = RecordReader.of("a.ndjson", new Endless(HEAD), 1000);
        assertThatExceptionOfType(RecordFormatException.class)
                .isThrownBy(reader::next)
                .withMessage("a.ndjson, line 2: longer than 1000 characters");
    }

    /** A head, and then one line without end. */
    private static final class Endless extends Reader {
        private final StringReader head;

        Endless(String head) {
            this.head = new StringReader(head);
        }

        @Override
        public int read(char[] buffer, int offset, int length) throws IOException {
            int read = head.read(buffer, offset, length);
            if (read > 0) {
                return read;
            }
            buffer[offset] = 'x';
            return 1;
        }

        @Override
        public void close() {}
    }

    @Test
    void saysWhichFileIsMissingAndWhichIsNoText(@TempDir Path directory) throws IOException {
        Path missing = directory.resolve("missing");
        assertThatIOException().isThrownBy(() -> RecordReader.open(missing)).withMessage("there is no file " + missing);
        Path bytes = directory.resolve("bytes");
        Files.write(bytes, new byte[] {(byte) 0xc3, 0x28, '\n'});
        assertThatIOException().isThrownBy(() -> RecordReader.open(bytes)).withMessageContaining("expected UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"open", "error"})
    void takesWhatTheConnectionSaysWithoutItsDetails(String type) throws IOException {
        Optional<RecordedLine> line =
                read(HEAD + "{\"t\":0,\"type\":\"" + type + "\"}\n").next();
        assertThat(line)
                .map(RecordedLine::event)
                .map(RecordedEvent::type)
                .map(RecordedEvent.Type::word)
                .contains(type);
        assertThat(List.of(
                        line.orElseThrow().event().text(),
                        line.orElseThrow().event().extensions()))
                .containsOnly("");
    }
}
