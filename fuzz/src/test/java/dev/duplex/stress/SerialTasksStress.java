package dev.duplex.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.duplex.transport.internal.SerialTasks;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;
import org.openjdk.jcstress.infra.results.LJ_Result;

/** Tasks of one connection, given by threads and run by whichever thread of an executor comes first. */
public final class SerialTasksStress {
    private SerialTasksStress() {}

    /** An executor whose threads are actors. */
    private static final class Pool implements SerialTasks.Owner {
        private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
        final SerialTasks tasks = new SerialTasks(commands::add, this);

        /** What a thread of the pool does. */
        void runOne() {
            Runnable command = commands.poll();
            if (command != null) {
                command.run();
            }
        }

        void runAll() {
            for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
                command.run();
            }
        }

        @Override
        public void pressureChanged() {}

        @Override
        public void refused(RejectedExecutionException why) {
            throw why;
        }

        @Override
        public void failed(Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }

    /**
     * All of them run, one at a time, and each sees what those before it have written; the order of each thread is kept.
     * The string is no variable that threads could share safely: that is the point.
     */
    @JCStressTest
    @Outcome(
            id = {"abc, 0", "acb, 0", "cab, 0"},
            expect = ACCEPTABLE)
    @State
    public static class OneAtATime {
        private final Pool pool = new Pool();
        private String done = "";

        @Actor
        public void one() {
            pool.tasks.queue(() -> done += "a", 1);
            pool.tasks.queue(() -> done += "b", 1);
            pool.runOne();
        }

        @Actor
        public void other() {
            pool.tasks.queue(() -> done += "c", 1);
            pool.runOne();
        }

        @Arbiter
        public void end(LI_Result result) {
            pool.runAll();
            result.r1 = done;
            result.r2 = pool.tasks.isFull() ? 1 : 0;
        }
    }

    /** Only the thread that runs a task is told its number; {@code bufferedAmount} stands still for it alone. */
    @JCStressTest
    @Outcome(id = "1, -1", expect = ACCEPTABLE)
    @State
    public static class NumberOfTheTask {
        private final Pool pool = new Pool();
        private long inside;

        public NumberOfTheTask() {
            pool.tasks.queue(() -> inside = pool.tasks.currentTask(), 1);
        }

        @Actor
        public void run() {
            pool.runOne();
        }

        @Actor
        public void ask(LJ_Result result) {
            result.r2 = pool.tasks.currentTask();
        }

        @Arbiter
        public void end(LJ_Result result) {
            result.r1 = inside;
        }
    }
}
