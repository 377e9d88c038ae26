package dev.duplex.cli.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class LengthOfTimeTest {
    @ParameterizedTest
    @CsvSource({"0, 0", "30, 30000", "250ms, 250", "1.5s, 1500", "2m, 120000", "1H, 3600000", "999999999h, 31536000000"
    })
    void readsTimesOfAtMostAYear(String text, long millis) {
        assertThat(new LengthOfTime().convert(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-1s", "1 s", "1d", "soon"})
    void refusesAnythingElse(String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new LengthOfTime().convert(text))
                .withMessageContaining("'" + text + "'");
    }
}
