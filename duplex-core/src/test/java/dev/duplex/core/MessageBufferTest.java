package dev.duplex.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MessageBufferTest {
    private final CountingAllocator allocator = new CountingAllocator();
    private final MessageBuffer buffer = new MessageBuffer(allocator);

    @AfterEach
    void nothingIsLeft() {
        buffer.release();
        allocator.assertNothingLive();
    }

    @Test
    void isNothingUntilTheFirstByte() {
        assertThat(buffer.isEmpty()).isTrue();
        buffer.append(Hex.buffer("0102"), 1, 0, 0);
        assertThat(buffer.isEmpty()).isTrue();
        assertThat(allocator.count()).isZero();
        buffer.append(Hex.buffer("0102"), 1, 1, 0);
        assertThat(buffer.isEmpty()).isFalse();
    }

    @Test
    void handsOverWhatItHasAndBeginsAnew() {
        buffer.append(Hex.buffer("0102"), 0, 2, 0);
        buffer.append(Hex.buffer("0304"), 1, 1, 0);
        ByteBuf taken = buffer.take();
        assertThat(buffer.isEmpty()).isTrue();
        assertThat(Hex.of(taken)).isEqualTo("010204");
        assertThat(taken.refCnt()).isOne();
        taken.release();
        ByteBuf nothing = buffer.take();
        assertThat(nothing.isReadable()).isFalse();
        nothing.release();
    }

    @Test
    void growsWithTheBytesReceived() {
        ByteBuf bytes = Hex.buffer("00".repeat(1000));
        for (int i = 1; i <= 100; i++) {
            buffer.append(bytes, 0, 1000, 0);
            assertThat(allocator.liveBytes()).isBetween(1000L * i, Math.max(2000L * i, 128));
        }
    }

    @Test
    void hasRoomForWhatIsAnnouncedButForNoMoreThanWhatHasCome() {
        ByteBuf bytes = Hex.buffer("00".repeat(1000));
        buffer.append(bytes, 0, 600, 400);
        assertThat(allocator.liveBytes()).isEqualTo(1000);
        buffer.append(bytes, 600, 400, 0);
        assertThat(allocator.liveBytes()).isEqualTo(1000);
        buffer.release();
        buffer.append(bytes, 0, 1, Long.MAX_VALUE);
        assertThat(allocator.liveBytes()).isEqualTo(2);
    }

    @Test
    void releasesOnce() {
        buffer.append(Hex.buffer("01"), 0, 1, 0);
        buffer.release();
        assertThat(buffer.isEmpty()).isTrue();
        allocator.assertNothingLive();
        buffer.release();
        allocator.assertNothingLive();
    }
}
