package dev.duplex.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MaskingKeysTest {
    @Test
    void aMillionKeysRepeatNoMoreThanChanceAllows() {
        MaskingKeys keys = new MaskingKeys();
        Set<Integer> seen = new HashSet<>();
        int count = 1_000_000;
        for (int i = 0; i < count; i++) {
            seen.add(keys.getAsInt());
        }
        // Of n keys out of 2^32, about n²/2^33 = 116 repeat; 300 is seventeen standard deviations away.
        assertThat(count - seen.size()).isLessThan(300);
    }

    @Test
    void eachBitIsSetInHalfOfTheKeys() {
        MaskingKeys keys = new MaskingKeys();
        Integer[] set = new Integer[Integer.SIZE];
        Arrays.fill(set, 0);
        for (int i = 0; i < 100_000; i++) {
            int key = keys.getAsInt();
            for (int bit = 0; bit < Integer.SIZE; bit++) {
                set[bit] += key >>> bit & 1;
            }
        }
        assertThat(set).allSatisfy(count -> assertThat(count).isBetween(48_000, 52_000));
    }

    @Test
    void aNonceHasSixteenBytesAndIsNewEachTime() {
        MaskingKeys keys = new MaskingKeys();
        assertThat(keys.nonce()).hasSize(16).isNotEqualTo(keys.nonce());
    }
}
