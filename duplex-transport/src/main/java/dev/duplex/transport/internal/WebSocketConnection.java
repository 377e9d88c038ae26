package dev.duplex.transport.internal;

import dev.duplex.core.CloseCode;
import dev.duplex.core.CloseState;
import dev.duplex.core.Limits;
import dev.duplex.core.MessageSink;
import dev.duplex.core.PreparedMessage;
import dev.duplex.core.Role;
import dev.duplex.core.Violation;
import dev.duplex.core.WebSocketProtocol;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.ReadyState;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.SlowConsumerPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket connection over a Netty channel: the only handler of its pipeline, after TLS. It feeds the protocol, and
 * decides when bytes leave: what one read, or one turn of the loop, has produced leaves in one write (the cork).
 *
 * <p>Any thread may send. What other threads send goes through a queue that the event loop empties, so that the order
 * of calls is kept. What a slow peer does not take waits unencoded in an {@link OutboundQueue}; while anything waits,
 * nothing is read from that peer, so that one who asks without listening cannot make us hoard answers.
 */
public final class WebSocketConnection extends ChannelInboundHandlerAdapter implements MessageSink {
    /** A cork of this size leaves at once. Also Netty's high-water mark: more than this in a channel is congestion. */
    static final int CORK_BYTES = 64 * 1024;

    private static final int INITIAL_CORK_BYTES = 512;

    /** Frames for many connections above this size are shared, not copied. */
    private static final int SHARED_FRAME_BYTES = 4 * 1024;

    private static final int PAUSED_BY_OWNER = 1;
    private static final int PAUSED_BY_CONGESTION = 2;

    private final LoopState loop;
    private final Role role;
    private final WebSocketProtocol protocol;
    private final Limits limits;
    private final SlowConsumerPolicy policy;
    private final ConnectionListener listener;

    private final Channel channel;
    private @Nullable ChannelHandlerContext context;
    private volatile ReadyState readyState = ReadyState.OPEN;

    // Output, on the event loop.
    private @Nullable ByteBuf cork;
    private boolean reading;
    private boolean awaitsFlush;
    private boolean unflushed;
    private boolean flushing;
    private boolean congested;
    private boolean closeQueued;
    private boolean closeAfterFlush;
    private boolean finishAfterFlush;
    private @Nullable OutboundQueue waiting;

    /** While a message is sent in parts, the messages that must come after it. */
    private @Nullable Queue<Outgoing> behindParts;

    private boolean sendingParts;

    // Output from other threads. Created when first needed: most connections are only used by their loop.
    private volatile @Nullable Outside outside;

    // Input.
    private int paused;
    private @Nullable ByteBuf unread;

    // Time, in milliseconds of the loop's clock.
    private final Deadlines deadlines = new Deadlines();
    private long lastRead;
    private long lastMessage;
    private long closeBy = TimerWheel.NEVER;
    private boolean awaitsPong;
    private long pingSent;
    private long pingSentNanos;
    private long lastUntaken;

    private @Nullable CloseEvent closeEvent;
    private @Nullable String cause;
    private boolean closed;

    /** What other threads have sent and the loop has not seen. */
    private static final class Outside {
        final Queue<Outgoing> queue = new ConcurrentLinkedQueue<>();
        final AtomicLong bytes = new AtomicLong();
        final AtomicInteger scheduled = new AtomicInteger();
    }

    public WebSocketConnection(
            Channel channel,
            LoopState loop,
            Role role,
            WebSocketProtocol protocol,
            Limits limits,
            SlowConsumerPolicy policy,
            ConnectionListener listener) {
        this.channel = channel;
        this.loop = loop;
        this.role = role;
        this.protocol = protocol;
        this.limits = limits;
        this.policy = policy;
        this.listener = listener;
    }

    public Channel channel() {
        return channel;
    }

    public LoopState loop() {
        return loop;
    }

    public ReadyState readyState() {
        return readyState;
    }

    // ------------------------------------------------------------------------------------------------------- sending

    /**
     * Sends a text message; any thread.
     *
     * @param key for {@link SlowConsumerPolicy#CONFLATE}
     */
    public SendResult sendText(String text, @Nullable Object key) {
        if (readyState != ReadyState.OPEN) {
            return SendResult.CLOSED;
        }
        if (!onLoop()) {
            return handOver(new Outgoing.Text(text, ByteBufUtil.utf8Bytes(text), key));
        }
        takeOutside();
        if (flowsFreely()) {
            return written(protocol.writeText(text, cork()));
        }
        return enqueue(new Outgoing.Text(text, ByteBufUtil.utf8Bytes(text), key));
    }

    /** Sends a binary message, or a text that is UTF-8 already; any thread. The bytes are read before it returns. */
    public SendResult sendBytes(boolean text, ByteBuf payload, int index, int length, @Nullable Object key) {
        if (readyState != ReadyState.OPEN) {
            return SendResult.CLOSED;
        }
        if (!onLoop()) {
            return handOver(new Outgoing.Bytes(text, copy(payload, index, length), key));
        }
        takeOutside();
        if (flowsFreely()) {
            return written(protocol.writeMessage(text, payload, index, length, cork()));
        }
        return enqueue(new Outgoing.Bytes(text, copy(payload, index, length), key));
    }

    /**
     * Sends a message that many connections get; on the event loop only.
     *
     * @param payload the same message as bytes that nobody changes, for when it has to wait
     */
    public SendResult sendPrepared(PreparedMessage prepared, boolean text, byte[] payload, @Nullable Object key) {
        if (readyState != ReadyState.OPEN) {
            return SendResult.CLOSED;
        }
        takeOutside();
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
            writeToChannel(frame.retainedDuplicate());
        }
        return written(true);
    }

    /**
     * Sends one part of a message (RFC 6455 §5.4); any thread, but one at a time. Messages sent in between follow once
     * the last part is out.
     *
     * @return DROPPED if too much waits already: the part was not taken, try again after the drain event
     */
    public SendResult sendPart(boolean text, ByteBuffer payload, boolean last) {
        if (readyState != ReadyState.OPEN) {
            return SendResult.CLOSED;
        }
        if (bufferedAmount() > 0 && bufferedAmount() + payload.remaining() > limits.maxBufferedBytes()) {
            if (onLoop()) {
                congested = true;
            } else {
                channel.eventLoop().execute(() -> congested = true);
            }
            return SendResult.DROPPED;
        }
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        Outgoing.Part part = new Outgoing.Part(text, bytes, last);
        if (!onLoop()) {
            return handOver(part);
        }
        takeOutside();
        return take(part);
    }

    /**
     * Sends a ping (RFC 6455 §5.5.2); any thread.
     *
     * @throws IllegalArgumentException for more than 125 bytes
     */
    public SendResult ping(byte[] payload) {
        return control(new Outgoing.Ping(checkedControlPayload(payload)));
    }

    /** Sends an unsolicited pong (RFC 6455 §5.5.3); any thread. */
    public SendResult pong(byte[] payload) {
        return control(new Outgoing.Pong(checkedControlPayload(payload)));
    }

    private static byte[] checkedControlPayload(byte[] payload) {
        if (payload.length > 125) {
            throw new IllegalArgumentException("ping and pong payloads are at most 125 bytes, but this one has "
                    + payload.length + " (RFC 6455 §5.5)");
        }
        return payload.clone();
    }

    private SendResult control(Outgoing outgoing) {
        if (readyState != ReadyState.OPEN) {
            return SendResult.CLOSED;
        }
        if (!onLoop()) {
            return handOver(outgoing);
        }
        takeOutside();
        return take(outgoing);
    }

    /**
     * Begins the closing handshake; any thread. What was sent before leaves first. Without effect if it has begun.
     *
     * @param code {@link CloseCode#NO_STATUS} for none
     * @throws IllegalArgumentException if the code may not be sent, or the reason is too long
     */
    public void close(int code, String reason) {
        if (code != CloseCode.NO_STATUS) {
            CloseCode.check(code, reason);
        }
        if (readyState != ReadyState.OPEN) {
            return;
        }
        Outgoing.Close close = new Outgoing.Close(code, reason);
        if (onLoop()) {
            takeOutside();
            take(close);
        } else {
            handOver(close);
            readyState = readyState == ReadyState.CLOSED ? ReadyState.CLOSED : ReadyState.CLOSING;
        }
    }

    /** Cuts the connection without a closing handshake; any thread. */
    public void terminate(String why) {
        if (onLoop()) {
            cut(why);
        } else {
            channel.eventLoop().execute(() -> cut(why));
        }
    }

    private void cut(String why) {
        if (cause == null) {
            cause = why;
        }
        readyState = readyState == ReadyState.CLOSED ? ReadyState.CLOSED : ReadyState.CLOSING;
        channel.close();
    }

    /** Payload bytes accepted and not yet given to the operating system; any thread. */
    public long bufferedAmount() {
        long amount = inChannel();
        Outside fromOutside = outside;
        if (fromOutside != null) {
            amount += fromOutside.bytes.get();
        }
        // Only the loop may look at what only the loop changes; for other threads the last turn has flushed the cork.
        if (onLoop()) {
            amount += cork != null ? cork.readableBytes() : 0;
        }
        OutboundQueue queue = waiting;
        return queue == null ? amount : amount + queue.bytes();
    }

    private long inChannel() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    private boolean onLoop() {
        return channel.eventLoop().inEventLoop();
    }

    private static byte[] copy(ByteBuf payload, int index, int length) {
        byte[] bytes = new byte[length];
        payload.getBytes(index, bytes);
        return bytes;
    }

    // ------------------------------------------------------------------------------------- sending from other threads

    private SendResult handOver(Outgoing outgoing) {
        Outside fromOutside = outside();
        long before = bufferedAmount();
        if (outgoing.isMessage() && before > 0 && before + outgoing.bytes() > limits.maxBufferedBytes()) {
            switch (policy) {
                case DROP_NEWEST -> {
                    listenerDroppedLater();
                    return SendResult.DROPPED;
                }
                case CLOSE -> {
                    channel.eventLoop().execute(this::overflow);
                    return SendResult.DROPPED;
                }
                default -> {
                    // The loop drops what is older. Until it does, no more than twice the bound is held.
                    if (fromOutside.bytes.get() + outgoing.bytes() > limits.maxBufferedBytes()) {
                        listenerDroppedLater();
                        return SendResult.DROPPED;
                    }
                }
            }
        }
        fromOutside.bytes.addAndGet(outgoing.bytes());
        fromOutside.queue.add(outgoing);
        if (fromOutside.scheduled.compareAndSet(0, 1)) {
            channel.eventLoop().execute(this::takeOutside);
        }
        return before > CORK_BYTES ? SendResult.QUEUED : SendResult.SENT;
    }

    private void listenerDroppedLater() {
        channel.eventLoop().execute(() -> {
            congested = true;
            listener.onDropped();
        });
    }

    private Outside outside() {
        Outside existing = outside;
        if (existing == null) {
            synchronized (this) {
                existing = outside;
                if (existing == null) {
                    existing = new Outside();
                    outside = existing;
                }
            }
        }
        return existing;
    }

    /** Sends what other threads have handed over before now. */
    private void takeOutside() {
        Outside fromOutside = outside;
        if (fromOutside == null) {
            return;
        }
        fromOutside.scheduled.set(0);
        for (Outgoing outgoing = fromOutside.queue.poll(); outgoing != null; outgoing = fromOutside.queue.poll()) {
            fromOutside.bytes.addAndGet(-outgoing.bytes());
            take(outgoing);
        }
    }

    // --------------------------------------------------------------------------------------------- the queue and cork

    /** Whether a message can go straight into the cork. */
    private boolean flowsFreely() {
        return !sendingParts && (waiting == null || waiting.isEmpty()) && channel.isWritable();
    }

    /** Sends or queues anything, in order. */
    private SendResult take(Outgoing outgoing) {
        if (closeQueued || closed) {
            return SendResult.CLOSED;
        }
        if (outgoing instanceof Outgoing.Close) {
            closeQueued = true;
            readyState = ReadyState.CLOSING;
            closeBy(limits.closeTimeout().toMillis());
            // The peer's answer has to be read; messages before it are no longer delivered.
            resume(PAUSED_BY_OWNER);
        } else if (outgoing.isMessage()) {
            return flowsFreely() ? written(write(outgoing)) : enqueue(outgoing);
        }
        if ((waiting == null || waiting.isEmpty()) && channel.isWritable()) {
            return written(write(outgoing));
        }
        waiting().add(outgoing);
        congested = true;
        return SendResult.QUEUED;
    }

    private SendResult enqueue(Outgoing message) {
        if (closeQueued || protocol.state() != CloseState.OPEN) {
            return SendResult.CLOSED;
        }
        if (sendingParts) {
            return enqueueBehindParts(message);
        }
        congested = true;
        OutboundQueue.Outcome outcome = waiting().offer(message, inChannel() + corkBytes());
        pauseForCongestion();
        switch (outcome) {
            case QUEUED -> {
                return SendResult.QUEUED;
            }
            case QUEUED_FOR_OLDER -> {
                listener.onDropped();
                return SendResult.QUEUED;
            }
            case DROPPED -> {
                listener.onDropped();
                return SendResult.DROPPED;
            }
            default -> {
                overflow();
                return SendResult.DROPPED;
            }
        }
    }

    private SendResult enqueueBehindParts(Outgoing message) {
        if (behindParts == null) {
            behindParts = new ArrayDeque<>();
        }
        long bytes = message.bytes();
        for (Outgoing other : behindParts) {
            bytes += other.bytes();
        }
        if (bytes > limits.maxBufferedBytes()) {
            listener.onDropped();
            return SendResult.DROPPED;
        }
        behindParts.add(message);
        return SendResult.QUEUED;
    }

    /** The bound is reached and the policy is to close: what waits is given up, so the close frame can be next. */
    private void overflow() {
        if (closeQueued || closed) {
            return;
        }
        listener.onDropped();
        discardWaiting();
        cause = "the peer reads too slowly: more than " + limits.maxBufferedBytes()
                + " bytes would wait for it (maxBufferedBytes)";
        take(new Outgoing.Close(CloseCode.TRY_AGAIN_LATER, "reads too slowly (maxBufferedBytes)"));
    }

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
            return protocol.writeClose(close.code(), close.reason(), cork());
        }
        throw new AssertionError(outgoing);
    }

    private boolean writePart(Outgoing.Part part) {
        boolean open = protocol.writePart(
                part.text(), Unpooled.wrappedBuffer(part.payload()), 0, part.bytes(), part.last(), cork());
        sendingParts = open && !part.last();
        if (!sendingParts && behindParts != null) {
            Queue<Outgoing> followers = behindParts;
            behindParts = null;
            followers.forEach(this::take);
        }
        return open;
    }

    /** After something has been written to the cork: sees to it that it leaves, and says how the peer keeps up. */
    private SendResult written(boolean open) {
        if (!open) {
            return SendResult.CLOSED;
        }
        lastMessage = loop.now();
        if (corkBytes() >= CORK_BYTES) {
            flush();
        } else if (!reading && !awaitsFlush) {
            awaitsFlush = true;
            loop.flushAtEndOfTurn(this);
        }
        if (channel.isWritable()) {
            return SendResult.SENT;
        }
        congested = true;
        pauseForCongestion();
        return SendResult.QUEUED;
    }

    private OutboundQueue waiting() {
        if (waiting == null) {
            waiting = new OutboundQueue(policy, limits.maxBufferedBytes());
        }
        return waiting;
    }

    private ByteBuf cork() {
        if (cork == null) {
            cork = channel.alloc().ioBuffer(INITIAL_CORK_BYTES);
        }
        return cork;
    }

    private int corkBytes() {
        return cork == null ? 0 : cork.readableBytes();
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
        context().write(bytes, context().voidPromise());
        unflushed = true;
    }

    private void flushChannel() {
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
    }

    /** Gives everything written so far to the operating system, as far as it takes it. */
    void flush() {
        awaitsFlush = false;
        if (closed || flushing) {
            return;
        }
        flushChannel();
        drain();
        if (closeAfterFlush || finishAfterFlush) {
            endOutput();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!flushing) {
            drain();
        }
    }

    /** Moves what waits into the channel while the channel takes it; tells the owner once nothing waits. */
    private void drain() {
        if (!congested || closed || !channel.isWritable()) {
            return;
        }
        OutboundQueue queue = waiting;
        while (queue != null && !queue.isEmpty() && channel.isWritable()) {
            Outgoing next = queue.poll();
            if (next != null) {
                write(next);
                if (corkBytes() >= CORK_BYTES) {
                    flushChannel();
                }
            }
        }
        if (closed || !channel.isWritable() || (queue != null && !queue.isEmpty())) {
            return;
        }
        protocol.writeOwedPong(cork());
        flushChannel();
        if (!closed && channel.isWritable()) {
            congested = false;
            resume(PAUSED_BY_CONGESTION);
            listener.onDrain();
        }
    }

    private void discardWaiting() {
        if (waiting != null) {
            waiting.clear();
        }
        behindParts = null;
        Outside fromOutside = outside;
        if (fromOutside != null) {
            fromOutside.queue.clear();
            fromOutside.bytes.set(0);
        }
    }

    /** What the server does after both close frames (RFC 6455 §7.1.1), and either side after failing (§7.1.7). */
    private void endOutput() {
        boolean close = closeAfterFlush;
        closeAfterFlush = false;
        finishAfterFlush = false;
        if (close) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        // Closing with unread input would reset the connection and might take our close frame with it. So only our
        // direction ends here; the peer's input is discarded until it ends too, or the close timeout cuts it.
        SslHandler ssl = channel.pipeline().get(SslHandler.class);
        if (ssl != null) {
            ssl.closeOutbound();
        } else if (channel instanceof DuplexChannel duplex) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> duplex.shutdownOutput());
        } else {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    // ----------------------------------------------------------------------------------------------------- receiving

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        lastRead = loop.now();
        lastMessage = lastRead;
        deadlines.begin();
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("the connection is not in a pipeline yet");
        }
        return ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        lastRead = loop.now();
        if (unread != null) {
            unread.writeBytes(in);
            in.release();
            return;
        }
        receive(in);
    }

    private void receive(ByteBuf in) {
        reading = true;
        try {
            protocol.receive(in, this);
        } finally {
            if (in.isReadable() && !closed) {
                // Paused between two messages. A copy of its own size: the read buffer may be much larger.
                unread = channel.alloc().buffer(in.readableBytes()).writeBytes(in);
            }
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        flush();
    }

    /** Stops reading, from the next frame on; on the event loop. */
    public void pause() {
        pause(PAUSED_BY_OWNER);
    }

    /** Goes on reading; on the event loop. */
    public void resume() {
        resume(PAUSED_BY_OWNER);
    }

    private void pauseForCongestion() {
        pause(PAUSED_BY_CONGESTION);
    }

    private void pause(int reason) {
        paused |= reason;
        protocol.pause(true);
        channel.config().setAutoRead(false);
    }

    private void resume(int reason) {
        boolean wasPaused = paused != 0;
        paused &= ~reason;
        if (wasPaused && paused == 0 && !closed) {
            lastRead = loop.now();
            // Not at once: whoever resumes may be in the middle of a message.
            channel.eventLoop().execute(this::readOn);
        }
    }

    private void readOn() {
        if (paused != 0 || closed) {
            return;
        }
        protocol.pause(false);
        ByteBuf in = unread;
        unread = null;
        if (in != null) {
            receive(in);
            reading = false;
            flush();
        }
        if (paused == 0) {
            channel.config().setAutoRead(true);
        }
    }

    @Override
    public void onMessage(boolean text, ByteBuf payload, int index, int length) {
        lastMessage = loop.now();
        if (readyState == ReadyState.OPEN) {
            listener.onMessage(text, payload, index, length);
        }
    }

    @Override
    public void onChunk(boolean text, ByteBuf payload, int index, int length, boolean last) {
        lastMessage = loop.now();
        if (readyState == ReadyState.OPEN) {
            listener.onChunk(text, payload, index, length, last);
        }
    }

    @Override
    public void onPing(ByteBuf payload, int index, int length) {
        listener.onPing(payload, index, length);
    }

    @Override
    public void onPong(ByteBuf payload, int index, int length) {
        if (awaitsPong) {
            awaitsPong = false;
            listener.onRoundTrip(loop.nanoTime() - pingSentNanos);
        }
        listener.onPong(payload, index, length);
    }

    @Override
    public void onClose(int code, String reason) {
        readyState = ReadyState.CLOSING;
        boolean byUs = protocol.state() == CloseState.CLOSED_BY_US;
        String why = cause != null ? cause : byUs ? "closed by us" : "closed by the peer";
        closeEvent = new CloseEvent(code, reason, true, why);
        discardWaiting();
        // RFC 6455 §7.1.1: the server closes TCP first, so that it, not the client, keeps TIME_WAIT.
        closeAfterFlush = role == Role.SERVER;
        closeBy(limits.closeTimeout().toMillis());
        flushSoon();
    }

    @Override
    public void onViolation(Violation violation, String reason) {
        boolean told = readyState == ReadyState.OPEN || !closeQueued;
        readyState = ReadyState.CLOSING;
        closeEvent = new CloseEvent(
                told ? violation.closeCode() : CloseCode.ABNORMAL,
                told ? reason : "",
                false,
                reason + " (" + violation.section() + ")");
        discardWaiting();
        finishAfterFlush = true;
        closeBy(limits.closeTimeout().toMillis());
        // Resumed, if it was paused: what still comes has to be read to be discarded.
        paused = 0;
        releaseUnread();
        channel.config().setAutoRead(true);
        flushSoon();
        listener.onViolation(violation, reason);
    }

    private void flushSoon() {
        if (!reading && !awaitsFlush) {
            awaitsFlush = true;
            loop.flushAtEndOfTurn(this);
        }
    }

    @Override
    public ByteBuf out() {
        return cork();
    }

    @Override
    public boolean holdsPongs() {
        if ((waiting != null && !waiting.isEmpty()) || !channel.isWritable()) {
            congested = true;
            return true;
        }
        return false;
    }

    // -------------------------------------------------------------------------------------------------- time and end

    private void closeBy(long millis) {
        long deadline = loop.now() + millis;
        if (deadline < closeBy) {
            closeBy = deadline;
            loop.expireIn(deadlines, millis);
        }
    }

    /** Keepalive, idleness and the closing timeout. It looks at times noted elsewhere; nothing is re-armed per message. */
    private final class Deadlines extends TimerWheel.Timer {
        private final long interval = limits.keepaliveInterval().toMillis();
        private final long pongTimeout = limits.pongTimeout().toMillis();
        private final long idleTimeout = limits.idleTimeout().toMillis();

        /** Of this connection: between four fifths of the interval and all of it, so that pings do not come in waves. */
        private final long silence =
                interval == 0 ? 0 : interval - ThreadLocalRandom.current().nextLong(interval / 5 + 1);

        void begin() {
            long first = Math.min(
                    silence > 0 ? silence : TimerWheel.NEVER, idleTimeout > 0 ? idleTimeout : TimerWheel.NEVER);
            if (first != TimerWheel.NEVER) {
                loop.expireIn(this, first);
            }
        }

        @Override
        protected long expired(long now) {
            if (closeBy != TimerWheel.NEVER) {
                if (now >= closeBy) {
                    cut("the closing handshake was not finished within " + limits.closeTimeout());
                    return TimerWheel.NEVER;
                }
                return closeBy;
            }
            if (idleTimeout > 0 && now - lastMessage >= idleTimeout) {
                cause = "idle for " + limits.idleTimeout();
                take(new Outgoing.Close(CloseCode.GOING_AWAY, "idle for " + limits.idleTimeout()));
                return closeBy;
            }
            long next = idleTimeout > 0 ? lastMessage + idleTimeout : TimerWheel.NEVER;
            return Math.min(next, keepalive(now));
        }

        private long keepalive(long now) {
            if (silence == 0) {
                return TimerWheel.NEVER;
            }
            if ((paused & PAUSED_BY_OWNER) != 0) {
                // Nothing is read, so nothing can be concluded from silence.
                awaitsPong = false;
                return now + silence;
            }
            noteProgress(now);
            if (awaitsPong && lastRead < pingSent) {
                if (now - pingSent >= pongTimeout) {
                    cut("no answer to a ping within " + limits.pongTimeout() + " (pongTimeout)");
                    return TimerWheel.NEVER;
                }
                return pingSent + pongTimeout;
            }
            if (now - lastRead >= silence) {
                awaitsPong = true;
                pingSent = now;
                pingSentNanos = loop.nanoTime();
                if (channel.isWritable()) {
                    protocol.writePing(Unpooled.EMPTY_BUFFER, 0, 0, cork());
                    flushSoon();
                }
                return now + pongTimeout;
            }
            return lastRead + silence;
        }
    }

    /** A peer that takes bytes from us is alive, however slowly, even while it has no chance to answer. */
    private void noteProgress(long now) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        long untaken = buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
        if (untaken != lastUntaken) {
            lastUntaken = untaken;
            lastRead = now;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end();
    }

    private void end() {
        if (closed) {
            return;
        }
        closed = true;
        readyState = ReadyState.CLOSED;
        loop.cancel(deadlines);
        discardWaiting();
        if (cork != null) {
            cork.release();
            cork = null;
        }
        releaseUnread();
        CloseEvent event = closeEvent;
        if (event == null) {
            String why = cause != null ? cause : "the connection ended without a close frame";
            event = new CloseEvent(CloseCode.ABNORMAL, "", false, why);
        }
        protocol.dispose();
        listener.onClosed(event);
    }

    private void releaseUnread() {
        if (unread != null) {
            unread.release();
            unread = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        String message = thrown.getMessage();
        cut(message != null ? message : thrown.getClass().getSimpleName());
    }
}
