package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MessageRateTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void lastsForThoseOfOneSecondAndThenForOneAtATime() {
        MessageRate rate = new MessageRate(4, 100);
        assertThat(rate.taken(100)).isZero();
        assertThat(rate.taken(100)).isZero();
        assertThat(rate.taken(100)).isZero();
        assertThat(rate.taken(100)).as("the fourth was the last").isEqualTo(SECOND / 4);
        assertThat(rate.taken(100 + SECOND / 4)).isEqualTo(SECOND / 4);
    }

    @Test
    void holdsNoMoreThanThoseOfOneSecond() {
        MessageRate rate = new MessageRate(2, 0);
        assertThat(rate.taken(100 * SECOND)).isZero();
        assertThat(rate.taken(100 * SECOND)).isEqualTo(SECOND / 2);
    }

    @Test
    void mayBeLessThanOneInASecond() {
        MessageRate rate = new MessageRate(0.5, 0);
        assertThat(rate.taken(0)).isEqualTo(2 * SECOND);
        assertThat(rate.taken(SECOND)).as("too early, and charged for it").isEqualTo(3 * SECOND);
    }
}
