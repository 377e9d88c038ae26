package dev.duplex.cli.bench;

import java.util.ArrayList;
import java.util.List;

/** What makes figures doubtful. */
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
            warnings.add("this program was late: 1 % of the messages left " + Figures.millis(late)
                    + " ms or more after their time, which is in the latencies; is the machine busy?");
        }
        return warnings;
    }
}
