package dev.duplex.conformance.internal;

import dev.duplex.conformance.CaseResult;
import dev.duplex.conformance.PeerRole;
import dev.duplex.conformance.Verdict;

/** One case on one connection. */
final class CaseRun {
    private final Case running;
    private final WireLog log;
    private final Opinion opinion;
    private boolean ranOut;

    CaseRun(Case running) {
        this(running, new WireLog(), new Opinion());
    }

    /** For a connection that exists already. */
    CaseRun(Case running, WireLog log, Opinion opinion) {
        this.running = running;
        this.log = log;
        this.opinion = opinion;
    }

    WireLog log() {
        return log;
    }

    Opinion opinion() {
        return opinion;
    }

    /** Runs the steps, closes the connection, and says what came of it. */
    CaseResult on(Peer peer) {
        if (running.heavy()) {
            peer.expectMuchData();
        }
        try {
            if (!running.byHand()) {
                if (peer.role() == PeerRole.SERVER) {
                    HandshakeSteps.open(peer, running, peer.greetings());
                } else {
                    HandshakeSteps.accept(peer, running);
                }
            }
            running.steps().forEach(step -> step.does().accept(peer));
            Expect.nothingLeft(peer);
        } catch (CaseOver over) {
            opinion.add(over.verdict(), over.reason());
        }
        ranOut = peer.ranOut();
        try {
            peer.leave();
        } catch (CaseOver over) {
            log.note("while leaving: " + over.reason());
        }
        peer.close();
        return result();
    }

    /** Whether the verdict may owe to a busy machine: it is none that passes, and a wait has run out. */
    boolean isDoubtful() {
        return ranOut && opinion.verdict() != Verdict.PASS;
    }

    /** The case cannot run at all. */
    CaseResult without(Verdict verdict, String reason) {
        opinion.add(verdict, reason);
        return result();
    }

    private CaseResult result() {
        return new CaseResult(running.info(), opinion.verdict(), opinion.reason(), log.micros(), log.lines());
    }
}
