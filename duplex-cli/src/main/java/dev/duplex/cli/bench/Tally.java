package dev.duplex.cli.bench;

import java.util.Map;
import java.util.TreeMap;

/**
 * Counts of things by name: reasons, close codes. Of names there is a bound, since they come from a peer; what is beyond it
 * is counted together.
 */
public final class Tally {
    static final String OTHERS = "others";
    private static final int MOST_NAMES = 40;

    private final Map<String, Long> counts = new TreeMap<>();

    void add(String name) {
        add(name, 1);
    }

    void add(String name, long count) {
        boolean known = counts.containsKey(name) || counts.size() < MOST_NAMES;
        counts.merge(known ? name : OTHERS, count, Long::sum);
    }

    void addAll(Tally other) {
        other.counts.forEach(this::add);
    }

    Map<String, Long> counts() {
        return counts;
    }

    long sum() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
