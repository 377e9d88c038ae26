package dev.duplex.cli.websocketd;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HostNamesTest {
    private static final InetAddress ADDRESS = InetAddress.getLoopbackAddress();

    @Test
    void areThoseThatAreFound() throws Exception {
        HostNames names = new HostNames(address -> "name of " + address.getHostAddress());
        assertThat(names.of(ADDRESS).toCompletableFuture().get(20, TimeUnit.SECONDS))
                .isEqualTo("name of 127.0.0.1");
    }

    @Test
    void areAskedForOnAFewThreadsOfTheirOwn() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(HostNames.THREADS);
        Set<String> threads = ConcurrentHashMap.newKeySet();
        HostNames names = new HostNames(address -> {
            threads.add(Thread.currentThread().getName());
            asked.countDown();
            try {
                answer.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return "late";
        });
        try {
            List<CompletableFuture<String>> wait = new ArrayList<>();
            for (int i = 0; i < HostNames.THREADS + HostNames.MOST_WAITING; i++) {
                wait.add(names.of(ADDRESS).toCompletableFuture());
            }
            assertThat(names.of(ADDRESS).toCompletableFuture())
                    .as("one more than may wait has no name, at once")
                    .isCompletedWithValue("");
            asked.await();
            assertThat(threads).containsExactly("duplex-names");
            for (CompletableFuture<String> name : wait) {
                assertThat(name.get(20, TimeUnit.SECONDS))
                        .as("the name that takes too long")
                        .isEmpty();
            }
        } finally {
            answer.countDown();
        }
    }
}
