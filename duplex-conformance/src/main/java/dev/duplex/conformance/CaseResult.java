package dev.duplex.conformance;

import java.util.List;

/**
 * What came out of one case.
 *
 * @param info the case
 * @param reason why it is not {@link Verdict#PASS}, in a sentence; empty for a pass
 * @param micros how long it took, in microseconds
 * @param log what was on the wire
 */
public record CaseResult(CaseInfo info, Verdict verdict, String reason, long micros, List<LogLine> log) {
    public CaseResult {
        log = List.copyOf(log);
    }
}
