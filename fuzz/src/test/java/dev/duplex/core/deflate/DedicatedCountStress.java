package dev.duplex.core.deflate;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** Event loops that count the compressors of their connections in one place. */
public final class DedicatedCountStress {
    private DedicatedCountStress() {}

    /** One place for two: one gets it. */
    @JCStressTest
    @Outcome(
            id = {"true, false, 1", "false, true, 1"},
            expect = ACCEPTABLE)
    @State
    public static class OnePlace {
        private final DedicatedCount count = new DedicatedCount(1);

        @Actor
        public void one(ZZI_Result result) {
            result.r1 = count.tryAdd();
        }

        @Actor
        public void other(ZZI_Result result) {
            result.r2 = count.tryAdd();
        }

        @Arbiter
        public void end(ZZI_Result result) {
            result.r3 = count.current();
        }
    }

    /** A place is given back while another connection wants one: never are there more than the most, and none gets lost. */
    @JCStressTest
    @Outcome(
            id = {"true, false, 1", "false, false, 0"},
            expect = ACCEPTABLE)
    @State
    public static class GivenBack {
        private final DedicatedCount count = new DedicatedCount(1);

        public GivenBack() {
            count.add();
        }

        @Actor
        public void one(ZZI_Result result) {
            result.r1 = count.tryAdd();
        }

        @Actor
        public void other() {
            count.remove();
        }

        @Arbiter
        public void end(ZZI_Result result) {
            result.r3 = count.current();
        }
    }
}
