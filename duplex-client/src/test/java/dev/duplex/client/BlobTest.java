package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobTest {
    @Test
    void isACopyOfTheBytes() throws Exception {
        byte[] bytes = {1, 2};
        Blob blob = Blob.of(bytes);
        bytes[0] = 9;
        blob.bytes()[1] = 9;
        assertThat(blob.bytes()).containsExactly(1, 2);
        assertThat(blob.size()).isEqualTo(2);
    }

    @Test
    void readsAFileWhenAsked(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("a.txt"), "Grüße");
        Blob blob = Blob.of(file);
        assertThat(blob.size()).isEqualTo(7);
        assertThat(blob.text()).isEqualTo("Grüße");
    }

    @Test
    void refusesAFolderAndAFileThatIsNotThere(@TempDir Path folder) {
        assertThatThrownBy(() -> Blob.of(folder)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Blob.of(folder.resolve("no"))).isInstanceOf(IOException.class);
    }

    @Test
    void tellsAStreamThatEndsEarly() {
        Blob blob = Blob.of(3, () -> new ByteArrayInputStream(new byte[2]));
        assertThatThrownBy(blob::bytes).isInstanceOf(IOException.class).hasMessageContaining("2 of 3");
    }
}
