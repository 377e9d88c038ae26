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
 * @param latency of messages that were scheduled in the measured time
 * @param lateness of the bench itself; part of the latency
 * @param own what the bench has used
 * @param firstFailure why the first connection failed that did
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
        Histogram lateness,
        ConnectHistograms connects,
        Tally failures,
        Tally closes,
        OwnUsage.Share own,
        @Nullable Failure firstFailure,
        List<Second> course) {}
