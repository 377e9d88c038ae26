package dev.duplex.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** The parts of an open loop together, in a time that does not pass: a second is a thousand million steps of a number. */
class OpenLoopTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;

    private final Agenda agenda = new Agenda(0);
    private final LaneStats stats = new LaneStats();
    private final Pace pace = new Pace(100);
    private long turn;
    private long now;

    /** Answers in a millisecond, but nothing between these two times. */
    private long answeredAt(long sent, long stallFrom, long stallUntil) {
        long at = sent + MILLI;
        return at >= stallFrom && at < stallUntil ? stallUntil : at;
    }

    /** Sends by the schedule until then, from a program that gets to its agenda only every so often. */
    private void run(long until, long every, long stallFrom, long stallUntil) {
        Agenda.Entry[] next = new Agenda.Entry[1];
        next[0] = scheduled -> {
            if (scheduled >= until) {
                return;
            }
            stats.late(scheduled, now);
            stats.answered(scheduled, answeredAt(now, stallFrom, stallUntil));
            turn++;
            agenda.add(pace.due(turn), next[0]);
        };
        agenda.add(pace.due(0), next[0]);
        for (now = 0; now < until + every; now += every) {
            agenda.run(now, Integer.MAX_VALUE);
        }
    }

    @Test
    void aStallIsInTheLatencyOfAllThatWasDueInIt() {
        stats.measureFrom(0);
        run(10 * SECOND, MILLI, 4 * SECOND, 6 * SECOND);
        Histogram latency = stats.take().latency();
        assertThat(latency.getTotalCount()).isEqualTo(1000);
        // Of ten seconds the server stood still in two: a fifth of the messages waited, from 0 to 2 s, evenly.
        assertThat(latency.getCountBetweenValues(2 * MILLI, 3 * SECOND)).isBetween(198L, 201L);
        assertThat(latency.getCountBetweenValues(SECOND, 3 * SECOND)).isBetween(99L, 101L);
        assertThat(latency.getValueAtPercentile(90)).isBetween(980 * MILLI, 1020 * MILLI);
        assertThat(latency.getMaxValue()).isBetween(1980 * MILLI, 2002 * MILLI);
    }

    @Test
    void whatTheProgramItselfIsLateIsCountedAndInTheLatency() {
        stats.measureFrom(0);
        run(10 * SECOND, 100 * MILLI, 0, 0);
        LaneStats.Sample sample = stats.take();
        assertThat(sample.lateness().getTotalCount()).isEqualTo(1000);
        // Ten messages at each look, due 0, 10, … 90 ms before it.
        assertThat(sample.lateness().getMaxValue()).isBetween(89 * MILLI, 91 * MILLI);
        assertThat(sample.latency().getMaxValue()).isBetween(90 * MILLI, 92 * MILLI);
        assertThat(sample.lateness().getCountBetweenValues(0, 5 * MILLI)).isBetween(99L, 101L);
    }

    @Test
    void onlyWhatIsScheduledInTheMeasuredTimeIsMeasured() {
        stats.measureFrom(2 * SECOND);
        stats.measureUntil(5 * SECOND);
        run(10 * SECOND, MILLI, 4 * SECOND, 9 * SECOND);
        LaneStats.Sample sample = stats.take();
        assertThat(sample.latency().getTotalCount()).isEqualTo(300);
        // Also what is answered long after that.
        assertThat(sample.latency().getMaxValue()).isGreaterThan(4900 * MILLI);
        assertThat(sample.counters().answered).isEqualTo(1000);
    }

    @Test
    void aNewMeasurementForgetsTheLast() {
        stats.measureFrom(0);
        stats.measureUntil(10);
        stats.answered(5, 7);
        stats.take();
        stats.measureFrom(20);
        stats.answered(5, 30);
        stats.answered(25, 30);
        assertThat(stats.take().latency().getTotalCount()).isEqualTo(1);
    }
}
