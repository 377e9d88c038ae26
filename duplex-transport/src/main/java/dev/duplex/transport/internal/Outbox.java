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
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The outgoing side of a connection, on its event loop: what is sent goes into the cork, which leaves in one write when a
 * read or a turn of the loop is over; what the peer does not take waits unencoded in an {@link OutboundQueue}.
 */
final class Outbox extends ChannelWriter {
    private static final AtomicLongFieldUpdater<Outbox> MOVING =
            AtomicLongFieldUpdater.newUpdater(Outbox.class, "moving");

    private final WebSocketProtocol protocol;

    /** Whether the loop will flush at the end of its turn. */
    private boolean awaitsFlush;

    /** Bytes that were accepted and given up; most connections have none. Written by the event loop alone. */
    private volatile @Nullable AtomicLong lost;

    /**
     * Bytes on their way from where other threads see them to where they see them again: out of the handover or a queue,
     * through the cork, into a queue or the channel. Rather too many for a moment than too few, for who waits until nothing
     * is buffered may close then. Written by the event loop alone, ahead of what takes them away where they were.
     */
    private volatile long moving;

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
        super(connection);
        this.protocol = connection.protocol();
    }

    @Override
    void attach(ChannelHandlerContext ctx) {
        super.attach(ctx);
        if (connection.isClient()) {
            // Told before the channel gives up what it holds.
            channel().closeFuture().addListener(closing -> lose(untaken()));
        }
    }

    // ------------------------------------------------------------------------------------------------------- messages

    SendResult sendText(String text, @Nullable Object key) {
        if (flowsFreely()) {
            return sent(protocol.writeText(text, cork(ByteBufUtil.utf8MaxBytes(text))));
        }
        return enqueue(new Outgoing.Text(text, key));
    }

    SendResult sendBytes(boolean text, ByteBuf payload, int index, int length, @Nullable Object key) {
        if (flowsFreely()) {
            return canGather(payload, length) && protocol.sendsAsItIs(length)
                    ? sendLarge(text, payload, index, length)
                    : sent(protocol.writeMessage(text, payload, index, length, cork(length)));
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
        append(prepared, frame);
        return sent(true);
    }

    /** Writes bytes as they are; see {@link WebSocketConnection#sendRaw}. */
    void sendRaw(byte[] bytes) {
        cork(bytes.length).writeBytes(bytes);
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
        // Where something waits already it comes after that, even if the rest of the message in parts is among it.
        OutboundQueue first = waiting;
        boolean behind = sendingParts && (first == null || first.isEmpty());
        OutboundQueue queue = behind ? behindParts() : waiting();
        OutboundQueue.Outcome outcome = queue.offer(message, bytesBeyondLoop() - queue.bytes() + corkBytes());
        if (outcome == OutboundQueue.Outcome.OVERFLOW) {
            overflow();
            return SendResult.DROPPED;
        }
        if (!behind) {
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
        return (queue == null || queue.isEmpty()) && channel().isWritable();
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

    // --------------------------------------------------------------------------------------------------------- frames

    private boolean write(Outgoing outgoing) {
        boolean open = outgoing.writeTo(protocol, cork(outgoing.bytes()));
        if (outgoing instanceof Outgoing.Part part) {
            partWritten(open && !part.last());
        } else if (outgoing instanceof Outgoing.Close) {
            closeWritten = true;
        }
        return open;
    }

    private void partWritten(boolean moreFollow) {
        sendingParts = moreFollow;
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
    }

    /** Whether our keepalive could be sent: a ping behind congestion would say nothing. */
    boolean writeKeepalivePing() {
        if (!peerKeepsUp() || !protocol.writePing(Unpooled.EMPTY_BUFFER, 0, 0, cork())) {
            return false;
        }
        flushSoon();
        return true;
    }

    /** Where the protocol appends what it owes the peer: not without end, in a read that is full of pings. */
    ByteBuf corkForOwed() {
        if (corkBytes() >= CORK_BYTES) {
            flush();
        }
        return cork();
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

    /** Ends what {@link #corkUp} began. */
    void uncork() {
        corkOff();
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
        // A channel that is full may only be so because nobody has tried to write yet.
        if (corkBytes() >= CORK_BYTES || !channel().isWritable()) {
            flush();
        } else {
            flushSoon();
        }
        return channel().isWritable() ? SendResult.SENT : held();
    }

    void flushSoon() {
        if (!isCorked() && !awaitsFlush) {
            awaitsFlush = true;
            connection.loop().flushAtEndOfTurn(connection);
        }
    }

    /** Gives everything written so far to the operating system, as far as it takes it. */
    void flush() {
        awaitsFlush = false;
        if (disposed || flushesAgain()) {
            return;
        }
        flushChannel();
        moved();
        drain();
        if (ending != Ending.NONE && !disposed) {
            Ending now = ending;
            ending = Ending.NONE;
            now.begin(channel());
        }
    }

    /** A message whose payload is written from where it lies, behind what is in the cork and its own header. */
    private SendResult sendLarge(boolean text, ByteBuf payload, int index, int length) {
        if (!protocol.writeHeader(text, length, cork())) {
            return SendResult.CLOSED;
        }
        connection.deadlines().messagePassed();
        if (!gather(payload, index, length)) {
            flush();
            if (disposed) {
                return SendResult.CLOSED;
            }
        }
        moved();
        return channel().isWritable() ? SendResult.SENT : held();
    }

    /** What was to leave from where it lies leaves now: something else is about to be there. */
    void inputEnds() {
        if (gathers()) {
            flush();
        }
    }

    void writabilityChanged() {
        // Within our own flush, drain() follows anyway.
        if (!isFlushing()) {
            drain();
        }
    }

    /** Moves what waits into the channel while the channel takes it; tells the owner once nothing waits. */
    private void drain() {
        if (!congested || disposed || !channel().isWritable()) {
            return;
        }
        // Each time anew: the end of a message in parts puts what waited behind it first.
        for (OutboundQueue queue = waiting; queue != null && channel().isWritable(); queue = waiting) {
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
        if (disposed || waiting != null || !channel().isWritable()) {
            return;
        }
        if (pongHeld) {
            pongHeld = false;
            protocol.writeOwedPong(cork());
        }
        flushChannel();
        moved();
        if (disposed || !channel().isWritable()) {
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
        discardCork();
        moved();
    }
}
