package dev.duplex.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThresholdTest {
    /** Latencies of 1 to 100 ms, one each; 90 connections of 100; 990 messages answered of 1,000, 10 of those wrong. */
    private static final BenchResult RESULT = Results.with(result -> {
        for (int millis = 1; millis <= 100; millis++) {
            result.latency().recordValue(millis * 1_000_000L);
        }
        result.all().begun = 100;
        result.all().opened = 90;
        result.all().failed = 10;
        result.measured().sent = 1000;
        result.measured().received = 990;
        result.measured().wrong = 10;
    });

    @ParameterizedTest
    @CsvSource({
        "p50<51ms, true",
        "p50<49ms, false",
        "p99<0.1s, true",
        "p99<=98ms, false",
        "p99.9>99ms, true",
        "max<=101000us, true",
        "max<100ms, false",
        "mean>=50ms, true",
        "mean>52ms, false",
        "errors<21, true",
        "errors<20, false",
        "errors<2%, true",
        "errors<1.8%, false",
        "failed<=10, true",
        "lost<1, true",
        "wrong<10, false",
        "unanswered<1, true",
        "connections>=90, true",
        "connections>90, false",
        "sent>99/s, true",
        "received>99/s, false"
    })
    void comparesWhatWasMeasured(String condition, boolean held) {
        Threshold.Outcome outcome = Threshold.parse(condition).get(0).outcome(RESULT);
        assertThat(outcome.held()).as(outcome.toString()).isEqualTo(held);
    }

    @Test
    void readsSeveralWithCommasBetween() {
        assertThat(Threshold.parse("p99<50ms, errors < 0.1% ,P50<=1MS"))
                .extracting(Threshold::metric, Threshold::comparison, Threshold::limit)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("p99", "<", 50.0),
                        org.assertj.core.groups.Tuple.tuple("errors%", "<", 0.1),
                        org.assertj.core.groups.Tuple.tuple("p50", "<=", 1.0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu<1us", "rss<1g", "connect-p99<1s", "lateness-p99<1s"})
    void whatWasNotMeasuredDoesNotHold(String condition) {
        Threshold.Outcome outcome = Threshold.parse(condition).get(0).outcome(RESULT);
        assertThat(outcome.held()).isFalse();
        assertThat(outcome.actual()).isEqualTo("not measured");
    }

    @ParameterizedTest
    @CsvSource({
        "p99, p99<50ms",
        "p99<50, unit is missing",
        "p99<50kg, kg",
        "speed<5, speed",
        "p99=50ms, p99<50ms",
        "errors<1ms, %",
        "p100<1s, p100",
        "'', p99<50ms",
        "'p99<50ms,', p99<50ms"
    })
    void saysWhatAConditionIs(String condition, String named) {
        assertThatThrownBy(() -> Threshold.parse(condition))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named);
    }

    @Test
    void aRunWithStepsIsJudgedByTheMostConnectionsThatHeld() {
        List<StepResult> steps = List.of(
                new StepResult(100, 1, new Counters(), Times.histogram(), true),
                new StepResult(200, 1, new Counters(), Times.histogram(), false));
        BenchResult result = Results.withSteps(steps);
        assertThat(Threshold.parse("connections>=100").get(0).outcome(result).held())
                .isTrue();
        assertThat(Threshold.parse("connections>100").get(0).outcome(result).held())
                .isFalse();
    }
}
