package dev.duplex.transport.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.IovArray;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Frames in a cork and payloads between them that lie elsewhere, in the order in which they go into a socket, in one call.
 * All are in direct buffers that stay their owners', and neither move nor change until this is cleared.
 */
final class Pieces {
    private static final int MOST_PAYLOADS = 16;
    private static final int MOST = 2 * MOST_PAYLOADS + 1;

    private final @Nullable ByteBuf[] buffers = new ByteBuf[MOST];
    private final int[] starts = new int[MOST];
    private final int[] ends = new int[MOST];
    private final IovArray addresses = new IovArray(MOST);
    private int count;
    private int bytes;

    /** How much of what is readable in the cork has been added. */
    private int framesAdded;

    /** Whether one payload more, the frames before it and those behind it may be too many. */
    boolean isFull() {
        return count + 3 > MOST;
    }

    /** How many bytes there are, with what has come to the cork. */
    int bytes(ByteBuf frames) {
        return bytes + frames.readableBytes() - framesAdded;
    }

    /** Adds what has come to the cork since this was last called. */
    void addFrames(ByteBuf frames) {
        add(frames, frames.readerIndex() + framesAdded, frames.writerIndex());
        framesAdded = frames.readableBytes();
    }

    void addPayload(ByteBuf payload, int index, int length) {
        add(payload, index, index + length);
    }

    private void add(ByteBuf buffer, int start, int end) {
        if (start < end) {
            buffers[count] = buffer;
            starts[count] = start;
            ends[count] = end;
            addresses.add(buffer, start, end - start);
            count++;
            bytes += end - start;
        }
    }

    /** How many bytes the socket has taken, at once. */
    long write(Socket socket) throws IOException {
        return socket.writevAddresses(addresses.memoryAddress(0), addresses.count());
    }

    /** Appends everything but the first so many bytes to a buffer. */
    void copyBehind(long taken, ByteBuf to) {
        long skip = taken;
        for (int i = 0; i < count; i++) {
            int start = (int) Math.min(ends[i], starts[i] + skip);
            skip -= start - starts[i];
            to.writeBytes(Objects.requireNonNull(buffers[i]), start, ends[i] - start);
        }
    }

    void clear() {
        Arrays.fill(buffers, 0, count, null);
        addresses.clear();
        count = 0;
        bytes = 0;
        framesAdded = 0;
    }

    void close() {
        addresses.release();
    }
}
