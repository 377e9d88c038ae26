package dev.duplex.transport.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a loop's connections are read into. A WebSocket connection keeps nothing of what it is given, and a loop reads
 * one after the other, so one large buffer does for all of them: an idle connection holds none, and none comes from a pool
 * with each read. Before that, while a decoder may keep the part of a request, each read has a buffer of its own.
 *
 * <p>For transports that read in the loop's thread, NIO and epoll; where the kernel reads by itself, as with io_uring, many
 * reads are under way at a time. One handle serves all channels, as whatever it notes is of the read that goes on.
 */
final class LoopInput implements RecvByteBufAllocator.ExtendedHandle {
    /**
     * Several large messages: what is cut by the end of it is put together elsewhere. Of what a read does not fill the
     * operating system gives no memory, and a processor's second cache still takes most of it.
     */
    static final int SHARED_BYTES = 512 * 1024;

    /** As much as almost any request has. A decoder may keep it for as long as the rest takes. */
    private static final int SMALL_BYTES = 2048;

    /** What follows in the same turn of the loop is most likely the body of a request, and a large one. */
    private static final int BODY_BYTES = 64 * 1024;

    /** Most that is read from one connection before others have their turn. */
    private static final int MOST_AT_A_TIME = 1024 * 1024;

    private static final int MOST_READS = 16;

    private final RecvByteBufAllocator small = () -> this;
    private final RecvByteBufAllocator shared = () -> this;

    private @Nullable ByteBuf memory;

    // The read that goes on.
    private @Nullable ChannelConfig config;
    private boolean isShared;
    private int bytes;
    private int reads;
    private int attempted;
    private int last;

    private final UncheckedBooleanSupplier filled = () -> attempted == last;

    /** Has a channel that has not been read yet read this way. */
    void use(Channel channel) {
        channel.config().setRecvByteBufAllocator(small);
    }

    /** From its next read on a channel gets the shared buffer, if it is read this way; nobody keeps any of that. */
    void share(Channel channel) {
        if (isOurs(channel)) {
            channel.config().setRecvByteBufAllocator(shared);
        }
    }

    @SuppressWarnings("ReferenceEquality") // these very objects
    private boolean isOurs(Channel channel) {
        return channel.config().getRecvByteBufAllocator() == small;
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    public void reset(ChannelConfig of) {
        config = of;
        isShared = of.getRecvByteBufAllocator() == shared;
        bytes = 0;
        reads = 0;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
        if (!isShared) {
            return allocator.ioBuffer(guess());
        }
        ByteBuf buffer = memory;
        if (buffer == null || buffer.refCnt() > 1) {
            // The first time, or somebody has kept it after all: then it is theirs.
            if (buffer != null) {
                buffer.release();
            }
            buffer = LoopMemory.allocate(SHARED_BYTES);
            memory = buffer;
        }
        return buffer.clear().retain();
    }

    /** Whether a buffer is the one that all share: nobody reads into it before the read that goes on has been dealt with. */
    @SuppressWarnings("ReferenceEquality")
    boolean holds(ByteBuf buffer) {
        return buffer == memory;
    }

    @Override
    public int guess() {
        return isShared ? SHARED_BYTES : reads == 0 ? SMALL_BYTES : BODY_BYTES;
    }

    @Override
    public void incMessagesRead(int count) {
        reads += count;
    }

    @Override
    public void lastBytesRead(int count) {
        last = count;
        bytes += Math.max(0, count);
    }

    @Override
    public int lastBytesRead() {
        return last;
    }

    @Override
    public void attemptedBytesRead(int count) {
        attempted = count;
    }

    @Override
    public int attemptedBytesRead() {
        return attempted;
    }

    @Override
    public boolean continueReading() {
        return continueReading(filled);
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
        ChannelConfig of = config;
        return of != null
                && of.isAutoRead()
                && bytes > 0
                && (isShared ? bytes < MOST_AT_A_TIME : reads < MOST_READS)
                && maybeMore.get();
    }

    @Override
    public void readComplete() {
        config = null;
    }

    /** Gives the memory back; no channel of the loop is read any more. */
    void close() {
        ByteBuf buffer = memory;
        memory = null;
        if (buffer != null) {
            buffer.release();
        }
    }
}
