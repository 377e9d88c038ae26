package dev.duplex.cli.common;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExitCodeTest {
    @ParameterizedTest
    @CsvSource({"1000, 0", "1001, 0", "1005, 0", "1006, 8", "1002, 7", "1011, 7", "1013, 7", "3000, 7", "4999, 7"})
    void followsFromTheCloseCode(int closeCode, int exitCode) {
        assertThat(ExitCode.ofClose(closeCode).code()).isEqualTo(exitCode);
    }

    @Test
    void isListedForTheHelpWithItsMeaning() {
        assertThat(ExitCode.list().keySet())
                .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "130", "143");
        assertThat(ExitCode.list().values())
                .allSatisfy(meaning -> assertThat(meaning).isNotBlank());
    }
}
