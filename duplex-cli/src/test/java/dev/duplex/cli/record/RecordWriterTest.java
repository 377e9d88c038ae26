package dev.duplex.cli.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordWriterTest {
    private final StringWriter out = new StringWriter();
    private final AtomicLong nanos = new AtomicLong(7_000_000_000L);

    private RecordWriter writer(String url) throws IOException {
        return RecordWriter.start(out, url, Instant.parse("2026-11-21T08:30:00.250Z"), nanos::get);
    }

    @Test
    void writesALineForEachEvent() throws IOException {
        try (RecordWriter writer = writer("ws://localhost:9998/echo")) {
            nanos.addAndGet(1_234_567);
            writer.write(RecordedEvent.open("chat.v1", "permessage-deflate"));
            writer.write(RecordedEvent.text(Direction.OUT, "say \"你好\" 😀\n"));
            nanos.addAndGet(1_000_000_000);
            writer.write(RecordedEvent.binary(Direction.IN, HexFormat.of().parseHex("0001feff")));
            writer.write(RecordedEvent.ping(Direction.IN, new byte[0]));
            writer.write(RecordedEvent.pong(Direction.OUT, new byte[] {'a'}));
            writer.write(RecordedEvent.error("lost"));
            writer.write(RecordedEvent.close(Direction.IN, 4001, "bye"));
        }
        assertThat(out).hasToString("""
                {"duplex":"recording","version":1,"started":"2026-11-21T08:30:00.250Z","url":"ws://localhost:9998/echo"}
                {"t":0.001234,"dir":"in","type":"open","subprotocol":"chat.v1","extensions":"permessage-deflate"}
                {"t":0.001234,"dir":"out","type":"text","data":"say \\"你好\\" 😀\\n"}
                {"t":1.001234,"dir":"in","type":"binary","base64":"AAH+/w=="}
                {"t":1.001234,"dir":"in","type":"ping","base64":""}
                {"t":1.001234,"dir":"out","type":"pong","base64":"YQ=="}
                {"t":1.001234,"dir":"in","type":"error","message":"lost"}
                {"t":1.001234,"dir":"in","type":"close","code":4001,"reason":"bye"}
                """);
    }

    @ParameterizedTest
    @CsvSource({
        "wss://ann:secret@example.com/feed?token=secret, wss://example.com/feed",
        "ws://[::1]:9998/, ws://[::1]:9998/",
        "ws://example.com, ws://example.com",
        "not a url, ''"
    })
    void leavesOutWhatMayBeSecretOfTheUrl(String url, String written) throws IOException {
        writer(url).close();
        assertThat(out.toString()).endsWith("\"url\":\"" + written + "\"}\n").doesNotContain("secret");
    }

    @Test
    void escapesEveryCharacterThatATerminalObeys() throws IOException {
        writer("ws://localhost/").write(RecordedEvent.text(Direction.IN, "\u001b[2J\u007f\u0085\u009b2J"));
        assertThat(out.toString())
                .contains("\\u001B[2J\\u007f\\u0085\\u009b2J")
                .doesNotContainPattern("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f]");
    }

    @Test
    void writesEventsAloneForAScript() throws IOException {
        RecordWriter.events(out).write(RecordedEvent.text(Direction.IN, "hello"));
        assertThat(out.toString())
                .matches("\\{\"t\":0\\.\\d{6},\"dir\":\"in\",\"type\":\"text\",\"data\":\"hello\"}\n");
    }

    @Test
    void makesAFileForItsOwnerAloneAndReplacesOlderRecordings(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("a.ndjson");
        for (int i = 0; i < 2; i++) {
            try (RecordWriter writer = RecordWriter.create(file, "ws://localhost/")) {
                writer.write(RecordedEvent.text(Direction.IN, "run " + i));
                assertThat(Files.readAllLines(file)).as("written at once").hasSize(2);
            }
        }
        assertThat(Files.readString(file)).contains("run 1").doesNotContain("run 0");
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @ParameterizedTest
    @CsvSource({"precious", "{\"duplex\":\"other\"}", "'\u00ff'"})
    void leavesAnyOtherFileAlone(String content, @TempDir Path directory) throws IOException {
        Path file = directory.resolve("precious");
        Files.write(file, content.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        assertThatIOException()
                .isThrownBy(() -> RecordWriter.create(file, "ws://localhost/"))
                .withMessageContaining("precious")
                .withMessageContaining("no recording");
        assertThat(Files.readAllBytes(file))
                .asString(java.nio.charset.StandardCharsets.ISO_8859_1)
                .isEqualTo(content);
        assertThatIOException().isThrownBy(() -> RecordWriter.create(directory, "ws://localhost/"));
    }
}
