package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopLadderTest {

    @Test
    void readsSteps() {
        assertThat(StopLadder.parse("eof:1s,SIGHUP:250ms, TERM:2s ,KILL"))
                .hasToString("eof:1000ms,HUP:250ms,TERM:2000ms,KILL");
        assertThat(StopLadder.DEFAULT).hasToString("eof:1000ms,INT:1000ms,TERM:2000ms,KILL");
        assertThat(StopLadder.DEFAULT.total()).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void endsWithKillInAnyCase() {
        assertThat(StopLadder.parse("TERM:1s")).hasToString("TERM:1000ms,KILL");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "eof,,KILL", "STOP:1s", "TERM;KILL", "TERM -1"})
    void saysWhatIsWrong(String text) {
        assertThatThrownBy(() -> StopLadder.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected steps such as");
    }
}
