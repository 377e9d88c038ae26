package dev.duplex.core.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DedicatedCountTest {
    @Test
    void countsUpToItsMaximum() {
        DedicatedCount count = new DedicatedCount(2);
        assertThat(count.tryAdd()).isTrue();
        assertThat(count.hasRoom()).isTrue();
        assertThat(count.tryAdd()).isTrue();
        assertThat(count.hasRoom()).isFalse();
        assertThat(count.tryAdd()).isFalse();
        assertThat(count.current()).isEqualTo(2);
        assertThat(count.maximum()).isEqualTo(2);

        count.remove();
        assertThat(count.tryAdd()).isTrue();
    }

    @Test
    void countsAPromiseAlreadyMadePastItsMaximum() {
        DedicatedCount count = new DedicatedCount(0);
        count.add();
        assertThat(count.current()).isEqualTo(1);
        assertThat(count.hasRoom()).isFalse();
    }

    @Test
    void refusesANegativeMaximum() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DedicatedCount(-1))
                .withMessage("maximum must not be negative but was -1");
    }

    @Test
    void letsNoMoreThanTheMaximumInFromAnyNumberOfThreads() throws InterruptedException {
        DedicatedCount count = new DedicatedCount(1000);
        AtomicInteger added = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(new Thread(() -> {
                for (int k = 0; k < 1000; k++) {
                    if (count.tryAdd()) {
                        added.incrementAndGet();
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(added).hasValue(1000);
        assertThat(count.current()).isEqualTo(1000);
    }
}
