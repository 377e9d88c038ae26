package dev.duplex.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OpcodeTest {
    @Test
    void threeToSevenAndElevenToFifteenAreReserved() {
        assertThat(IntStream.range(0, 16).filter(Opcode::isReserved).toArray())
                .containsExactly(3, 4, 5, 6, 7, 11, 12, 13, 14, 15);
    }

    @Test
    void eightAndMoreAreControlFrames() {
        assertThat(IntStream.range(0, 16).filter(Opcode::isControl).toArray())
                .containsExactly(8, 9, 10, 11, 12, 13, 14, 15);
    }
}
