package dev.duplex.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TallyTest {
    @Test
    void countsByNameAndHasABound() {
        Tally tally = new Tally();
        for (int i = 0; i < 1000; i++) {
            tally.add("reason " + i % 100);
        }
        assertThat(tally.counts()).hasSize(41).containsEntry("reason 0", 10L).containsEntry(Tally.OTHERS, 600L);
        Tally both = new Tally();
        both.addAll(tally);
        both.addAll(tally);
        assertThat(both.sum()).isEqualTo(2000);
    }
}
