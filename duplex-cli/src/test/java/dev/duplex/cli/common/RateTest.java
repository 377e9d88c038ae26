package dev.duplex.cli.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class RateTest {
    @ParameterizedTest
    @CsvSource({"10/s, 10", "10, 10", "0.5/s, 0.5", "600/M, 10", "1800/h, 0.5", "0, 0"})
    void readsEventsInATime(String typed, double perSecond) {
        assertThat(new Rate().convert(typed)).isCloseTo(perSecond, Offset.offset(1e-12));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fast", "-1/s", "10/d", "10/", "1e3", "10 /s"})
    void saysWhatARateIs(String typed) {
        assertThatThrownBy(() -> new Rate().convert(typed))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("10/s");
    }
}
