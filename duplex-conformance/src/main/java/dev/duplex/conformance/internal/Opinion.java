package dev.duplex.conformance.internal;

import dev.duplex.conformance.Verdict;

/** What is thought of the peer so far: the worst remark counts, and of those equally bad the first. */
final class Opinion {
    private Verdict verdict = Verdict.PASS;
    private String reason = "";

    void add(Verdict other, String why) {
        if (other.compareTo(verdict) > 0) {
            verdict = other;
            reason = why;
        }
    }

    Verdict verdict() {
        return verdict;
    }

    String reason() {
        return reason;
    }
}
