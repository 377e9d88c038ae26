package dev.duplex.transport.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.nio.ByteBuffer;

/**
 * A buffer of a loop for Netty without Unsafe: as large as it will ever be, and it knows where it is. Netty's own asks the
 * JDK for that with each read and each write, for which the JDK makes an object that its compiler does not always see
 * through. Not from Netty's pool, whose memory on a newer JDK asks with each access whether it is still there.
 */
final class LoopMemory extends UnpooledDirectByteBuf {
    private static final int PAGE_BYTES = 4096;

    private final boolean hasAddress = super.hasMemoryAddress();
    private final long address = hasAddress ? super.memoryAddress() : 0;

    private LoopMemory(ByteBuffer memory) {
        super(UnpooledByteBufAllocator.DEFAULT, memory, memory.capacity());
    }

    /**
     * So many bytes, none of them readable. They begin where a page of memory does: large messages cost less to receive
     * and to send there than where the JDK begins a direct buffer, at any multiple of 16 bytes (decision 0018).
     */
    static ByteBuf allocate(int bytes) {
        ByteBuffer all = ByteBuffer.allocateDirect(bytes + PAGE_BYTES);
        ByteBuffer memory = all.slice(PAGE_BYTES - all.alignmentOffset(0, PAGE_BYTES), bytes);
        ByteBuf wrapped = Unpooled.wrappedBuffer(memory);
        // With Unsafe Netty wraps it in a class that knows the address, and reads and writes there.
        return (wrapped.getClass() == UnpooledDirectByteBuf.class ? new LoopMemory(memory) : wrapped).clear();
    }

    @Override
    public boolean hasMemoryAddress() {
        return hasAddress;
    }

    @Override
    public long memoryAddress() {
        if (!hasAddress) {
            throw new UnsupportedOperationException();
        }
        return address;
    }
}
