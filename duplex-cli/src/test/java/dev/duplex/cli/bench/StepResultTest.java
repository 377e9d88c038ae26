package dev.duplex.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class StepResultTest {
    private static final BenchPlan.Step STEP = new BenchPlan.Step(100, Duration.ofMillis(500));

    private static StepResult judged(int slow, Counters counted) {
        Histogram latency = Times.histogram();
        for (int i = 0; i < 1000; i++) {
            latency.recordValue(i < slow ? 600_000_000L : 100_000_000L);
        }
        return StepResult.of(STEP, 100, 1, counted, latency);
    }

    @Test
    void holdsWhileNinetyFiveOfAHundredAreFastEnough() {
        assertThat(judged(50, new Counters()).held()).isTrue();
        assertThat(judged(51, new Counters()).held()).isFalse();
    }

    @Test
    void doesNotHoldWithTooManyErrors() {
        Counters counted = new Counters();
        counted.begun = 100;
        counted.sent = 900;
        counted.failed = 10;
        assertThat(judged(0, counted).held()).isTrue();
        counted.lost = 1;
        assertThat(judged(0, counted).held()).isFalse();
    }

    @Test
    void doesNotHoldIfNothingWasAnswered() {
        assertThat(StepResult.of(STEP, 100, 1, new Counters(), Times.histogram())
                        .held())
                .isFalse();
    }
}
