package dev.duplex.cli.connect.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jline.reader.LineReader;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrivateHistoryTest {
    @TempDir
    private Path directory;

    private LineReader reader(Path file) throws IOException {
        Terminal terminal = new DumbTerminal(new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream());
        LineReader reader = Editor.create(terminal, new Theme(false), file);
        reader.getHistory().attach(reader); // as at the first line that is read
        return reader;
    }

    private Path file() throws IOException {
        Path file = directory.resolve("state/duplex/history");
        PrivateHistory.prepare(file);
        return file;
    }

    @Test
    void isForItsOwnerAloneAndStaysSo() throws IOException {
        Path file = file();
        LineReader reader = reader(file);
        for (int i = 0; i < 3 * PrivateHistory.SIZE; i++) {
            reader.getHistory().add("line " + i);
        }
        reader.getHistory().save();
        assertThat(Files.readAllLines(file)).hasSizeLessThanOrEqualTo(PrivateHistory.SIZE * 5 / 4 + 1);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                    .isEqualTo("rwx------");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            PrivateHistory.prepare(file);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void comesBackInTheNextRunWithItsLineFeeds() throws IOException {
        Path file = file();
        LineReader first = reader(file);
        first.getHistory().add("one\ntwo \\n three");
        first.getHistory().add("你好 😀");
        first.getHistory().save();
        LineReader second = reader(file);
        assertThat(second.getHistory().get(second.getHistory().first())).isEqualTo("one\ntwo \\n three");
        assertThat(second.getHistory().get(second.getHistory().last())).isEqualTo("你好 😀");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"auth\",\"token\":\"hunter2\"}",
                "Authorization: Bearer hunter2",
                "{\"password\":\"hunter2\"}",
                "/close 4000 apiKey=hunter2",
                "login eyJhbGciOiJIUzI1NiJ9.hunter2"
            })
    void keepsWhatLooksLikeASecretOutOfTheFile(String line) throws IOException {
        Path file = file();
        LineReader reader = reader(file);
        reader.getHistory().add(line);
        reader.getHistory().add("hello");
        reader.getHistory().save();
        assertThat(reader.getHistory()).as("but within this run").hasSize(2);
        assertThat(Files.readString(file)).contains("hello").doesNotContain("hunter2");
    }

    @Test
    void keepsNoDocuments() throws IOException {
        Path file = file();
        LineReader reader = reader(file);
        reader.getHistory().add("x".repeat(100_000));
        reader.getHistory().save();
        assertThat(Files.size(file)).isZero();
    }

    @Test
    void isWhereTheXdgSpecificationHasIt() {
        assertThat(PrivateHistory.file(Map.of("XDG_STATE_HOME", "/state", "HOME", "/home/ann")))
                .contains(Path.of("/state/duplex/history"));
        assertThat(PrivateHistory.file(Map.of("XDG_STATE_HOME", "relative", "HOME", "/home/ann")))
                .contains(Path.of("/home/ann/.local/state/duplex/history"));
        assertThat(PrivateHistory.file(Map.of("HOME", "/home/ann")))
                .contains(Path.of("/home/ann/.local/state/duplex/history"));
    }
}
