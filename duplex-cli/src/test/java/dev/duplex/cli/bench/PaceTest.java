package dev.duplex.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void doesNotDriftWhereAnIntervalIsNoWholeNumber() {
        Pace pace = new Pace(3);
        assertThat(pace.due(0)).isZero();
        assertThat(pace.due(3)).isEqualTo(SECOND);
        assertThat(pace.due(3_000_000)).isEqualTo(1_000_000 * SECOND);
    }

    @Test
    void spreadsConnectionsOverTheInterval() {
        Pace pace = new Pace(1);
        for (int tenth = 0; tenth < 10; tenth++) {
            long from = tenth * SECOND / 10;
            long within = LongStream.range(0, 1000)
                    .map(pace::offset)
                    .filter(offset -> offset >= from && offset < from + SECOND / 10)
                    .count();
            assertThat(within).as("those that begin after %s tenths", tenth).isBetween(98L, 102L);
        }
    }

    @Property
    void countsWhatIsDueBeforeATime(
            @ForAll @DoubleRange(min = 0.01, max = 1e6) double rate,
            @ForAll @LongRange(min = 1, max = 1000 * SECOND) long time) {
        Pace pace = new Pace(rate);
        long n = pace.dueBefore(time);
        assertThat(pace.due(n)).isGreaterThanOrEqualTo(time);
        assertThat(pace.due(n - 1)).isLessThan(time);
    }

    @Test
    void nothingIsDueBeforeTheBeginning() {
        assertThat(new Pace(10).dueBefore(0)).isZero();
        assertThat(new Pace(10).dueBefore(-1)).isZero();
        assertThat(new Pace(10).dueBefore(1)).isEqualTo(1);
    }
}
