package dev.duplex.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;

/** Counts the bytes of the buffers it has given out. */
public final class CountingAllocator extends AbstractByteBufAllocator {
    private long live;
    private long peak;

    public long liveBytes() {
        return live;
    }

    /** The most there were at a time since this was last asked. */
    public long takePeak() {
        long most = peak;
        peak = live;
        return most;
    }

    public void assertNothingLive() {
        assertThat(live).as("bytes not released").isZero();
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return new Counted(initialCapacity, maxCapacity);
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
