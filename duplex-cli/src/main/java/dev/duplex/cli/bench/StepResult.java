package dev.duplex.cli.bench;

import org.HdrHistogram.Histogram;

/**
 * What a number of connections made of the server.
 *
 * @param latency of messages that were scheduled in this time; those without an answer with what they have waited
 * @param held whether it was within the limits
 */
public record StepResult(int connections, double seconds, Counters counted, Histogram latency, boolean held) {
    /** Beyond so many of a hundred, errors are too many, however fast the rest is. */
    private static final double MOST_ERRORS = 0.01;

    /** Judges it. */
    static StepResult of(BenchPlan.Step step, int connections, double seconds, Counters counted, Histogram latency) {
        boolean fast = latency.getTotalCount() > 0
                && latency.getValueAtPercentile(95) <= step.p95().toNanos();
        long errors = counted.failed + counted.lost + counted.wrong;
        boolean sound = errors <= MOST_ERRORS * Math.max(1, counted.begun + counted.sent);
        return new StepResult(connections, seconds, counted, latency, fast && sound);
    }
}
