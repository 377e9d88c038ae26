package dev.duplex.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SerialTasksTest {
    private final Queue<Runnable> executor = new ArrayDeque<>();
    private final List<String> log = new ArrayList<>();
    private final SerialTasks.Owner owner = new SerialTasks.Owner() {
        @Override
        public void pressureChanged() {
            log.add("pressure");
        }

        @Override
        public void refused(RejectedExecutionException why) {
            log.add("refused");
        }

        @Override
        public void failed(Throwable thrown) {
            log.add("failed " + thrown.getMessage());
        }
    };
    private final SerialTasks tasks = new SerialTasks(executor::add, owner);

    private void runAll() {
        for (Runnable next = executor.poll(); next != null; next = executor.poll()) {
            next.run();
        }
    }

    @Test
    void runsTasksInOrderInOneGo() {
        tasks.queue(() -> log.add("a"), 0);
        tasks.queue(() -> log.add("b"), 0);
        assertThat(executor).hasSize(1);
        runAll();
        assertThat(log).containsExactly("a", "b");
    }

    @Test
    void aTaskThatThrowsDoesNotStopTheNext() {
        tasks.queue(
                () -> {
                    throw new AssertionError("on purpose");
                },
                0);
        tasks.queue(() -> log.add("next"), 0);
        runAll();
        assertThat(log).containsExactly("failed on purpose", "next");
    }

    @Test
    void aTaskQueuedByATaskRunsBehindIt() {
        tasks.queue(
                () -> {
                    tasks.queue(() -> log.add("inner"), 0);
                    log.add("outer");
                },
                0);
        runAll();
        assertThat(log).containsExactly("outer", "inner");
    }

    @Test
    void tellsThatTooManyWaitAndThatHalfAreWorkedOff() {
        for (int i = 0; i < 63; i++) {
            tasks.queue(() -> {}, 0);
        }
        assertThat(tasks.isFull()).isFalse();
        tasks.queue(() -> {}, 0);
        assertThat(tasks.isFull()).isTrue();
        assertThat(log).containsExactly("pressure");
        runAll();
        assertThat(tasks.isFull()).isFalse();
        assertThat(log).containsExactly("pressure", "pressure");
    }

    @Test
    void knowsInWhichOfItsTasksAThreadIs() {
        List<Long> seen = new ArrayList<>();
        tasks.queue(() -> seen.add(tasks.currentTask()), 0);
        tasks.queue(() -> seen.add(tasks.currentTask()), 0);
        runAll();
        assertThat(seen).doesNotContain(-1L).doesNotHaveDuplicates().hasSize(2);
        assertThat(tasks.currentTask()).isEqualTo(-1);
    }

    @Test
    void tellsThatTheTasksThatWaitHoldTooMuch() {
        tasks.queue(() -> {}, 1024 * 1024 - 1);
        assertThat(tasks.isFull()).isFalse();
        tasks.queue(() -> {}, 1);
        assertThat(tasks.isFull()).isTrue();
        runAll();
        assertThat(tasks.isFull()).isFalse();
    }

    @Test
    void whatTheExecutorRefusesIsRunAllTheSame() throws Exception {
        SerialTasks refused = new SerialTasks(
                task -> {
                    throw new RejectedExecutionException("closed");
                },
                owner);
        CountDownLatch ran = new CountDownLatch(1);
        refused.queue(ran::countDown, 0);
        assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(log).containsExactly("refused");
    }
}
