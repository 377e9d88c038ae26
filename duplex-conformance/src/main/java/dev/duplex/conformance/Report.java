package dev.duplex.conformance;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What came out of a run.
 *
 * @param peer what was checked: a name that was given, what the peer calls itself, or its address
 * @param role which end the peer is
 * @param started when
 * @param millis how long it took, in milliseconds
 * @param results one for each case, in the order of the {@link Catalogue}
 */
public record Report(String peer, PeerRole role, Instant started, long millis, List<CaseResult> results) {
    public Report {
        results = List.copyOf(results);
    }

    /** How many cases ended with each verdict. */
    public Map<Verdict, Long> counts() {
        Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);
        for (Verdict verdict : Verdict.values()) {
            counts.put(verdict, 0L);
        }
        results.forEach(result -> counts.merge(result.verdict(), 1L, Long::sum));
        return counts;
    }
}
