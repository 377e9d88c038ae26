package dev.duplex.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PublicationsTest {
    private final Publications publications = new Publications();

    @Test
    void aMessageIsCompleteWhenAllOthersHaveIt() {
        publications.published(5, 1000, 3, 2);
        assertThat(publications.scheduled(5)).isEqualTo(1000);
        assertThat(publications.sender(5)).isEqualTo(3);
        assertThat(publications.incomplete()).isEqualTo(1);
        assertThat(publications.delivered(5, 1)).isFalse();
        assertThat(publications.delivered(5, 3)).as("its sender").isFalse();
        assertThat(publications.delivered(5, 2)).isTrue();
        assertThat(publications.incomplete()).isZero();
        // Whoever has come in between gets it, too.
        assertThat(publications.delivered(5, 4)).isFalse();
        assertThat(publications.incomplete()).isZero();
    }

    @Test
    void knowsNothingOfWhatNobodyHasSent() {
        assertThat(publications.scheduled(0)).isEqualTo(Publications.UNKNOWN);
        assertThat(publications.scheduled(-1)).isEqualTo(Publications.UNKNOWN);
        publications.published(7, 1, 0, 1);
        assertThat(publications.scheduled(7 + (1 << 16))).isEqualTo(Publications.UNKNOWN);
        publications.published(7 + (1 << 16), 2, 0, 1);
        assertThat(publications.scheduled(7)).isEqualTo(Publications.UNKNOWN);
    }

    @Test
    void whoIsAloneWaitsForItself() {
        publications.published(5, 1000, 0, 0);
        assertThat(publications.sender(5)).isZero();
        assertThat(publications.incomplete()).isEqualTo(1);
        assertThat(publications.delivered(5, 0)).isTrue();
        assertThat(publications.incomplete()).isZero();
    }

    @Test
    void oneOfManyThreadsIsTheLast() throws InterruptedException {
        int threads = 4;
        int messages = 20_000;
        AtomicInteger completed = new AtomicInteger();
        for (int i = 0; i < messages; i++) {
            publications.published(i, i, 99, threads);
        }
        CountDownLatch done = new CountDownLatch(threads);
        for (int t = 0; t < threads; t++) {
            new Thread(() -> {
                        for (int i = 0; i < messages; i++) {
                            if (publications.delivered(i, 0)) {
                                completed.incrementAndGet();
                            }
                        }
                        done.countDown();
                    })
                    .start();
        }
        done.await();
        assertThat(completed).hasValue(messages);
        assertThat(publications.incomplete()).isZero();
    }
}
