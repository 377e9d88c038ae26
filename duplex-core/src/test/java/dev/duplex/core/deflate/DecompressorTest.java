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

class DecompressorTest {
    private static final int LIMIT = 1024 * 1024;

    private final Decompressor fresh = new Decompressor(false);
    private final Decompressor keeping = new Decompressor(true);
    private final ByteBuf out = buffer();

    @AfterEach
    void close() {
        fresh.close();
        keeping.close();
        out.release();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "§7.2.3.1 one block, f2 48 cd c9 c9 07 00",
        "§7.2.3.3 stored, 00 05 00 fa ff 48 65 6c 6c 6f 00",
        "§7.2.3.4 BFINAL, f3 48 cd c9 c9 07 00 00",
        "BFINAL and nothing after it, f3 48 cd c9 c9 07 00",
        "§7.2.3.5 two blocks, f2 48 05 00 00 00 ff ff ca c9 c9 07 00"
    })
    void decodesTheExamplesOfRfc7692(String section, String payload) {
        for (Decompressor decompressor : new Decompressor[] {fresh, keeping, fresh, keeping}) {
            assertThat(inflate(decompressor, hex(payload))).as(section).isEqualTo(Inflation.OK);
            assertThat(taken()).isEqualTo("Hello");
        }
    }

    @Test
    void decodesAMessageInTwoFragments() {
        // RFC 7692 §7.2.3.1.
        assertThat(inflate(fresh, hex("f2 48 cd"), false, LIMIT)).isEqualTo(Inflation.OK);
        assertThat(inflate(fresh, hex("c9 c9 07 00"), true, LIMIT)).isEqualTo(Inflation.OK);
        assertThat(taken()).isEqualTo("Hello");
    }

    @Test
    void decodesAMessageThatRefersToTheOneBefore() {
        // RFC 7692 §7.2.3.2.
        assertThat(inflate(keeping, hex("f2 48 cd c9 c9 07 00"))).isEqualTo(Inflation.OK);
        assertThat(taken()).isEqualTo("Hello");
        assertThat(inflate(keeping, hex("f2 00 11 00 00"))).isEqualTo(Inflation.OK);
        assertThat(taken()).isEqualTo("Hello");
    }

    @Test
    void refusesAMessageThatRefersToTheOneBeforeIfNoWindowIsKept() {
        assertThat(inflate(fresh, hex("f2 48 cd c9 c9 07 00"))).isEqualTo(Inflation.OK);
        out.clear();
        assertThat(inflate(fresh, hex("f2 00 11 00 00"))).isEqualTo(Inflation.CORRUPT);
    }

    @Test
    void decodesAnEmptyMessage() {
        // RFC 7692 §7.2.3.6, and an empty fixed block as zlib would write it.
        for (String payload : new String[] {"00", "02 00", "03 00", "03 00 00"}) {
            assertThat(inflate(fresh, hex(payload))).as(payload).isEqualTo(Inflation.OK);
            assertThat(inflate(keeping, hex(payload))).as(payload).isEqualTo(Inflation.OK);
            assertThat(out.readableBytes()).isZero();
        }
    }

    @Test
    void refusesACompressedMessageWithoutAByte() {
        // RFC 7692 §7.2.2: what remains after the tail is put back, 00 00 FF FF, is no block.
        assertThat(inflate(fresh, new byte[0])).isEqualTo(Inflation.CORRUPT);
        assertThat(inflate(keeping, new byte[0])).isEqualTo(Inflation.CORRUPT);
    }

    @Test
    void goesOnBehindFinalBlocksInTheMiddleOfAMessage() {
        byte[] one = hex("f3 48 cd c9 c9 07 00");
        ByteBuf many = buffer();
        for (int i = 0; i < 1000; i++) {
            many.writeBytes(one);
        }
        byte[] payload = take(many.writeByte(0));

        assertThat(inflate(fresh, payload)).isEqualTo(Inflation.OK);
        assertThat(taken()).isEqualTo("Hello".repeat(1000));
        for (byte piece : payload) {
            assertThat(inflate(keeping, new byte[] {piece}, false, LIMIT)).isEqualTo(Inflation.OK);
        }
        assertThat(inflate(keeping, new byte[0], true, LIMIT)).isEqualTo(Inflation.OK);
        assertThat(taken()).isEqualTo("Hello".repeat(1000));
    }

    @Test
    void startsWithAnEmptyWindowBehindAFinalBlock() {
        assertThat(inflate(keeping, hex("f3 48 cd c9 c9 07 00 00"))).isEqualTo(Inflation.OK);
        out.clear();
        assertThat(inflate(keeping, hex("f2 00 11 00 00"))).isEqualTo(Inflation.CORRUPT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"06", "07", "ff ff ff", "00 05 00 fb ff 48 65 6c 6c 6f 00", "f2 00 11 00 00", "05", "04 fe ff"})
    void refusesWhatIsNotDeflate(String payload) {
        for (Decompressor decompressor : new Decompressor[] {fresh, keeping}) {
            out.clear().writeBytes(utf8("kept"));
            assertThat(inflate(decompressor, hex(payload))).isEqualTo(Inflation.CORRUPT);
            assertThat(taken()).isEqualTo("kept");
        }
    }

    @Test
    void refusesEveryMessageCutShort() {
        byte[] payload = Bytes.json(new Random(3), 3000);
        byte[] whole;
        try (Compressor compressor = new Compressor(6, false)) {
            ByteBuf in = buffer(payload);
            ByteBuf compressed = buffer();
            assertThat(compressor.compress(in, 0, payload.length, 15, compressed))
                    .isTrue();
            in.release();
            whole = take(compressed);
        }
        for (int length = 0; length < whole.length; length++) {
            assertThat(inflate(fresh, Arrays.copyOf(whole, length)))
                    .as("%d bytes", length)
                    .isEqualTo(Inflation.CORRUPT);
            assertThat(out.readableBytes()).isZero();
        }
        // Where the window is kept no final block may end the test; all but a cut within the code lengths shows.
        int unnoticed = 0;
        for (int length = 0; length < whole.length; length++) {
            if (inflate(keeping, Arrays.copyOf(whole, length)) == Inflation.OK) {
                unnoticed++;
                assertThat(out.readableBytes()).as("%d bytes", length).isZero();
                keeping.reset();
            }
        }
        assertThat(unnoticed).isLessThan(100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"00 05 00 fa ff 48 65 6c", "00 05 00 fa ff", "00 05 00 fa", "00 05", "f2 48 cd", "f2 48 cd c9 c9"
            })
    void refusesShortMessagesCutShort(String payload) {
        assertThat(inflate(fresh, hex(payload))).isEqualTo(Inflation.CORRUPT);
        assertThat(inflate(keeping, hex(payload))).isEqualTo(Inflation.CORRUPT);
        assertThat(out.readableBytes()).isZero();
    }

    @Test
    void startsAfreshAfterAFailure() {
        assertThat(inflate(fresh, hex("07"))).isEqualTo(Inflation.CORRUPT);
        assertThat(inflate(fresh, Bytes.bomb(100_000), true, 10)).isEqualTo(Inflation.TOO_BIG);
        assertThat(inflate(fresh, hex("f2 48 cd c9 c9 07 00"))).isEqualTo(Inflation.OK);
        assertThat(taken()).isEqualTo("Hello");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, 256, 257, 4095, 32 * 1024, 100_000})
    void acceptsExactlyTheLimitAndNotOneByteMore(int size) {
        byte[] payload = size == 0 ? hex("00") : Bytes.bomb(size);
        assertThat(inflate(fresh, payload, true, size)).isEqualTo(Inflation.OK);
        assertThat(out.readableBytes()).isEqualTo(size);
        out.clear();
        if (size > 0) {
            assertThat(inflate(fresh, payload, true, size - 1)).isEqualTo(Inflation.TOO_BIG);
            assertThat(out.readableBytes()).isZero();
        }
    }

    @Test
    void countsWhatTheOutputAlreadyHoldsAgainstTheLimit() {
        out.writeBytes(utf8("12345"));
        assertThat(inflate(fresh, hex("f2 48 cd c9 c9 07 00"), true, 9)).isEqualTo(Inflation.TOO_BIG);
        assertThat(inflate(fresh, hex("f2 48 cd c9 c9 07 00"), true, 10)).isEqualTo(Inflation.OK);
        assertThat(taken()).isEqualTo("12345Hello");
    }

    // Row C01: 1 MiB that inflates to 1 GiB.
    @Test
    void stopsABombAtTheLimit() {
        byte[] bomb = Bytes.bigBomb(1024);
        assertThat(bomb.length).isBetween(900_000, 1_200_000);

        assertThat(inflate(fresh, bomb, true, LIMIT)).isEqualTo(Inflation.TOO_BIG);
        assertThat(out.readableBytes()).isZero();
        assertThat(out.capacity()).isLessThanOrEqualTo(LIMIT + Decompressor.CHUNK);
    }

    // Row C02: the same in 1,000 fragments.
    @Test
    void stopsABombInFragmentsAtTheLimit() {
        byte[] bomb = Bytes.bigBomb(1024);
        int size = bomb.length / 1000;
        int fragments = 0;
        Inflation result = Inflation.OK;
        while (result == Inflation.OK) {
            byte[] fragment = Arrays.copyOfRange(bomb, fragments * size, (fragments + 1) * size);
            result = inflate(keeping, fragment, false, LIMIT);
            fragments++;
        }
        assertThat(result).isEqualTo(Inflation.TOO_BIG);
        assertThat(fragments).isLessThanOrEqualTo(2);
        assertThat(out.capacity()).isLessThanOrEqualTo(LIMIT + Decompressor.CHUNK);
    }

    @Test
    void doesNotSizeItsOutputByTheLimit() {
        ByteBuf small = Unpooled.directBuffer(0);
        ByteBuf in = buffer(hex("f2 48 cd c9 c9 07 00"));
        assertThat(fresh.inflate(in, 0, 7, true, small, Integer.MAX_VALUE)).isEqualTo(Inflation.OK);
        assertThat(small.capacity()).isLessThanOrEqualTo(256);
        in.release();
        small.release();
    }

    @Test
    void treatsTheOutputsMaximumCapacityAsALimit() {
        ByteBuf small = Unpooled.directBuffer(2, 100);
        ByteBuf in = buffer(Bytes.bomb(101));
        assertThat(fresh.inflate(in, 0, in.readableBytes(), true, small, LIMIT)).isEqualTo(Inflation.TOO_BIG);
        assertThat(small.readableBytes()).isZero();
        in.release();
        small.release();
    }

    @Test
    void readsHeapBuffersAndCompositesAsItReadsDirectOnes() {
        byte[] payload = Bytes.bomb(100_000);
        CompositeByteBuf composite = ByteBufAllocator.DEFAULT.compositeBuffer(payload.length);
        for (byte one : payload) {
            composite.addComponent(true, buffer(new byte[] {one}));
        }
        for (ByteBuf in : new ByteBuf[] {Unpooled.wrappedBuffer(payload), composite}) {
            ByteBuf heap = Unpooled.buffer();
            assertThat(fresh.inflate(in, 0, payload.length, true, heap, LIMIT)).isEqualTo(Inflation.OK);
            assertThat(take(heap)).isEqualTo(new byte[100_000]);
            in.release();
        }
    }

    private String taken() {
        String text = out.toString(java.nio.charset.StandardCharsets.UTF_8);
        out.clear();
        return text;
    }

    private Inflation inflate(Decompressor decompressor, byte[] payload) {
        return inflate(decompressor, payload, true, LIMIT);
    }

    private Inflation inflate(Decompressor decompressor, byte[] payload, boolean endOfMessage, long maxBytes) {
        ByteBuf in = buffer(payload);
        try {
            return decompressor.inflate(in, 0, payload.length, endOfMessage, out, maxBytes);
        } finally {
            in.release();
        }
    }
}
