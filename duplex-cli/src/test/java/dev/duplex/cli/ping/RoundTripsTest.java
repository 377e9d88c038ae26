package dev.duplex.cli.ping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RoundTripsTest {
    private static final double EXACT = 1e-9;

    private final RoundTrips times = new RoundTrips();

    private void add(double... millis) {
        for (double time : millis) {
            times.add(Duration.ofNanos(Math.round(time * 1e6)));
        }
    }

    @Test
    void knowsLeastMeanMostAndDeviation() {
        add(2, 4, 4, 4, 5, 5, 7, 9);
        assertThat(times.count()).isEqualTo(8);
        assertThat(times.minMillis()).isEqualTo(2);
        assertThat(times.meanMillis()).isCloseTo(5, within(EXACT));
        assertThat(times.maxMillis()).isEqualTo(9);
        assertThat(times.deviationMillis()).isCloseTo(2, within(EXACT));
    }

    @Test
    void deviatesFromNothingWithOneOrNone() {
        assertThat(times.deviationMillis()).isZero();
        assertThat(times.minMillis()).isZero();
        add(0.25);
        assertThat(times.deviationMillis()).isZero();
        assertThat(times.percentileMillis(99)).isEqualTo(0.25);
    }

    @Test
    void keepsItsExactnessOverManyTimes() {
        Random random = new Random(1);
        for (int i = 0; i < 200_000; i++) {
            times.add(Duration.ofNanos(1_000_000_000 + (random.nextBoolean() ? 1000 : -1000)));
        }
        assertThat(times.meanMillis()).isCloseTo(1000, within(1e-4));
        assertThat(times.deviationMillis()).isCloseTo(0.001, within(1e-5));
    }

    @Test
    void hasPercentilesOfThreeDigits() {
        for (int i = 1; i <= 1000; i++) {
            add(i);
        }
        assertThat(times.percentileMillis(50)).isCloseTo(500, within(1.0));
        assertThat(times.percentileMillis(90)).isCloseTo(900, within(1.0));
        assertThat(times.percentileMillis(99)).isCloseTo(990, within(1.0));
        assertThat(times.percentileMillis(100)).isEqualTo(1000);
    }
}
