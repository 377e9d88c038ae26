package dev.duplex.transport.internal;

import dev.duplex.core.PreparedMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an {@link Outbox}: frames gather in a cork, which goes into the socket in one write, past the channel's queue
 * where that is possible and through it where it is not. It knows nothing of messages that wait, and counts what it holds.
 *
 * <p>What the outbox is made of, not an object beside it: a server has one of each for every idle connection.
 */
abstract class ChannelWriter {
    /** A cork of this size leaves at once. Also Netty's high-water mark: more than this in a channel is congestion. */
    static final int CORK_BYTES = 64 * 1024;

    private static final int INITIAL_CORK_BYTES = 512;

    /** A payload of this size is written from where it lies, as far as the socket takes it, and not copied first. */
    static final int LARGE_BYTES = 16 * 1024;

    /** Room for a frame's header, or for a whole control frame. */
    private static final int CONTROL_FRAME_BYTES = 139;

    /** Frames for many connections above this size are shared, not copied. */
    private static final int SHARED_FRAME_BYTES = 4 * 1024;

    final WebSocketConnection connection;
    private final LoopOutput output;
    private @Nullable ChannelHandlerContext context;

    /** The loop's while a read goes on, if it can leave without the channel's queue; otherwise from the pool. */
    private @Nullable ByteBuf cork;

    /** There while payloads that lie elsewhere belong between the frames in the cork. */
    private @Nullable Pieces pieces;

    /** In place of a cork: from where to where of the loop's shared frames there is something for this connection. */
    private char sharedFrom;

    private char sharedTo;

    /** Whether a read goes on, at whose end everything leaves. */
    private boolean corked;

    /** Whether the channel's queue has got something that it was not told to flush. */
    private boolean unflushed;

    private boolean flushing;
    private boolean flushAgain;

    /** What the channel holds; the same object when the channel has closed, and gives it up. */
    private @Nullable ChannelOutboundBuffer channelBuffer;

    /** For {@link #progressed}: what had not been taken when it was last asked, and what the channel has got since. */
    private int refused;

    private int handedSince;

    ChannelWriter(WebSocketConnection connection) {
        this.connection = connection;
        this.output = connection.loop().output();
    }

    void attach(ChannelHandlerContext ctx) {
        context = ctx;
        channelBuffer = channel().unsafe().outboundBuffer();
    }

    /** The connection's: not noted here again, for the sake of idle ones. */
    final Channel channel() {
        return connection.channel();
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("the connection is not in a pipeline yet");
        }
        return ctx;
    }

    // -------------------------------------------------------------------------------------------------------- the cork

    final ByteBuf cork() {
        return cork(0);
    }

    /** Where the next frame goes, with a payload of at most so many bytes. */
    final ByteBuf cork(int bytes) {
        ByteBuf buffer = cork;
        if (buffer == null) {
            // Only while a read goes on, after which it is given back: the loop has one.
            buffer = corked && mayPassQueue() ? output.lend() : null;
            if (buffer == null) {
                buffer = channel().alloc().ioBuffer(INITIAL_CORK_BYTES);
            }
            cork = buffer;
            if (sharedTo > 0) {
                buffer.writeBytes(output.shared(), sharedFrom, sharedTo - sharedFrom);
                endSharing();
            }
        }
        if (output.isLent(buffer) && buffer.writableBytes() - CONTROL_FRAME_BYTES < bytes) {
            buffer = owned(buffer); // which grows
            cork = buffer;
        }
        return buffer;
    }

    /** Appends a frame that many connections get; whose it is may not matter until it leaves. */
    final void append(PreparedMessage prepared, ByteBuf frame) {
        if (frame.readableBytes() >= SHARED_FRAME_BYTES) {
            pushCork();
            // A slice, not a duplicate: nothing behind us can append to the memory that others send too.
            writeToChannel(frame.retainedSlice());
        } else if (!share(prepared, frame)) {
            LoopOutput.copy(frame, cork(frame.readableBytes()));
        }
    }

    /** Notes a frame that many connections get as one of this one's too; false if it has to be copied. */
    private boolean share(PreparedMessage prepared, ByteBuf frame) {
        if (cork != null) {
            return false;
        }
        int place = output.place(prepared, frame);
        if (place < 0 || (sharedTo > 0 && place != sharedTo)) {
            return false;
        }
        if (sharedTo == 0) {
            sharedFrom = (char) place;
            output.share(1);
        }
        sharedTo = (char) (place + frame.readableBytes());
        return true;
    }

    private void endSharing() {
        sharedFrom = 0;
        sharedTo = 0;
        output.share(-1);
    }

    /** The same bytes, in one piece and in a buffer from the pool. */
    private ByteBuf owned(ByteBuf bytes) {
        if (pieces != null) {
            return inOnePiece(bytes, 0);
        }
        if (!output.isLent(bytes)) {
            return bytes;
        }
        ByteBuf copy = channel()
                .alloc()
                .ioBuffer(Math.max(INITIAL_CORK_BYTES, bytes.readableBytes()))
                .writeBytes(bytes);
        output.takeBack();
        return copy;
    }

    /** Frames with the payloads that belong between them, but for the first so many bytes, in a buffer from the pool. */
    private ByteBuf inOnePiece(ByteBuf frames, long taken) {
        Pieces all = Objects.requireNonNull(pieces);
        all.addFrames(frames);
        int left = (int) (all.bytes(frames) - taken);
        ByteBuf copy = channel().alloc().ioBuffer(Math.max(INITIAL_CORK_BYTES, left));
        all.copyBehind(taken, copy);
        dropPieces();
        release(frames);
        return copy;
    }

    private void dropPieces() {
        Pieces used = pieces;
        pieces = null;
        if (used != null) {
            output.giveBack(used);
        }
    }

    private void release(ByteBuf bytes) {
        if (output.isLent(bytes)) {
            output.takeBack();
        } else {
            bytes.release();
        }
    }

    /** Holds back what is written while a read goes on. */
    final void corkUp() {
        corked = true;
    }

    final void corkOff() {
        corked = false;
    }

    final boolean isCorked() {
        return corked;
    }

    /** Gives up what is in the cork. */
    final void discardCork() {
        if (sharedTo > 0) {
            endSharing();
        }
        dropPieces();
        ByteBuf bytes = cork;
        cork = null;
        if (bytes != null) {
            release(bytes);
        }
    }

    // ------------------------------------------------------------------------------------------------ into the channel

    /** Gives the cork to the channel, not yet to the operating system. */
    private void pushCork() {
        ByteBuf bytes = sharedTo > 0 ? cork() : cork;
        cork = null;
        if (bytes != null) {
            if (bytes.isReadable()) {
                writeToChannel(owned(bytes));
            } else {
                release(bytes);
            }
        }
    }

    private void writeToChannel(ByteBuf bytes) {
        handedSince = (int) Math.min(Integer.MAX_VALUE, (long) handedSince + bytes.readableBytes());
        unflushed = true;
        context().write(bytes, context().voidPromise());
    }

    /** Gives everything in the cork and in the channel to the operating system, as far as it takes it. */
    final void flushChannel() {
        do {
            flushAgain = false;
            if (!writePastQueue()) {
                pushCork();
            }
            if (unflushed) {
                unflushed = false;
                flushing = true;
                try {
                    context().flush();
                } finally {
                    flushing = false;
                }
            }
        } while (flushAgain && !connection.isClosed());
    }

    /** Whether this is called from within {@link #flushChannel}, which then goes round once more. */
    final boolean flushesAgain() {
        flushAgain |= flushing;
        return flushing;
    }

    final boolean isFlushing() {
        return flushing;
    }

    // ------------------------------------------------------------------------------------------------ past its queue

    /**
     * Whether what is written now may pass by the channel's queue and reach the socket before it returns: a promise, an
     * entry of the queue and a buffer from the pool for each write cost more than everything else of ours.
     */
    private boolean mayPassQueue() {
        ChannelOutboundBuffer queue = channelBuffer;
        return LoopOutput.hasSocket(channel())
                && queue != null
                && queue.totalPendingWriteBytes() == 0
                && !unflushed
                && !flushing
                && channel().isActive()
                // Neither TLS nor anybody else wants to see it.
                && channel().pipeline().firstContext() == context;
    }

    /** What was written past the queue; what the socket does not take is put there. False if all has to go there. */
    private boolean writePastQueue() {
        if (corkBytes() == 0 || !mayPassQueue()) {
            return false;
        }
        try {
            ByteBuf bytes = cork;
            if (bytes == null) {
                int taken = LoopOutput.write(channel(), output.shared(), sharedFrom, sharedTo);
                sharedFrom += (char) taken;
                if (sharedFrom == sharedTo) {
                    endSharing();
                }
            } else if (pieces != null) {
                pieces.addFrames(bytes);
                long taken = LoopOutput.write(channel(), pieces);
                if (taken < pieces.bytes(bytes)) {
                    cork = inOnePiece(bytes, taken);
                } else {
                    dropPieces();
                    bytes.clear();
                }
            } else {
                int taken = LoopOutput.write(channel(), bytes, bytes.readerIndex(), bytes.writerIndex());
                bytes.skipBytes(taken);
            }
        } catch (IOException e) {
            connection.failed(e);
            return true; // nothing more is written; what there is is given up with the connection
        }
        pushCork();
        return true;
    }

    /** Whether {@link #gather} would do. */
    final boolean canGather(ByteBuf payload, int length) {
        return length >= LARGE_BYTES && payload.isDirect() && mayPassQueue();
    }

    /**
     * Puts a payload behind the cork, which ends with its frame's header.
     *
     * @return whether it may stay there until the messages behind it in the loop's input have been read; otherwise the
     *     cork is to leave now, as whose the payload is may change it
     */
    final boolean gather(ByteBuf payload, int index, int length) {
        ByteBuf frames = cork();
        Pieces all = pieces;
        if (all == null) {
            all = output.pieces();
            pieces = all;
        }
        all.addFrames(frames);
        all.addPayload(payload, index, length);
        return corked
                && output.isLent(frames)
                && connection.loop().input().holds(payload)
                && !all.isFull()
                && all.bytes(frames) < channel().bytesBeforeUnwritable();
    }

    final boolean gathers() {
        return pieces != null;
    }

    // ------------------------------------------------------------------------------------------------------ accounting

    final int corkBytes() {
        ByteBuf bytes = cork;
        return bytes == null ? sharedTo - sharedFrom : corkBytes(bytes);
    }

    private int corkBytes(ByteBuf frames) {
        Pieces all = pieces;
        return all == null ? frames.readableBytes() : all.bytes(frames);
    }

    /** What is in the channel; any thread. */
    final long inChannel() {
        ChannelOutboundBuffer buffer = channelBuffer;
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /** What of it the operating system has not taken; on the loop. */
    final long untaken() {
        ChannelOutboundBuffer buffer = channelBuffer;
        return buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
    }

    /**
     * Whether the peer has taken any of our bytes since this was last asked. Only what the operating system had refused
     * for being full says so: into its own buffers it takes bytes for a peer long gone.
     */
    final boolean progressed() {
        int untaken = (int) untaken();
        boolean progress = refused != 0 && (long) refused + handedSince - untaken > 0;
        refused = untaken;
        handedSince = 0;
        return progress;
    }

    /** Whether the operating system had refused some of our bytes when {@link #progressed} was last asked. */
    final boolean isRefused() {
        return refused != 0;
    }
}
