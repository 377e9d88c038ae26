package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RestartPauseTest {
    @Test
    void doublesUntilOneHasRunWell() {
        RestartPause pause = new RestartPause();
        assertThat(Stream.generate(() -> pause.take().toMillis()).limit(9))
                .containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 10_000L, 10_000L);
        pause.reset();
        assertThat(pause.take()).hasMillis(100);
    }
}
