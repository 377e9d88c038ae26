package dev.duplex.cli.bench;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What came out.
 *
 * @param connectSeconds until the last connection was open or had failed
 * @param seconds how long was measured
 * @param measured what was counted in that time
 * @param all what was counted in the whole run
 * @param unanswered messages of the measured time that nobody has answered by the end of the run
 * @param latency of messages that were scheduled in the measured time; those without an answer with what they have waited
 * @param complete of a broadcast, until all had a message
 * @param lateness of the bench itself; part of the latency
 * @param own what the bench has used
 * @param server what the server has used, or null if nobody has said which process it is
 * @param firstFailure why the first connection failed that did
 * @param steps with {@code --step}, one after the other
 * @param course the run second by second
 */
public record BenchResult(
        BenchPlan plan,
        boolean interrupted,
        double connectSeconds,
        double seconds,
        Counters measured,
        Counters all,
        long unanswered,
        Histogram latency,
        Histogram complete,
        Histogram lateness,
        ConnectHistograms connects,
        Tally failures,
        Tally closes,
        OwnUsage.Share own,
        ServerUsage.@Nullable Course server,
        @Nullable Failure firstFailure,
        List<StepResult> steps,
        List<Second> course) {

    /** What went wrong: connections that failed or were lost, answers that were wrong or did not come. */
    public long errors() {
        return all.failed + all.lost + measured.wrong + unanswered;
    }

    /** Errors as a share of what could have gone wrong: connections that were begun, messages that were sent. */
    public double errorRate() {
        long chances = all.begun + measured.sent;
        return chances == 0 ? 0 : Math.min(1, (double) errors() / chances);
    }

    /** What the server's CPU time is told for: a message that came from it, or a connection where none did. */
    long units() {
        return plan.scenario() == Scenario.CONNECT || measured.received == 0 ? measured.opened : measured.received;
    }

    /** With {@code --step}, the most connections within the limits; otherwise those that were open. */
    public long connections() {
        return plan.step() == null
                ? all.opened
                : steps.stream()
                        .filter(StepResult::held)
                        .mapToLong(StepResult::connections)
                        .max()
                        .orElse(0);
    }

    /** How each threshold turned out. */
    public List<Threshold.Outcome> outcomes() {
        return plan.thresholds().stream()
                .map(threshold -> threshold.outcome(this))
                .toList();
    }
}
