package dev.duplex.transport.internal;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;

/** Hands out buffers that are full of a canary, as if of somebody else's bytes. */
final class CanaryAllocator extends AbstractByteBufAllocator {
    private static final int CANARY = 0xca;

    private static ByteBuf filled(ByteBuf buffer) {
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.setByte(i, CANARY);
        }
        return buffer;
    }

    /** Whether four bytes of it stand in a row: no frame of a test has that. */
    static boolean occursIn(ByteBuf bytes) {
        int inARow = 0;
        for (int i = bytes.readerIndex(); i < bytes.writerIndex() && inARow < 4; i++) {
            inARow = bytes.getUnsignedByte(i) == CANARY ? inARow + 1 : 0;
        }
        return inARow >= 4;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return filled(UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity));
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return filled(UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity));
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }
}
