package dev.duplex.conformance.internal.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InflaterTest {

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] sample(int size) {
        Random random = new Random(size);
        byte[] sample = new byte[size];
        for (int i = 0; i < size; i++) {
            sample[i] = (byte) (i > 600 && random.nextInt(8) > 0 ? sample[i - 600] : random.nextInt(40));
        }
        return sample;
    }

    /** What zlib's own inflater makes of a message. */
    private static byte[] zlib(byte[] message, int size) throws DataFormatException {
        java.util.zip.Inflater inflater = new java.util.zip.Inflater(true);
        try {
            byte[] in = java.util.Arrays.copyOf(message, message.length + 4);
            in[in.length - 1] = (byte) 0xFF;
            in[in.length - 2] = (byte) 0xFF;
            inflater.setInput(in);
            byte[] out = new byte[size + 10];
            return java.util.Arrays.copyOf(out, inflater.inflate(out));
        } finally {
            inflater.end();
        }
    }

    @Test
    void readsTheExamplesOfTheStandard() throws Exception { // RFC 7692 §7.2.3
        Inflater inflater = new Inflater(15, true, 100);
        assertThat(text(inflater.message(hex("f248cdc9c90700")))).isEqualTo("Hello");
        assertThat(text(inflater.message(hex("f200110000")))).isEqualTo("Hello");
        assertThat(inflater.farthest()).isEqualTo(5);
        assertThat(text(inflater.message(hex("000500faff48656c6c6f00")))).isEqualTo("Hello");
        assertThat(text(inflater.message(hex("f348cdc9c9070000")))).isEqualTo("Hello");
        assertThat(text(inflater.message(hex("f248050000 00ffff cac9c90700")))).isEqualTo("Hello");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9})
    void readsWhatZlibWrites(int level) throws Exception {
        byte[] data = sample(70_000);
        java.util.zip.Deflater zlib = new java.util.zip.Deflater(level, true);
        zlib.setInput(data);
        byte[] out = new byte[100_000];
        int size = zlib.deflate(out, 0, out.length, java.util.zip.Deflater.SYNC_FLUSH);
        zlib.end();
        assertThat(new Inflater(15, false, 70_000).message(java.util.Arrays.copyOf(out, size - 4)))
                .isEqualTo(data);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10, 12, 15})
    void readsWhatTheDeflaterWritesWithinItsWindow(int bits) throws Exception {
        Deflater deflater = new Deflater(bits, true);
        Inflater inflater = new Inflater(bits, true, 100_000);
        int sent = 0;
        for (int size : new int[] {3_000, 0, 1, 70_000, 500}) {
            byte[] message = deflater.message(sample(size));
            assertThat(inflater.message(message)).isEqualTo(sample(size));
            sent += message.length;
        }
        assertThat(sent).isLessThan(73_501);
        assertThat(inflater.farthest()).isLessThanOrEqualTo(1 << bits).isGreaterThan(200);
    }

    @Test
    void theDeflaterWritesWhatZlibReads() throws Exception {
        byte[] data = sample(40_000);
        assertThat(zlib(new Deflater(15, false).message(data), data.length)).isEqualTo(data);
        assertThat(zlib(Deflater.stored(data, 1000), data.length)).isEqualTo(data);
    }

    @Test
    void refusesWhatTheParametersForbid() throws Exception {
        assertThatThrownBy(() -> new Inflater(9, true, 2_000).message(Deflater.withReference(sample(1_000), 3, 513)))
                .hasMessage("refers 513 bytes back, beyond the window of 512");
        Inflater forgetful = new Inflater(15, false, 100);
        forgetful.message(hex("f248cdc9c90700"));
        assertThatThrownBy(() -> forgetful.message(hex("f200110000")))
                .hasMessage("refers 5 bytes back after 1, without context takeover");
        assertThatThrownBy(() -> new Inflater(15, true, 4).message(hex("f248cdc9c90700")))
                .hasMessage("inflates to more than 4 bytes");
        assertThatThrownBy(() -> new Inflater(15, true, 4).message(hex("07"))).isInstanceOf(Inflater.Corrupt.class);
        assertThatThrownBy(() -> new Inflater(15, true, 4).message(hex("000500faff4865")))
                .isInstanceOf(Inflater.Corrupt.class);
    }
}
