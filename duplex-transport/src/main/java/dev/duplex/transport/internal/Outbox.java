package dev.duplex.transport.internal;

import dev.duplex.core.CloseCode;
import dev.duplex.core.CloseState;
import dev.duplex.core.PreparedMessage;
import dev.duplex.core.WebSocketProtocol;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.ReadyState;
import dev.duplex.transport.SendResult;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The outgoing side of a connection, on its event loop: frames gather in the cork, which leaves in one write when a read
 * or a turn of the loop is over; what the peer does not take waits unencoded in an {@link OutboundQueue}.
 */
final class Outbox {
    /** A cork of this size leaves at once. Also Netty's high-water mark: more than this in a channel is congestion. */
    static final int CORK_BYTES = 64 * 1024;

    private static final int INITIAL_CORK_BYTES = 512;

    /** Frames for many connections above this size are shared, not copied. */
    private static final int SHARED_FRAME_BYTES = 4 * 1024;

    private static final AtomicLongFieldUpdater<Outbox> MOVING =
            AtomicLongFieldUpdater.newUpdater(Outbox.class, "moving");

    private final WebSocketConnection connection;
    private final Channel channel;
    private final WebSocketProtocol protocol;
    private @Nullable ChannelHandlerContext context;

    private @Nullable ByteBuf cork;
    private boolean corked;
    private boolean awaitsFlush;
    private boolean unflushed;
    private boolean flushing;
    private boolean flushAgain;

    /** What the channel holds; the same object when the channel has closed, and gives it up. */
    private @Nullable ChannelOutboundBuffer channelBuffer;

    /** Bytes that were accepted and given up; most connections have none. Written by the event loop alone. */
    private volatile @Nullable AtomicLong lost;

    /**
     * Bytes on their way from where other threads see them to where they see them again: out of the handover or a queue,
     * through the cork, into a queue or the channel. Rather too many for a moment than too few, for who waits until nothing
     * is buffered may close then. Written by the event loop alone, ahead of what takes them away where they were.
     */
    private volatile long moving;

    /** For {@link #progressed}: what had not been taken when it was last asked, and what the channel has got since. */
    private int refused;

    private int handedSince;

    /** Something is to be done as soon as the channel takes bytes: {@link #drain}. */
    private boolean congested;

    private boolean drainOwed;
    private boolean pongHeld;

    /** There only while something waits, so that an idle connection does without. Other threads ask for its size. */
    private volatile @Nullable OutboundQueue waiting;

    /** While a message is sent in parts, the messages that must come after it. */
    private volatile @Nullable OutboundQueue behindParts;

    private boolean sendingParts;
    private boolean closeQueued;
    private boolean closeWritten;
    private Ending ending = Ending.NONE;
    private boolean disposed;

    Outbox(WebSocketConnection connection) {
        this.connection = connection;
        this.channel = connection.channel();
        this.protocol = connection.protocol();
    }

    void attach(ChannelHandlerContext ctx) {
        context = ctx;
        channelBuffer = channel.unsafe().outboundBuffer();
        if (connection.isClient()) {
            // Told before the channel gives up what it holds.
            channel.closeFuture().addListener(closing -> lose(untaken()));
        }
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("the connection is not in a pipeline yet");
        }
        return ctx;
    }

    // ------------------------------------------------------------------------------------------------------- messages

    SendResult sendText(String text, @Nullable Object key) {
        if (flowsFreely()) {
            return sent(protocol.writeText(text, cork()));
        }
        return enqueue(new Outgoing.Text(text, ByteBufUtil.utf8Bytes(text), key));
    }

    SendResult sendBytes(boolean text, ByteBuf payload, int index, int length, @Nullable Object key) {
        if (flowsFreely()) {
            return sent(protocol.writeMessage(text, payload, index, length, cork()));
        }
        return enqueue(new Outgoing.Bytes(text, ByteBufUtil.getBytes(payload, index, length, true), key));
    }

    SendResult sendPrepared(PreparedMessage prepared, boolean text, byte[] payload, @Nullable Object key) {
        if (!flowsFreely()) {
            return enqueue(new Outgoing.Bytes(text, payload, key));
        }
        ByteBuf frame = protocol.frameOf(prepared);
        if (frame == null) {
            return SendResult.CLOSED;
        }
        if (frame.readableBytes() < SHARED_FRAME_BYTES) {
            cork().writeBytes(frame, frame.readerIndex(), frame.readableBytes());
        } else {
            pushCork();
            // A slice, not a duplicate: nothing behind us can append to the memory that others send too.
            writeToChannel(frame.retainedSlice());
        }
        return sent(true);
    }

    /** Writes bytes as they are; see {@link WebSocketConnection#sendRaw}. */
    void sendRaw(byte[] bytes) {
        cork().writeBytes(bytes);
        flushSoon();
    }

    /** Sends or queues anything, in order. */
    SendResult take(Outgoing outgoing) {
        if (closeQueued || disposed) {
            return SendResult.CLOSED;
        }
        if (outgoing instanceof Outgoing.Close close) {
            return takeClose(close);
        }
        if (outgoing.isMessage()) {
            return flowsFreely() ? sent(write(outgoing)) : enqueue(outgoing);
        }
        if (peerKeepsUp()) {
            return written(write(outgoing));
        }
        // For a part its sender has asked: the rest of a message that has begun is never refused.
        if (!(outgoing instanceof Outgoing.Part) && !hasRoomFor(outgoing)) {
            oweDrain();
            return SendResult.DROPPED;
        }
        waiting().add(outgoing);
        return held();
    }

    private SendResult takeClose(Outgoing.Close close) {
        closeQueued = true;
        connection.closing();
        OutboundQueue queue = waiting;
        if (queue == null || queue.isEmpty()) {
            // Even into a full channel: nothing comes after it.
            return written(write(close));
        }
        queue.add(close);
        congested = true;
        return SendResult.QUEUED;
    }

    private SendResult enqueue(Outgoing message) {
        if (closeQueued || protocol.state() != CloseState.OPEN) {
            return SendResult.CLOSED;
        }
        OutboundQueue queue = sendingParts ? behindParts() : waiting();
        OutboundQueue.Outcome outcome = queue.offer(message, bytesBeyondLoop() - queue.bytes() + corkBytes());
        if (outcome == OutboundQueue.Outcome.OVERFLOW) {
            overflow();
            return SendResult.DROPPED;
        }
        if (!sendingParts) {
            held();
        } // Behind parts it is the owner who is waited for; the drain event comes some time after the last part.
        boolean dropped = outcome == OutboundQueue.Outcome.DROPPED;
        tellDropped(dropped ? 1 : queue.takeDropped());
        return dropped ? SendResult.DROPPED : SendResult.QUEUED;
    }

    /** The answer to a send that has to wait: the drain event follows, and until then the peer is not read. */
    private SendResult held() {
        congested = true;
        drainOwed = true;
        connection.pauseForCongestion();
        return SendResult.QUEUED;
    }

    /** The bound is reached and the policy is to close: what waits is given up, so the close frame can be next. */
    void overflow() {
        if (closeQueued || disposed) {
            return;
        }
        connection.blame(
                CloseKind.BUFFER_FULL,
                "the peer reads too slowly: more than " + connection.limits().maxBufferedBytes()
                        + " bytes would wait for it (maxBufferedBytes)");
        // Before there is room again: who has been refused must not be taken later.
        connection.closing();
        tellDropped(1);
        discardWaiting();
        take(new Outgoing.Close(CloseCode.TRY_AGAIN_LATER, "reads too slowly (maxBufferedBytes)"));
    }

    void tellDropped(int messages) {
        for (int left = messages; left > 0 && !disposed; left--) {
            connection.listener().onDropped();
        }
    }

    /** The drain event is to follow: at the end of this turn, or when the channel takes bytes again. */
    void oweDrain() {
        if (!closeQueued && !disposed) {
            congested = true;
            drainOwed = true;
            flushSoon();
        }
    }

    /** Whether something that no policy applies to may wait; true as well if it need not. */
    boolean hasRoomFor(Outgoing outgoing) {
        OutboundQueue queue = waiting;
        return peerKeepsUp()
                || (queue == null
                        ? bytesBeyondLoop() + corkBytes() + outgoing.charge()
                                <= connection.limits().maxBufferedBytes()
                        : queue.hasRoomFor(outgoing, bytesBeyondLoop() - queue.bytes() + corkBytes()));
    }

    /** Whether a message can go straight into the cork. */
    private boolean flowsFreely() {
        return !sendingParts && peerKeepsUp();
    }

    /** Whether nothing waits and the channel takes more; any thread. */
    boolean peerKeepsUp() {
        OutboundQueue queue = waiting;
        return (queue == null || queue.isEmpty()) && channel.isWritable();
    }

    /** So many bytes are about to leave where other threads see them; on the loop. */
    void moves(long bytes) {
        MOVING.lazySet(this, moving + bytes);
    }

    /** What was on its way has arrived, but for what is in the cork; on the loop. */
    void moved() {
        long left = corkBytes();
        if (moving != left) {
            MOVING.lazySet(this, left);
        }
    }

    /** What the loop has taken and the operating system has not; any thread, after it has looked at what comes before. */
    long bufferedBytes() {
        long onTheirWay = moving;
        return onTheirWay + bytesBeyondLoop();
    }

    /** What the loop has taken and the operating system has not, but for the cork; any thread. */
    long bytesBeyondLoop() {
        // In the order in which they move, so that none is missed.
        long inQueues = bytesOf(behindParts) + bytesOf(waiting);
        return inQueues + inChannel();
    }

    private static long bytesOf(@Nullable OutboundQueue queue) {
        return queue == null ? 0 : queue.bytes();
    }

    private long inChannel() {
        ChannelOutboundBuffer buffer = channelBuffer;
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /** What of it the operating system has not taken; on the loop. */
    private long untaken() {
        ChannelOutboundBuffer buffer = channelBuffer;
        return buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
    }

    /** Notes that accepted bytes will never be sent; on the loop. */
    void lose(long bytes) {
        if (bytes > 0) {
            AtomicLong sum = lost;
            if (sum == null) {
                sum = new AtomicLong();
                lost = sum;
            }
            sum.addAndGet(bytes);
        }
    }

    /** What was accepted and will never be sent, with frame headers for some; any thread. */
    long lostBytes() {
        AtomicLong sum = lost;
        return sum == null ? 0 : sum.get();
    }

    int corkBytes() {
        return cork == null ? 0 : cork.readableBytes();
    }

    // --------------------------------------------------------------------------------------------------------- frames

    private boolean write(Outgoing outgoing) {
        if (outgoing instanceof Outgoing.Text text) {
            return protocol.writeText(text.text(), cork());
        } else if (outgoing instanceof Outgoing.Bytes bytes) {
            ByteBuf payload = Unpooled.wrappedBuffer(bytes.payload());
            return protocol.writeMessage(bytes.text(), payload, 0, bytes.bytes(), cork());
        } else if (outgoing instanceof Outgoing.Part part) {
            return writePart(part);
        } else if (outgoing instanceof Outgoing.Ping ping) {
            return protocol.writePing(Unpooled.wrappedBuffer(ping.payload()), 0, ping.bytes(), cork());
        } else if (outgoing instanceof Outgoing.Pong pong) {
            return protocol.writePong(Unpooled.wrappedBuffer(pong.payload()), 0, pong.bytes(), cork());
        } else if (outgoing instanceof Outgoing.Close close) {
            closeWritten = true;
            return protocol.writeClose(close.code(), close.reason(), cork());
        }
        throw new AssertionError(outgoing);
    }

    private boolean writePart(Outgoing.Part part) {
        boolean open = protocol.writePart(
                part.text(), Unpooled.wrappedBuffer(part.payload()), 0, part.bytes(), part.last(), cork());
        sendingParts = open && !part.last();
        OutboundQueue behind = behindParts;
        if (!sendingParts && behind != null) {
            // They were sent before whatever waits now.
            OutboundQueue after = waiting;
            if (after != null) {
                behind.addAll(after);
            }
            waiting = behind;
            behindParts = null;
            oweDrain();
        }
        return open;
    }

    /** Whether our keepalive could be sent: a ping behind congestion would say nothing. */
    boolean writeKeepalivePing() {
        if (!peerKeepsUp() || !protocol.writePing(Unpooled.EMPTY_BUFFER, 0, 0, cork())) {
            return false;
        }
        flushSoon();
        return true;
    }

    /** Where the protocol appends what it owes the peer. */
    ByteBuf cork() {
        if (cork == null) {
            cork = channel.alloc().ioBuffer(INITIAL_CORK_BYTES);
        }
        return cork;
    }

    /** Whether pongs are to wait, so that a peer which pings and does not read gets one of them. */
    boolean holdsPongs() {
        if (peerKeepsUp()) {
            return false;
        }
        congested = true;
        pongHeld = true;
        return true;
    }

    boolean closeWritten() {
        return closeWritten;
    }

    /** Whether a close frame is still behind messages that were sent before it. */
    boolean closeWaits() {
        return closeQueued && !closeWritten;
    }

    // ------------------------------------------------------------------------------------------------------- flushing

    /** Holds flushes back while a read goes on; {@link #uncork} ends it. */
    void corkUp() {
        corked = true;
    }

    void uncork() {
        corked = false;
        flush();
    }

    private SendResult sent(boolean open) {
        if (open) {
            connection.deadlines().messagePassed();
        }
        return written(open);
    }

    /** After something has been written to the cork: sees to it that it leaves, and says how the peer keeps up. */
    private SendResult written(boolean open) {
        if (!open) {
            return SendResult.CLOSED;
        }
        if (connection.isClient()) {
            // Its program's threads count what is buffered; a server's loop sends to many at once, and leaves that out.
            moved();
        }
        if (corkBytes() >= CORK_BYTES) {
            flush();
        } else {
            flushSoon();
        }
        return channel.isWritable() ? SendResult.SENT : held();
    }

    void flushSoon() {
        if (!corked && !awaitsFlush) {
            awaitsFlush = true;
            connection.loop().flushAtEndOfTurn(connection);
        }
    }

    /** Gives everything written so far to the operating system, as far as it takes it. */
    void flush() {
        awaitsFlush = false;
        if (disposed) {
            return;
        }
        if (flushing) {
            flushAgain = true;
            return;
        }
        flushChannel();
        drain();
        if (ending != Ending.NONE && !disposed) {
            Ending now = ending;
            ending = Ending.NONE;
            now.begin(channel);
        }
    }

    /** Gives the cork to the channel, not yet to the operating system. */
    private void pushCork() {
        ByteBuf bytes = cork;
        cork = null;
        if (bytes != null) {
            if (bytes.isReadable()) {
                writeToChannel(bytes);
            } else {
                bytes.release();
            }
        }
    }

    private void writeToChannel(ByteBuf bytes) {
        handedSince += bytes.readableBytes();
        unflushed = true;
        context().write(bytes, context().voidPromise());
    }

    private void flushChannel() {
        do {
            flushAgain = false;
            pushCork();
            if (unflushed) {
                unflushed = false;
                flushing = true;
                try {
                    context().flush();
                } finally {
                    flushing = false;
                }
            }
        } while (flushAgain && !disposed);
        moved();
    }

    void writabilityChanged() {
        // Within our own flush, drain() follows anyway.
        if (!flushing) {
            drain();
        }
    }

    /** Moves what waits into the channel while the channel takes it; tells the owner once nothing waits. */
    private void drain() {
        if (!congested || disposed || !channel.isWritable()) {
            return;
        }
        // Each time anew: the end of a message in parts puts what waited behind it first.
        for (OutboundQueue queue = waiting; queue != null && channel.isWritable(); queue = waiting) {
            MOVING.lazySet(this, corkBytes() + (long) queue.bytes());
            Outgoing next = queue.poll();
            if (next == null) {
                waiting = null;
            } else if (sendingParts && next.isMessage()) {
                behindParts().add(next);
            } else {
                write(next);
                if (corkBytes() >= CORK_BYTES) {
                    flushChannel();
                }
            }
        }
        moved();
        if (disposed || waiting != null || !channel.isWritable()) {
            return;
        }
        if (pongHeld) {
            pongHeld = false;
            protocol.writeOwedPong(cork());
        }
        flushChannel();
        if (disposed || !channel.isWritable()) {
            return;
        }
        congested = false;
        connection.deadlines().messagePassed();
        connection.resumeAfterCongestion();
        if (drainOwed) {
            drainOwed = false;
            if (connection.readyState() == ReadyState.OPEN) {
                connection.listener().onDrain();
            }
        }
    }

    /**
     * Whether the peer has taken any of our bytes since this was last asked. Only what the operating system had refused
     * for being full says so: into its own buffers it takes bytes for a peer long gone.
     */
    boolean progressed() {
        int untaken = (int) untaken();
        boolean progress = refused != 0 && refused + handedSince - untaken > 0;
        refused = untaken;
        handedSince = 0;
        return progress;
    }

    /** Whether the operating system had refused some of our bytes when {@link #progressed} was last asked. */
    boolean isRefused() {
        return refused != 0;
    }

    private OutboundQueue waiting() {
        OutboundQueue queue = waiting;
        if (queue == null) {
            queue = newQueue();
            waiting = queue;
        }
        return queue;
    }

    private OutboundQueue behindParts() {
        OutboundQueue queue = behindParts;
        if (queue == null) {
            queue = newQueue();
            behindParts = queue;
        }
        return queue;
    }

    private OutboundQueue newQueue() {
        return new OutboundQueue(connection.policy(), connection.limits().maxBufferedBytes());
    }

    // --------------------------------------------------------------------------------------------------------- ending

    /** After the last frame of ours has been appended: what waits is given up, and the transport ends behind it. */
    void end(Ending how) {
        discardWaiting();
        ending = how;
        flushSoon();
    }

    private void discardWaiting() {
        lose(bytesOf(waiting) + bytesOf(behindParts));
        waiting = null;
        behindParts = null;
        connection.discardHandover();
    }

    void dispose() {
        disposed = true;
        lose(corkBytes());
        discardWaiting();
        ByteBuf bytes = cork;
        cork = null;
        if (bytes != null) {
            bytes.release();
        }
        moved();
    }
}
