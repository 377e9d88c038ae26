package dev.duplex.server.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.duplex.fuzz.SteppedLoop;
import dev.duplex.server.HttpRequest;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;
import org.openjdk.jcstress.infra.results.ZJ_Result;

/** What other threads ask an event loop to do, and what its watchdog sees of it. */
public final class ServerLoopStress {
    private ServerLoopStress() {}

    /** Publications and memberships: none stays behind, however a thread and the loop meet, and each thread's order is kept. */
    @JCStressTest
    @Outcome(
            id = {"abc", "acb", "cab"},
            expect = ACCEPTABLE)
    @State
    public static class InOrder {
        private final SteppedLoop executor = new SteppedLoop();
        private final ServerLoop loop = ServerBench.loop(0, executor, () -> {});
        private final StringBuilder done = new StringBuilder();

        @Actor
        public void one() {
            loop.inOrder(() -> done.append('a'));
            loop.inOrder(() -> done.append('b'));
        }

        @Actor
        public void otherThenLoop() {
            loop.inOrder(() -> done.append('c'));
            executor.turn();
        }

        @Arbiter
        public void end(L_Result result) {
            executor.turn();
            result.r1 = done.toString();
        }
    }

    /** What is called for on the loop itself comes behind what threads have called for before. */
    @JCStressTest
    @Outcome(
            id = {"ab", "ba"},
            expect = ACCEPTABLE)
    @State
    public static class OnTheLoopToo {
        private final SteppedLoop executor = new SteppedLoop();
        private final ServerLoop loop = ServerBench.loop(0, executor, () -> {});
        private final StringBuilder done = new StringBuilder();

        @Actor
        public void thread() {
            loop.inOrder(() -> done.append('a'));
        }

        @Actor
        public void loop() {
            executor.on(() -> loop.inOrder(() -> done.append('b')));
            executor.turn();
        }

        @Arbiter
        public void end(L_Result result) {
            executor.turn();
            result.r1 = done.toString();
        }
    }

    /** Whoever sees a call run sees its number, not that of the call before: else a quick handler may be accused of being slow. */
    @JCStressTest
    @Outcome(
            id = {"false, 0", "false, 1", "false, 2", "true, 2"},
            expect = ACCEPTABLE)
    @State
    public static class Watchdog {
        private static final HttpRequest FIRST =
                HttpRequest.builder("GET", "/1").build();
        private static final HttpRequest SECOND =
                HttpRequest.builder("GET", "/2").build();

        private final ServerLoop loop = ServerBench.loop(0, new SteppedLoop(), () -> {});

        @Actor
        public void loop() {
            loop.leave(loop.enter(FIRST));
            loop.leave(loop.enter(SECOND));
        }

        @Actor
        public void watchdog(ZJ_Result result) {
            result.r1 = loop.running() == SECOND;
            result.r2 = loop.calls();
        }
    }
}
