package dev.duplex.client.internal.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExpectedTest {
    static IntStream lengths() {
        return IntStream.concat(IntStream.rangeClosed(0, 33), IntStream.of(1000, 1001));
    }

    private static byte[] random(int length) {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        return payload;
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void isWhatItWasMadeOf(int length) {
        byte[] payload = random(length);
        Expected expected = new Expected(payload);
        for (int before = 0; before < 9; before++) {
            ByteBuf buffer = Unpooled.directBuffer()
                    .writeZero(before)
                    .writeBytes(payload)
                    .writeZero(3);
            assertThat(expected.is(buffer, before, length)).isTrue();
            assertThat(expected.is(buffer, before, length + 1)).isFalse();
            assertThat(length > 0 && expected.is(buffer, before, length - 1)).isFalse();
            buffer.release();
        }
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void differsWhereOneBitDoes(int length) {
        byte[] payload = random(length);
        Expected expected = new Expected(payload);
        for (int i = 0; i < length; i++) {
            byte[] other = payload.clone();
            other[i] ^= (byte) (1 << (i & 7));
            assertThat(expected.is(Unpooled.wrappedBuffer(other), 0, length)).isFalse();
        }
    }
}
