package dev.duplex.cli.bench;

import dev.duplex.client.WebSocketOptions;
import dev.duplex.client.internal.load.LoadTarget;
import dev.duplex.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Results that no run has brought about: ten seconds, of which a test says what happened in them. */
final class Results {
    private Results() {}

    static BenchResult with(Consumer<BenchResult> happened) {
        BenchResult result = result(null, List.of());
        happened.accept(result);
        return result;
    }

    static BenchResult withSteps(List<StepResult> steps) {
        return result(new BenchPlan.Step(100, Duration.ofMillis(500)), steps);
    }

    private static BenchResult result(BenchPlan.@Nullable Step step, List<StepResult> steps) {
        BenchPlan plan = new BenchPlan(
                LoadTarget.of("ws://localhost/echo", WebSocketOptions.DEFAULT),
                "ws://localhost/echo",
                Scenario.ECHO,
                100,
                0,
                new Load.Open(10),
                Body.letters(20, true),
                new Matching.InOrder(),
                false,
                1,
                null,
                Duration.ZERO,
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                step,
                1,
                Transport.AUTO,
                List.of(),
                0,
                List.of());
        return new BenchResult(
                plan,
                false,
                1,
                10,
                new Counters(),
                new Counters(),
                0,
                Times.histogram(),
                Times.histogram(),
                Times.histogram(),
                new ConnectHistograms(),
                new Tally(),
                new Tally(),
                new OwnUsage.Share(0.5, 0.25),
                null,
                null,
                steps,
                List.of());
    }
}
