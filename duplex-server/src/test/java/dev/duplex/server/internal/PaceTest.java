package dev.duplex.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void spreadsThemEvenlyOverEachSecond() {
        Pace pace = new Pace(5, 10, 60 * SECOND);

        assertThat(pace.due(0)).isEqualTo(5);
        assertThat(pace.due(1)).isEqualTo(5 + SECOND / 10);
        assertThat(pace.due(25)).isEqualTo(5 + 25 * SECOND / 10);
    }

    @Test
    void doesAllAtOnceWithoutAPace() {
        assertThat(new Pace(7, 0, 60 * SECOND).due(100_000)).isEqualTo(7);
    }

    @Test
    void leavesNoneForAfterTheDeadline() {
        Pace pace = new Pace(0, 1, 3 * SECOND);

        assertThat(pace.due(2)).isEqualTo(2 * SECOND);
        assertThat(pace.due(4)).isEqualTo(3 * SECOND);
        assertThat(pace.due(Integer.MAX_VALUE)).isEqualTo(3 * SECOND);
    }

    @Test
    void goesOnWhereTheClockOverflows() {
        Pace pace = new Pace(Long.MAX_VALUE, 1, Long.MAX_VALUE + 5 * SECOND);

        assertThat(pace.due(1) - Long.MAX_VALUE).isEqualTo(SECOND);
    }
}
