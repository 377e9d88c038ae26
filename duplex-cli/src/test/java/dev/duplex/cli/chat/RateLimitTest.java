package dev.duplex.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final long START = Long.MAX_VALUE - 5;

    private final RateLimit limit = new RateLimit(3, 5, START);

    private int passesAt(long millis) {
        int passed = 0;
        while (limit.pass(START + TimeUnit.MILLISECONDS.toNanos(millis))) {
            passed++;
        }
        return passed;
    }

    @Test
    void letsABurstPassAndNoMore() {
        assertThat(passesAt(0)).isEqualTo(3);
        assertThat(passesAt(0)).isZero();
    }

    @Test
    void fillsWithTimeUpToTheBurst() {
        passesAt(0);
        assertThat(passesAt(199)).isZero();
        assertThat(passesAt(200)).isEqualTo(1);
        assertThat(passesAt(600)).isEqualTo(2);
        assertThat(passesAt(3_600_000)).isEqualTo(3);
    }
}
