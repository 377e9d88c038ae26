package dev.duplex.server.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** Threads that subscribe sessions, publish and end sessions, over two event loops. */
public final class TopicsStress {
    private TopicsStress() {}

    /** A topic whose last member leaves while another joins: who has joined gets what is published next. */
    @JCStressTest
    @Outcome(id = "x, topic", expect = ACCEPTABLE)
    @State
    public static class TheLastLeavesWhileAnotherJoins {
        private final TwoSessions sessions = new TwoSessions();

        public TheLastLeavesWhileAnotherJoins() {
            sessions.second.subscribe("topic");
            sessions.turn();
        }

        @Actor
        public void join() {
            sessions.first.subscribe("topic");
            sessions.publish("topic", "x");
        }

        @Actor
        public void leave() {
            sessions.second.unsubscribe("topic");
            sessions.turnSecond();
        }

        @Arbiter
        public void end(LL_Result result) {
            sessions.turn();
            result.r1 = sessions.receivedByFirst();
            result.r2 = sessions.topics();
        }
    }

    /** A session that ends while a thread subscribes it is a member of nothing afterwards. */
    @JCStressTest
    @Outcome(id = "none", expect = ACCEPTABLE)
    @State
    public static class TheSessionEndsWhileItJoins {
        private final TwoSessions sessions = new TwoSessions();

        @Actor
        public void join() {
            sessions.first.subscribe("topic");
        }

        @Actor
        public void end() {
            sessions.endFirst();
        }

        @Arbiter
        public void end(L_Result result) {
            sessions.turn();
            result.r1 = sessions.topics();
        }
    }
}
