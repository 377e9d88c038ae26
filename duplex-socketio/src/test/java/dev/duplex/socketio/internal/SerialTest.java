package dev.duplex.socketio.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SerialTest {
    private final List<Throwable> failures = new ArrayList<>();
    private final Serial serial = new Serial(failures::add);
    private final List<String> log = new ArrayList<>();

    @Test
    void aTaskWithinATaskRunsAfterIt() {
        serial.run(() -> {
            serial.run(() -> log.add("inner"));
            log.add("outer");
        });
        assertThat(log).containsExactly("outer", "inner");
    }

    @Test
    void runsWhatWasAddedBefore() {
        serial.add(() -> log.add("a"));
        assertThat(serial.size()).isEqualTo(1);
        serial.run(() -> log.add("b"));
        assertThat(log).containsExactly("a", "b");
        assertThat(serial.isEmpty()).isTrue();
    }

    @Test
    void aTaskThatThrowsKeepsNoOtherFromRunning() {
        IllegalStateException thrown = new IllegalStateException("on purpose");
        serial.add(() -> {
            throw thrown;
        });
        serial.run(() -> log.add("after"));
        assertThat(failures).containsExactly(thrown);
        assertThat(log).containsExactly("after");
    }

    @Test
    void anExecutorRunsThemOncePerRow() {
        Queue<Runnable> executor = new ArrayDeque<>();
        serial.add(() -> log.add("a"));
        serial.runOn(executor::add);
        serial.add(() -> log.add("b"));
        serial.runOn(executor::add);
        assertThat(executor).hasSize(1);
        assertThat(log).isEmpty();
        executor.remove().run();
        assertThat(log).containsExactly("a", "b");
    }

    @Test
    void anExecutorThatRefusesLosesNothing() {
        serial.add(() -> log.add("a"));
        serial.runOn(task -> {
            throw new RejectedExecutionException();
        });
        serial.run(() -> log.add("b"));
        assertThat(log).containsExactly("a", "b");
    }

    @Test
    void tasksOfManyThreadsNeverMeet() throws Exception {
        int threads = 4;
        int each = 20_000;
        int[] unguarded = {0};
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger met = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(threads * each);
        for (int i = 0; i < threads; i++) {
            new Thread(() -> {
                        for (int j = 0; j < each; j++) {
                            serial.run(() -> {
                                met.addAndGet(inside.getAndIncrement());
                                unguarded[0]++;
                                inside.decrementAndGet();
                                done.countDown();
                            });
                        }
                    })
                    .start();
        }
        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        serial.run(() -> log.add("last"));
        assertThat(met.get()).isZero();
        assertThat(unguarded[0]).isEqualTo(threads * each);
        assertThat(failures).isEmpty();
    }
}
