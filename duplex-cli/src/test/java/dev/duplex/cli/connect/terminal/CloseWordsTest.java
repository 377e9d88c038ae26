package dev.duplex.cli.connect.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CloseWordsTest {
    @ParameterizedTest
    @CsvSource({
        "1000, fulfilled",
        "1005, no code",
        "1006, without a close frame",
        "1008, policy",
        "1009, larger",
        "1011, in the server",
        "3008, library or framework",
        "4001, an application's own code",
        "4999, an application's own code",
        "2000, without a meaning"
    })
    void sayWhatACodeMeans(int code, String words) {
        assertThat(CloseWords.of(code)).contains(words);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 1023})
    void sizesAreExactWhereTheyAreSmall(long bytes) {
        assertThat(Sizes.of(bytes)).isEqualTo(bytes + (bytes == 1 ? " byte" : " bytes"));
    }

    @Test
    void sizesHaveOneDigitWhereTheyAreLarge() {
        assertThat(Sizes.of(1024)).isEqualTo("1.0 KiB");
        assertThat(Sizes.of(1_536)).isEqualTo("1.5 KiB");
        assertThat(Sizes.of(5L << 30)).isEqualTo("5.0 GiB");
        assertThat(Sizes.ofText("你好")).isEqualTo("6 bytes");
    }
}
