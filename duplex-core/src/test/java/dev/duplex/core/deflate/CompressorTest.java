package dev.duplex.core.deflate;

import static dev.duplex.core.deflate.Bytes.buffer;
import static dev.duplex.core.deflate.Bytes.hex;
import static dev.duplex.core.deflate.Bytes.take;
import static dev.duplex.core.deflate.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompressorTest {
    private final Compressor fresh = new Compressor(6, false);
    private final Compressor keeping = new Compressor(6, true);
    private final Random random = new Random(7);

    @AfterEach
    void close() {
        fresh.close();
        keeping.close();
    }

    // RFC 7692 §7.2.3.2 with a longer text: "Hello" alone does not become smaller than its five bytes.
    @Test
    void sharesItsWindowWithTheNextMessageOnlyIfToldTo() {
        byte[] payload = utf8("Hello, Hello, Hello, hello");

        int first = compress(keeping, payload, 15).length;
        byte[] second = compress(keeping, payload, 15);
        assertThat(second.length).isLessThan(first);

        byte[] alone = compress(fresh, payload, 15);
        assertThat(compress(fresh, payload, 15)).isEqualTo(alone);
    }

    @Test
    void leavesOutTheTail() {
        byte[] payload = Bytes.json(random, 2000);

        byte[] compressed = compress(fresh, payload, 15);

        assertThat(hex(Arrays.copyOfRange(compressed, compressed.length - 4, compressed.length)))
                .isNotEqualTo("00 00 ff ff");
        assertThat(new StrictInflate(15).message(compressed)).isEqualTo(payload);
    }

    // RFC 7692 §7.2.3.6.
    @Test
    void turnsAnEmptyMessageIntoOneZeroByte() {
        assertThat(hex(compress(fresh, new byte[0], 15))).isEqualTo("00");
        assertThat(hex(compress(keeping, new byte[0], 8))).isEqualTo("00");
    }

    @Test
    void leavesTheOutputAsItWasIfItWouldNotBeSmaller() {
        ByteBuf in = buffer(Bytes.noise(random, 5000));
        ByteBuf out = buffer(utf8("before"));

        assertThat(fresh.compress(in, 0, 5000, 15, out)).isFalse();

        assertThat(take(out)).isEqualTo(utf8("before"));
        in.release();
    }

    @Test
    void acceptsAnOutputThatIsOneByteSmallerAndRefusesOneOfTheSameSize() {
        // "aaaaaaa": one literal, one match of six; found by zlib itself, so the sizes are asked for, not assumed.
        for (int length = 1; length < 40; length++) {
            byte[] payload = new byte[length];
            byte[] zlib = Bytes.bomb(length);
            ByteBuf in = buffer(payload);
            ByteBuf out = buffer();
            assertThat(keepingNothing(in, out)).as("%d bytes", length).isEqualTo(zlib.length < length);
            in.release();
            out.release();
        }
    }

    private static boolean keepingNothing(ByteBuf in, ByteBuf out) {
        try (Compressor compressor = new Compressor(9, false)) {
            return compressor.compress(in, 0, in.readableBytes(), 15, out);
        }
    }

    @Test
    void doesNotReferToAMessageItGaveBack() {
        byte[] noise = Bytes.noise(random, 3000);
        byte[] json = Bytes.json(random, 3000);
        StrictInflate peer = new StrictInflate(15);
        assertThat(peer.message(compress(keeping, json, 15))).isEqualTo(json);

        ByteBuf in = buffer(noise);
        ByteBuf out = buffer();
        assertThat(keeping.compress(in, 0, noise.length, 15, out)).isFalse();
        in.release();
        out.release();

        // Half of it is the noise that the peer never saw: it must come as literals.
        byte[] mixed = Arrays.copyOf(noise, 6000);
        System.arraycopy(json, 0, mixed, 3000, 3000);
        assertThat(peer.message(compress(keeping, mixed, 15))).isEqualTo(mixed);
    }

    @Test
    void doesNotReferBackOnceToldToForget() {
        byte[] payload = Bytes.json(random, 3000);
        byte[] first = compress(keeping, payload, 15);

        keeping.forget();

        assertThat(compress(keeping, payload, 15)).isEqualTo(first);
        assertThat(compress(keeping, payload, 15).length).isLessThan(first.length / 10);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10, 11, 12, 13, 14, 15})
    void keepsToAWindowOverManyMessagesOfAnySize(int bits) {
        StrictInflate peer = new StrictInflate(bits);
        StrictInflate wide = new StrictInflate(15);
        int compressedMessages = 0;
        for (int i = 0; i < 300; i++) {
            byte[] payload = Bytes.json(random, 1 + random.nextInt(i % 10 == 0 ? 9000 : 700));
            ByteBuf in = buffer(payload);
            ByteBuf out = buffer();
            if (keeping.compress(in, 0, payload.length, bits, out)) {
                compressedMessages++;
                byte[] compressed = take(out.retain());
                assertThat(peer.message(compressed)).as("message %d", i).isEqualTo(payload);
                wide.message(compressed);
            }
            in.release();
            out.release();
        }
        assertThat(compressedMessages).isGreaterThan(100);
        assertThat(wide.longestDistance()).isLessThanOrEqualTo(1 << bits);
    }

    @ParameterizedTest
    @ValueSource(ints = {255, 256, 257, 511, 512, 513, 4096})
    void keepsToTheSmallestWindowAroundItsBorders(int length) {
        byte[] payload = new byte[length];
        Arrays.fill(payload, (byte) 'x');
        StrictInflate peer = new StrictInflate(8);
        for (int i = 0; i < 5; i++) {
            assertThat(peer.message(compress(keeping, payload, 8))).isEqualTo(payload);
            assertThat(new StrictInflate(8).message(compress(fresh, payload, 8)))
                    .isEqualTo(payload);
        }
    }

    @ParameterizedTest
    @CsvSource({"8, false", "11, true", "15, false", "15, true"})
    void readsHeapBuffersAndCompositesAsItReadsDirectOnes(int bits, boolean contextTakeover) {
        byte[] payload = Bytes.json(random, 20_000);
        try (Compressor compressor = new Compressor(6, contextTakeover)) {
            StrictInflate peer = new StrictInflate(bits);
            ByteBuf heap = Unpooled.wrappedBuffer(payload);
            CompositeByteBuf composite = ByteBufAllocator.DEFAULT.compositeBuffer();
            for (int from = 0; from < payload.length; from += 3000) {
                int to = Math.min(payload.length, from + 3000);
                composite.addComponent(true, buffer(Arrays.copyOfRange(payload, from, to)));
            }
            ByteBuf readOnly = Unpooled.copiedBuffer(payload).asReadOnly();
            for (ByteBuf in : new ByteBuf[] {heap, composite, readOnly}) {
                ByteBuf out = Unpooled.buffer();
                assertThat(compressor.compress(in, 0, payload.length, bits, out))
                        .isTrue();
                assertThat(peer.message(take(out))).isEqualTo(payload);
                in.release();
            }
        }
    }

    @Test
    void readsOnlyTheRangeItWasGiven() {
        byte[] payload = Bytes.json(random, 4000);
        ByteBuf in = buffer(payload);
        ByteBuf out = buffer();

        assertThat(fresh.compress(in, 1000, 2000, 15, out)).isTrue();

        assertThat(in.readerIndex()).isZero();
        assertThat(in.readableBytes()).isEqualTo(4000);
        assertThat(new StrictInflate(15).message(take(out))).isEqualTo(Arrays.copyOfRange(payload, 1000, 3000));
        in.release();
    }

    @Test
    void answersFalseIfTheOutputMayNotGrowEnough() {
        byte[] payload = Bytes.json(random, 4000);
        ByteBuf in = buffer(payload);
        ByteBuf out = Unpooled.directBuffer(16, 100);

        assertThat(keeping.compress(in, 0, payload.length, 15, out)).isFalse();
        assertThat(out.readableBytes()).isZero();

        assertThat(new StrictInflate(15).message(compress(keeping, payload, 15)))
                .isEqualTo(payload);
        in.release();
        out.release();
    }

    private static byte[] compress(Compressor compressor, byte[] payload, int windowBits) {
        ByteBuf in = buffer(payload);
        ByteBuf out = buffer();
        assertThat(compressor.compress(in, 0, payload.length, windowBits, out)).isTrue();
        in.release();
        return take(out);
    }
}
