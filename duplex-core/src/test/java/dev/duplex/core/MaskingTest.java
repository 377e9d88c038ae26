package dev.duplex.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MaskingTest {
    @Test
    void masksTheExampleOfTheStandard() { // RFC 6455 §5.7
        ByteBuf hello = Hex.buffer("48656c6c6f");
        Masking.apply(hello, 0, 5, 0x37FA213D);
        assertThat(Hex.of(hello)).isEqualTo("7f9f4d5158");
    }

    @Property
    void equalsTheDefinitionAtAnyOffsetOfAnyBuffer(
            @ForAll @Size(max = 70) byte[] bytes,
            @ForAll @IntRange(max = 9) int before,
            @ForAll @IntRange(max = 9) int after,
            @ForAll int key,
            @ForAll boolean direct) {
        int size = before + bytes.length + after;
        ByteBuf buffer = direct ? Unpooled.directBuffer(size) : Unpooled.buffer(size);
        buffer.writeZero(before).writeBytes(bytes).writeZero(after);
        boolean ascii = Masking.apply(buffer, before, bytes.length, key);

        byte[] expected = new byte[size];
        boolean expectAscii = true;
        for (int i = 0; i < bytes.length; i++) {
            expected[before + i] = (byte) (bytes[i] ^ (key >>> 24 - 8 * (i % 4)));
            expectAscii &= expected[before + i] >= 0;
        }
        assertThat(Hex.of(buffer)).isEqualTo(Hex.of(expected));
        assertThat(ascii).isEqualTo(expectAscii);
        buffer.release();
    }

    @Property
    void tellsAsciiFromAnythingElse(
            @ForAll @IntRange(max = 40) int length, @ForAll @IntRange(max = 39) int place, @ForAll int key) {
        ByteBuf buffer = Unpooled.buffer().writeBytes("a".repeat(length).getBytes());
        boolean spoilt = place < length;
        if (spoilt) {
            buffer.setByte(place, 0x80);
        }
        Masking.apply(buffer, 0, length, key);
        assertThat(Masking.apply(buffer, 0, length, key)).isEqualTo(!spoilt);
    }

    @Property
    void aPayloadInPiecesIsMaskedWithTheKeyTurned(
            @ForAll @Size(max = 70) byte[] bytes, @ForAll @IntRange(max = 70) int cut, @ForAll int key) {
        int head = Math.min(cut, bytes.length);
        ByteBuf whole = Unpooled.copiedBuffer(bytes);
        ByteBuf pieces = Unpooled.copiedBuffer(bytes);
        Masking.apply(whole, 0, bytes.length, key);
        Masking.apply(pieces, 0, head, key);
        Masking.apply(pieces, head, bytes.length - head, Masking.rotate(key, head));
        assertThat(Hex.of(pieces)).isEqualTo(Hex.of(whole));
    }
}
