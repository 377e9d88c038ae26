package dev.duplex.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.junit.jupiter.api.Test;

/** Of Netty's own class where that has Unsafe, and of ours elsewhere: they are to be the same to whoever uses them. */
class LoopMemoryTest {
    @Test
    void isEmptyDirectMemoryOfOneSize() {
        ByteBuf memory = LoopMemory.allocate(64);
        assertThat(memory.isDirect()).isTrue();
        assertThat(memory.readableBytes()).isZero();
        assertThat(memory.capacity()).isEqualTo(64);
        assertThat(memory.maxCapacity()).isEqualTo(64);
        assertThat(memory.release()).isTrue();
    }

    @Test
    void beginsWhereAPageDoes() {
        for (int bytes : new int[] {1, 64, 4096, 5000, 512 * 1024}) {
            ByteBuf memory = LoopMemory.allocate(bytes);
            assertThat(memory.internalNioBuffer(0, bytes).alignmentOffset(0, 4096))
                    .isZero();
            assertThat(memory.capacity()).isEqualTo(bytes);
            memory.release();
        }
    }

    @Test
    void isWhereItsViewsAre() {
        ByteBuf memory = LoopMemory.allocate(8).writeLong(0x0102030405060708L);
        assertThat(memory.hasMemoryAddress()).isEqualTo(memory.slice().hasMemoryAddress());
        if (memory.hasMemoryAddress()) {
            assertThat(memory.slice(3, 2).memoryAddress()).isEqualTo(memory.memoryAddress() + 3);
        }
        assertThat(ByteBufUtil.hexDump(memory.slice(3, 2))).isEqualTo("0405");
        assertThat(memory.internalNioBuffer(3, 2).get()).isEqualTo((byte) 4);
        memory.release();
    }
}
