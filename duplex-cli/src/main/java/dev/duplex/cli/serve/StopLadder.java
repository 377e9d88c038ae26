package dev.duplex.cli.serve;

import dev.duplex.cli.common.LengthOfTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How a program is brought to its end: the steps one after the other, until it and all that it has started are gone.
 *
 * @param steps the last one is KILL
 */
public record StopLadder(List<Step> steps) {
    private static final Set<String> SIGNALS =
            Set.of("HUP", "INT", "QUIT", "ABRT", "KILL", "USR1", "USR2", "ALRM", "TERM");

    /** The input ends, then signals that ask more and more firmly. */
    public static final StopLadder DEFAULT = parse("eof:1s,INT:1s,TERM:2s,KILL");

    public StopLadder {
        steps = List.copyOf(steps);
    }

    /**
     * One step.
     *
     * @param signal without SIG; empty for the end of the program's input
     * @param grace how long the program has before the next step
     */
    public record Step(String signal, Duration grace) {
        boolean endsInput() {
            return signal.isEmpty();
        }

        @Override
        public String toString() {
            return (endsInput() ? "eof" : signal) + (grace.isZero() ? "" : ":" + grace.toMillis() + "ms");
        }
    }

    /**
     * Reads {@code eof:1s,INT:1s,TERM:2s,KILL}. What does not end with KILL gets it in the end.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    public static StopLadder parse(String text) {
        List<Step> steps = new ArrayList<>();
        for (String piece : text.split(",", -1)) {
            String[] parts = piece.trim().split(":", 2);
            String word = parts[0].toUpperCase(Locale.ROOT);
            String signal = word.startsWith("SIG") ? word.substring(3) : word;
            if (!word.equals("EOF") && !SIGNALS.contains(signal)) {
                throw new IllegalArgumentException("expected steps such as eof:1s,INT:1s,TERM:2s,KILL, but '" + parts[0]
                        + "' is neither eof nor one of "
                        + SIGNALS.stream().sorted().collect(Collectors.joining(", ")));
            }
            Duration grace = parts.length < 2 ? Duration.ZERO : new LengthOfTime().convert(parts[1]);
            steps.add(new Step(word.equals("EOF") ? "" : signal, grace));
        }
        if (!steps.get(steps.size() - 1).signal().equals("KILL")) {
            steps.add(new Step("KILL", Duration.ZERO));
        }
        return new StopLadder(steps);
    }

    /** The most time that all steps together give. */
    public Duration total() {
        return steps.stream().map(Step::grace).reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public String toString() {
        return steps.stream().map(Step::toString).collect(Collectors.joining(","));
    }
}
