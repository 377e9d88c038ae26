package dev.duplex.transport.internal;

import dev.duplex.core.PreparedMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.epoll.AbstractEpollStreamChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The short way from a loop's connections into their sockets: a cork that is lent to the connection being read, and writes
 * that pass a channel's queue by while nothing is in it. What a socket does not take goes the long way, through the queue.
 */
final class LoopOutput {
    /** What a full cork may become with one message more, as long as that is not large. */
    private static final int LENT_BYTES = ChannelWriter.CORK_BYTES + ChannelWriter.LARGE_BYTES + 1024;

    /** So that a place there is a number of 16 bits: a connection notes two. */
    private static final int SHARED_BYTES = Character.MAX_VALUE;

    private @Nullable ByteBuf cork;
    private boolean lent;

    /** For whoever has large payloads to write; seldom more than one at a time. */
    private final Deque<Pieces> pieces = new ArrayDeque<>();

    /** Frames for many connections, one behind the other; each connection notes from where to where they are for it. */
    private @Nullable ByteBuf shared;

    private int sharers;
    private @Nullable PreparedMessage placed;
    private @Nullable ByteBuf placedFrame;
    private int place;

    /** Whether the loop's thread can write to the socket of a channel by itself, and without waiting. */
    static boolean hasSocket(Channel channel) {
        return channel instanceof AbstractEpollStreamChannel;
    }

    private static Socket socketOf(Channel channel) {
        return (Socket) ((AbstractEpollStreamChannel) channel).fd();
    }

    /** The loop's cork, empty; null while it is lent to another connection. */
    @Nullable
    ByteBuf lend() {
        if (lent) {
            return null;
        }
        lent = true;
        ByteBuf buffer = cork;
        if (buffer == null) {
            buffer = LoopMemory.allocate(LENT_BYTES);
            cork = buffer;
        }
        return buffer.clear();
    }

    @SuppressWarnings("ReferenceEquality") // the same buffer, not one of the same bytes
    boolean isLent(@Nullable ByteBuf buffer) {
        return lent && buffer == cork;
    }

    void takeBack() {
        lent = false;
    }

    /**
     * Where a frame for many connections stands, being put there for the first of them.
     *
     * @return -1 if there is no room for it
     */
    @SuppressWarnings("ReferenceEquality") // the same message, and the same of its frames
    int place(PreparedMessage message, ByteBuf frame) {
        if (message == placed) {
            return frame == placedFrame ? place : -1; // of several kinds the most common one will do
        }
        ByteBuf buffer = shared;
        if (buffer == null) {
            buffer = LoopMemory.allocate(SHARED_BYTES);
            shared = buffer;
        }
        if (sharers == 0) {
            buffer.clear();
        }
        if (buffer.writableBytes() < frame.readableBytes()) {
            return -1;
        }
        placed = message;
        placedFrame = frame;
        place = buffer.writerIndex();
        copy(frame, buffer);
        return place;
    }

    /** By the view that the frame keeps: without Unsafe Netty would make one each time. A frame is its loop's alone. */
    static void copy(ByteBuf frame, ByteBuf to) {
        to.writeBytes(frame.internalNioBuffer(frame.readerIndex(), frame.readableBytes()));
    }

    /** One connection more, or one fewer, that has frames there which have not left. */
    void share(int more) {
        sharers += more;
        if (sharers == 0) {
            // The place will be another's.
            placed = null;
            placedFrame = null;
        }
    }

    ByteBuf shared() {
        return Objects.requireNonNull(shared);
    }

    /** How many bytes the socket has taken, at once. */
    static int write(Channel channel, ByteBuf bytes, int start, int end) throws IOException {
        Socket socket = socketOf(channel);
        if (bytes.hasMemoryAddress()) {
            return socket.sendAddress(bytes.memoryAddress(), start, end);
        }
        var memory = bytes.internalNioBuffer(start, end - start);
        return socket.send(memory, memory.position(), memory.limit());
    }

    /** The same for pieces of memory, of which there are none yet: to be given back. */
    Pieces pieces() {
        Pieces free = pieces.poll();
        return free == null ? new Pieces() : free;
    }

    void giveBack(Pieces used) {
        used.clear();
        pieces.push(used);
    }

    /** How many bytes the socket has taken of all that, at once. */
    static long write(Channel channel, Pieces bytes) throws IOException {
        return bytes.write(socketOf(channel));
    }

    void close() {
        ByteBuf buffer = cork;
        cork = null;
        if (buffer != null) {
            buffer.release();
        }
        if (shared != null) {
            shared.release();
            shared = null;
        }
        pieces.forEach(Pieces::close);
        pieces.clear();
    }
}
