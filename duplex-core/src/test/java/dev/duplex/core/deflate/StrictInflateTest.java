package dev.duplex.core.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

class StrictInflateTest {
    private final byte[] payload = Bytes.json(new Random(1), 50_000);

    @Test
    void decodesWhatZlibCompresses() {
        for (int level = 1; level <= 9; level++) {
            assertThat(new StrictInflate(15).message(zlib(payload, level))).isEqualTo(payload);
        }
    }

    @Test
    void decodesStoredBlocks() {
        assertThat(new StrictInflate(8).message(zlib(payload, 0))).isEqualTo(payload);
    }

    @Test
    void refusesADistanceBeyondItsWindow() {
        byte[] compressed = zlib(payload, 6);

        assertThatThrownBy(() -> new StrictInflate(12).message(compressed))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("in a window of 4096");
    }

    private static byte[] zlib(byte[] payload, int level) {
        Deflater deflater = new Deflater(level, true);
        deflater.setInput(payload);
        byte[] out = new byte[payload.length + 1000];
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(out, length - 4);
    }
}
