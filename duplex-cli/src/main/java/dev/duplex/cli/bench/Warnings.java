package dev.duplex.cli.bench;

import java.util.ArrayList;
import java.util.List;

/** What makes figures doubtful, and what can be done about it. */
final class Warnings {
    /** Lateness up to here is that of timers. */
    private static final double HARMLESS_LATENESS_MILLIS = 1;

    private Warnings() {}

    static List<String> of(BenchResult result) {
        List<String> warnings = new ArrayList<>();
        if (result.own().isLimit()) {
            warnings.add("a loop of this program had no time left ("
                    + Figures.percent(result.own().busiest())
                    + " % of a processor): the figures may be its own limit; add --threads, or a machine");
        }
        double late = Figures.millis(result.lateness(), 99);
        if (result.plan().load() instanceof Load.Open && late > HARMLESS_LATENESS_MILLIS) {
            warnings.add("this program was late: one message of 100 left " + Figures.millis(late)
                    + " ms or more after its time, which is in the latencies; is the machine busy?");
        }
        if (result.measured().wrong > 0) {
            warnings.add("answers differ from what was sent: --any-answer for a server that answers otherwise,"
                    + " --latency json:PATH where other messages come in between");
        }
        for (String reason : result.failures().counts().keySet()) {
            if (reason.contains("Cannot assign requested address")) {
                warnings.add("the ports of one local address are used up: add others with --source-ip");
            } else if (reason.contains("Too many open files")) {
                warnings.add("this process may have no more open files: raise the limit with ulimit -n");
            }
        }
        return warnings;
    }
}
