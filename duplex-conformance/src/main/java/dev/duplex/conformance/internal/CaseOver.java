package dev.duplex.conformance.internal;

import dev.duplex.conformance.Verdict;

/** Ends a case before its last step: the rest makes no sense any more. */
final class CaseOver extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Verdict verdict;
    private final String reason;

    CaseOver(Verdict verdict, String reason) {
        super(reason, null, false, false);
        this.verdict = verdict;
        this.reason = reason;
    }

    Verdict verdict() {
        return verdict;
    }

    String reason() {
        return reason;
    }
}
