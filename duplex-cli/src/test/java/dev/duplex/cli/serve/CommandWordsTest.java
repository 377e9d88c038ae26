package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandWordsTest {

    @Test
    void splitsAtSpacesAndKeepsTogetherWhatIsQuoted() {
        assertThat(CommandWords.split("  tail -f\t'my file' \"it's\" a\\ b '' \"a\\\"b\" '|$'"))
                .containsExactly("tail", "-f", "my file", "it's", "a b", "", "a\"b", "|$");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a | b", "echo $HOME", "ls *.txt", "a; b", "a > b", "echo \"$x\"", "echo `id`"})
    void saysThatAShellIsNeeded(String command) {
        assertThatThrownBy(() -> CommandWords.split(command))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--shell");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "echo 'x", "echo \"x"})
    void refusesWhatIsNoCommand(String command) {
        assertThatThrownBy(() -> CommandWords.split(command)).isInstanceOf(IllegalArgumentException.class);
    }
}
