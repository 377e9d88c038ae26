package dev.duplex.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Knows every buffer it gave out, and the most bytes they ever held together. */
final class CountingAllocator extends AbstractByteBufAllocator {
    private final List<ByteBuf> buffers = new ArrayList<>();
    private long live;
    private long peak;
    private long allocated;

    int count() {
        return buffers.size();
    }

    long liveBytes() {
        return live;
    }

    long peakBytes() {
        return peak;
    }

    /** Of all buffers that there ever were, and of what each grew to. */
    long allocatedBytes() {
        return allocated;
    }

    void assertNothingLive() {
        assertThat(buffers)
                .allSatisfy(
                        buffer -> assertThat(buffer.refCnt()).as("%s", buffer).isZero());
        assertThat(live).as("bytes not released").isZero();
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        ByteBuf buffer = new Counted(initialCapacity, maxCapacity);
        buffers.add(buffer);
        return buffer;
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return newHeapBuffer(initialCapacity, maxCapacity);
    }

    private final class Counted extends UnpooledHeapByteBuf {
        Counted(int initialCapacity, int maxCapacity) {
            super(CountingAllocator.this, initialCapacity, maxCapacity);
        }

        @Override
        protected byte[] allocateArray(int initialCapacity) {
            live += initialCapacity;
            allocated += initialCapacity;
            peak = Math.max(peak, live);
            return super.allocateArray(initialCapacity);
        }

        @Override
        protected void freeArray(byte[] array) {
            live -= array.length;
            super.freeArray(array);
        }
    }
}
