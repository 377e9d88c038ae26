package dev.duplex.transport.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;

/** A channel in memory whose other end reads as much as the test says, on a clock that the test moves. */
final class TestChannel extends EmbeddedChannel {
    /** What each write to the "operating system" took; a write that took nothing is not there. */
    final List<byte[]> writes = new ArrayList<>();

    private long readable = Long.MAX_VALUE;

    TestChannel() {
        freezeTime();
    }

    /** From now on the other end reads no more than so many bytes. */
    void peerReads(long bytes) {
        readable = bytes;
        flush();
        runPendingTasks();
    }

    void peerReadsAll() {
        peerReads(Long.MAX_VALUE);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        ByteBuf taken = Unpooled.buffer();
        for (Object message = in.current(); message != null && readable > 0; message = in.current()) {
            ByteBuf bytes = (ByteBuf) message;
            int size = (int) Math.min(bytes.readableBytes(), readable);
            readable -= readable == Long.MAX_VALUE ? 0 : size;
            taken.writeBytes(bytes, bytes.readerIndex(), size);
            if (size == 0) {
                in.remove();
            } else {
                in.removeBytes(size);
            }
        }
        if (taken.isReadable()) {
            writes.add(ByteBufUtil.getBytes(taken));
        }
        taken.release();
    }

    /** Everything that was written since this was last asked. */
    ByteBuf takeWritten() {
        ByteBuf all = Unpooled.buffer();
        writes.forEach(all::writeBytes);
        writes.clear();
        return all;
    }
}
