package dev.duplex.cli.connect.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SlashCommandTest {
    /** What the list of the help puts before the meaning of a command. */
    private static final int INDENT = 29;

    @ParameterizedTest
    @EnumSource(SlashCommand.class)
    void aLineOfTheHelpFitsIntoEightyColumns(SlashCommand command) {
        assertThat(2 + command.word().length() + 1 + command.arguments().length())
                .isLessThan(INDENT);
        assertThat(INDENT + command.meaning().length()).isLessThanOrEqualTo(80);
    }

    @ParameterizedTest
    @CsvSource({"/pign, PING", "/clos, CLOSE", "/stat, STATS", "/headres, HEADERS", "/nonsense,"})
    void aSlipIsKnown(String typed, SlashCommand meant) {
        assertThat(SlashCommand.like(typed)).isEqualTo(meant);
    }
}
