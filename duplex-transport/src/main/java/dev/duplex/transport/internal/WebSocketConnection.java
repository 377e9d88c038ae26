package dev.duplex.transport.internal;

import dev.duplex.core.CloseCode;
import dev.duplex.core.CloseState;
import dev.duplex.core.Limits;
import dev.duplex.core.MessageSink;
import dev.duplex.core.PreparedMessage;
import dev.duplex.core.Role;
import dev.duplex.core.Violation;
import dev.duplex.core.WebSocketProtocol;
import dev.duplex.core.deflate.PerMessageDeflate;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.ReadyState;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.SlowConsumerPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A WebSocket connection over a Netty channel: the only handler of its pipeline, after TLS. It feeds the protocol with
 * what is read, and tells its owner what came. When bytes leave is the {@link Outbox}'s business, what other threads
 * send goes through the {@link Handover}, and time is measured by {@link Deadlines}.
 *
 * <p>Any thread may send, and the order of calls is kept. While anything waits for a slow peer, nothing is read from it,
 * so that one who asks without listening cannot make us hoard answers.
 */
public final class WebSocketConnection extends ChannelInboundHandlerAdapter implements MessageSink {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);

    private static final int PAUSED_BY_OWNER = 1;
    private static final int PAUSED_BY_CONGESTION = 2;

    private static final int MAX_CONTROL_PAYLOAD = 125;

    /** At most one of so many parts of what may wait is in the channel. */
    private static final int CHANNEL_SHARE = 4;

    private static final AtomicReferenceFieldUpdater<WebSocketConnection, ReadyState> READY_STATE =
            AtomicReferenceFieldUpdater.newUpdater(WebSocketConnection.class, ReadyState.class, "readyState");

    private final Channel channel;
    private final ConnectionTerms terms;
    private final WebSocketProtocol protocol;
    private final ConnectionListener listener;

    private final Outbox outbox;
    private final Deadlines deadlines;

    /** Created when another thread first sends: most connections are only used by their loop. */
    private volatile @Nullable Handover handover;

    private volatile ReadyState readyState = ReadyState.OPEN;

    private byte paused;

    /** What was read and comes after a frame behind which reading was paused. */
    private @Nullable ByteBuf unread;

    private @Nullable CloseEvent closeEvent;

    /** Why it will end, once that is known. */
    private @Nullable Blame blame;

    private boolean closed;

    private record Blame(CloseKind kind, String cause) {}

    /** @param deflate permessage-deflate as negotiated, or null */
    public WebSocketConnection(
            Channel channel, ConnectionTerms terms, @Nullable PerMessageDeflate deflate, ConnectionListener listener) {
        this.channel = channel;
        this.terms = terms;
        this.protocol = new WebSocketProtocol(terms.endpoint(), deflate);
        this.listener = listener;
        this.outbox = new Outbox(this);
        this.deadlines = new Deadlines(this);
    }

    public Channel channel() {
        return channel;
    }

    public LoopState loop() {
        return terms.loop();
    }

    public ReadyState readyState() {
        return readyState;
    }

    WebSocketProtocol protocol() {
        return protocol;
    }

    private Role role() {
        return terms.endpoint().role();
    }

    Limits limits() {
        return terms.endpoint().limits();
    }

    SlowConsumerPolicy policy() {
        return terms.policy();
    }

    ConnectionListener listener() {
        return listener;
    }

    Outbox outbox() {
        return outbox;
    }

    Deadlines deadlines() {
        return deadlines;
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
            return handover().offer(new Outgoing.Text(text, key));
        }
        takeHandover();
        return outbox.sendText(text, key);
    }

    /** Sends a binary message, or a text that is UTF-8 already; any thread. The bytes are read before it returns. */
    public SendResult sendBytes(boolean text, ByteBuf payload, int index, int length, @Nullable Object key) {
        // Before the frame's header is written, and never beyond what the caller has written into the buffer.
        Objects.checkFromIndexSize(index, length, payload.writerIndex());
        if (readyState != ReadyState.OPEN) {
            return SendResult.CLOSED;
        }
        if (!onLoop()) {
            return handover().offer(new Outgoing.Bytes(text, ByteBufUtil.getBytes(payload, index, length, true), key));
        }
        takeHandover();
        return outbox.sendBytes(text, payload, index, length, key);
    }

    /**
     * Sends a message that is not compressed, whatever was agreed on; any thread.
     *
     * @param payload bytes that nobody changes; UTF-8 if text
     */
    public SendResult sendUncompressed(boolean text, byte[] payload) {
        return send(new Outgoing.Bytes(text, payload, false, null));
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
        takeHandover();
        return outbox.sendPrepared(prepared, text, payload, key);
    }

    /**
     * Sends one part of a message (RFC 6455 §5.4); any thread, but one at a time. Messages sent in between follow once
     * the last part is out.
     *
     * @param payload read to its end, unless the part was not taken
     * @return DROPPED if too much waits already: the part was not taken, try again after the drain event. Never for a last
     *     part that is empty: a message of which parts were taken can always be ended
     */
    public SendResult sendPart(boolean text, ByteBuffer payload, boolean last) {
        if (readyState != ReadyState.OPEN) {
            return SendResult.CLOSED;
        }
        byte[] bytes = new byte[payload.remaining()];
        payload.duplicate().get(bytes);
        SendResult result = sendPart(new Outgoing.Part(text, bytes, last));
        if (result.isAccepted()) {
            payload.position(payload.limit());
        }
        return result;
    }

    private SendResult sendPart(Outgoing.Part part) {
        if (!onLoop()) {
            return handover().offer(part);
        }
        takeHandover();
        if (part.mayBeRefused() && !outbox.hasRoomFor(part)) {
            outbox.oweDrain();
            return SendResult.DROPPED;
        }
        return outbox.take(part);
    }

    /**
     * Sends a ping (RFC 6455 §5.5.2); any thread.
     *
     * @throws IllegalArgumentException for more than 125 bytes
     */
    public SendResult ping(byte[] payload) {
        return send(new Outgoing.Ping(checkedControlPayload(payload)));
    }

    /**
     * Sends an unsolicited pong (RFC 6455 §5.5.3); any thread.
     *
     * @throws IllegalArgumentException for more than 125 bytes
     */
    public SendResult pong(byte[] payload) {
        return send(new Outgoing.Pong(checkedControlPayload(payload)));
    }

    /** A copy of a payload that a ping or a pong may have. */
    public static byte[] checkedControlPayload(byte[] payload) {
        if (payload.length > MAX_CONTROL_PAYLOAD) {
            throw new IllegalArgumentException("ping and pong payloads are at most " + MAX_CONTROL_PAYLOAD
                    + " bytes, but this one has " + payload.length + " (RFC 6455 §5.5)");
        }
        return payload.clone();
    }

    private SendResult send(Outgoing outgoing) {
        if (readyState != ReadyState.OPEN) {
            return SendResult.CLOSED;
        }
        if (!onLoop()) {
            return handover().offer(outgoing);
        }
        takeHandover();
        return outbox.take(outgoing);
    }

    /** Writes bytes that need be no frames, past the protocol and before what waits; on the event loop. */
    public void sendRaw(byte[] bytes) {
        if (readyState == ReadyState.OPEN) {
            takeHandover();
            outbox.sendRaw(bytes);
        }
    }

    /**
     * Begins the closing handshake; any thread. What was sent before leaves first, as long as the peer takes it. Without
     * effect if it has begun.
     *
     * @param code {@link CloseCode#NO_STATUS} for none
     * @throws IllegalArgumentException if the code may not be sent, or the reason is too long
     */
    public void close(int code, String reason) {
        if (code != CloseCode.NO_STATUS) {
            CloseCode.check(code, reason);
        }
        // Of all who close, one goes on; what is sent from here on is answered CLOSED.
        if (!takesNoMore()) {
            return;
        }
        Outgoing.Close close = new Outgoing.Close(code, reason);
        if (onLoop()) {
            takeHandover();
            outbox.take(close);
        } else {
            handover().offer(close);
        }
    }

    /** Cuts the connection without a closing handshake; any thread. What has been written goes out first, if it can. */
    public void terminate(CloseKind kind, String why) {
        if (onLoop()) {
            flushAndCut(kind, why);
        } else {
            onLoop(() -> flushAndCut(kind, why));
        }
    }

    private void flushAndCut(CloseKind kind, String why) {
        if (!outbox.isFlushing()) {
            outbox.flushChannel();
        }
        channel.flush(); // the 101 itself, where a session is terminated as soon as it opens
        cut(kind, why);
    }

    /** Payload bytes accepted and not yet given to the operating system, with frame headers for some; any thread. */
    public long bufferedAmount() {
        // In the order in which bytes move, so that none is missed: at worst some are counted where they were and where
        // they go.
        Handover fromOthers = handover;
        long handedOver = fromOthers == null ? 0 : fromOthers.bytes();
        if (onLoop()) {
            return handedOver + outbox.bytesBeyondLoop() + outbox.corkBytes();
        }
        return handedOver + outbox.bufferedBytes();
    }

    /**
     * Payload bytes that were accepted and will never be sent, since the connection has ended, with frame headers for some;
     * known on the client's side. Any thread.
     */
    public long lostBytes() {
        return outbox.lostBytes();
    }

    boolean isClient() {
        return role() == Role.CLIENT;
    }

    private boolean onLoop() {
        return channel.eventLoop().inEventLoop();
    }

    /** Runs something on the event loop; false if the loop has ended, and every connection with it. */
    boolean onLoop(Runnable task) {
        try {
            channel.eventLoop().execute(() -> guarded(task));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private Handover handover() {
        Handover existing = handover;
        if (existing == null) {
            synchronized (this) {
                existing = handover;
                if (existing == null) {
                    existing = new Handover(this, outbox, limits(), policy());
                    handover = existing;
                }
            }
        }
        return existing;
    }

    /** First what other threads have sent before now, so that the order of calls is kept. */
    private void takeHandover() {
        Handover fromOthers = handover;
        if (fromOthers != null) {
            fromOthers.take();
        }
    }

    void discardHandover() {
        Handover fromOthers = handover;
        if (fromOthers != null) {
            fromOthers.discard();
        }
    }

    // ----------------------------------------------------------------------------------------------------- receiving

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        outbox.attach(ctx);
        loop().input().share(channel);
        // Most of what may wait has to wait in the queue: what is in the channel no policy can drop.
        int share = Math.max(1, limits().maxBufferedBytes() / CHANNEL_SHARE);
        if (share < channel.config().getWriteBufferHighWaterMark()) {
            channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(share / 2, share));
        }
        deadlines.begin();
        if (!channel.isActive()) {
            // It ended while the upgrade was being decided; no event will tell us any more.
            onLoop(this::end);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        deadlines.bytesRead();
        listener.onRead();
        if (unread != null) {
            unread.writeBytes(in);
            in.release();
            return;
        }
        receive(in);
    }

    private void receive(ByteBuf in) {
        outbox.corkUp();
        try {
            deliver(in);
        } finally {
            if (in.isReadable() && !closed) {
                // Paused between two messages. A copy of its own size: the read buffer may be much larger.
                unread = channel.alloc().buffer(in.readableBytes()).writeBytes(in);
            }
            in.release();
        }
    }

    private void deliver(ByteBuf in) {
        try {
            protocol.receive(in, this);
        } finally {
            outbox.inputEnds();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        outbox.uncork();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        outbox.writabilityChanged();
    }

    /** Called by the loop together with other connections, so nothing is thrown. */
    void flushAtEndOfTurn() {
        try {
            outbox.flush();
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    /** Stops reading, from the next frame on; on the event loop. Without effect once the closing handshake has begun. */
    public void pause() {
        pause(PAUSED_BY_OWNER);
    }

    /** Goes on reading; on the event loop. */
    public void resume() {
        resume(PAUSED_BY_OWNER);
    }

    /**
     * A server stops reading from a peer that does not listen. A client goes on: with a server that does the same, both
     * would wait for each other for ever, and what a client sends is not what its peer made it send.
     */
    void pauseForCongestion() {
        if (role() == Role.SERVER) {
            pause(PAUSED_BY_CONGESTION);
        }
    }

    void resumeAfterCongestion() {
        resume(PAUSED_BY_CONGESTION);
    }

    boolean isPausedByOwner() {
        return (paused & PAUSED_BY_OWNER) != 0;
    }

    private void pause(int reason) {
        // While closing, the peer's close frame has to be read, or its end.
        if (readyState == ReadyState.OPEN) {
            paused |= (byte) reason;
            protocol.pause(true);
            channel.config().setAutoRead(false);
        }
    }

    private void resume(int reason) {
        if ((paused & reason) != 0) {
            paused &= (byte) ~reason;
            if (paused == 0 && !closed) {
                deadlines.bytesRead();
                // Not at once: whoever resumes may be in the middle of a message.
                onLoop(this::readOn);
            }
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
            outbox.uncork();
        }
        if (paused == 0 && !closed) {
            channel.config().setAutoRead(true);
        }
    }

    @Override
    public void onMessage(boolean text, ByteBuf payload, int index, int length) {
        deadlines.messagePassed();
        if (readyState == ReadyState.OPEN) {
            listener.onMessage(text, payload, index, length);
        }
    }

    @Override
    public void onChunk(boolean text, ByteBuf payload, int index, int length, boolean last) {
        deadlines.messagePassed();
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
        long roundTrip = length == 0 ? deadlines.pongReceived() : -1; // our keepalive has no payload
        if (roundTrip >= 0) {
            listener.onRoundTrip(roundTrip);
        }
        if (!closed) {
            listener.onPong(payload, index, length);
        }
    }

    @Override
    public void onClose(int code, String reason) {
        closing();
        boolean byUs = protocol.state() == CloseState.CLOSED_BY_US;
        blame(byUs ? CloseKind.CLOSED_BY_US : CloseKind.CLOSED_BY_PEER, byUs ? "closed by us" : "closed by the peer");
        closeEvent = closeEvent(code, reason, true);
        outbox.end(role() == Role.SERVER ? Ending.CLOSE : Ending.NONE);
        if (!byUs) {
            listener.onClosing();
        }
    }

    @Override
    public void onViolation(Violation violation, String reason) {
        boolean told = !outbox.closeWritten();
        closing();
        CloseKind kind = violation.isOfLimits() ? CloseKind.LIMIT : CloseKind.VIOLATION;
        blame = new Blame(kind, reason + " (" + violation.section() + ")");
        closeEvent = closeEvent(told ? violation.closeCode() : CloseCode.ABNORMAL, told ? reason : "", false);
        outbox.end(Ending.SHUT_DOWN_OUTPUT);
        listener.onViolation(violation, reason);
        listener.onClosing();
    }

    @Override
    public ByteBuf out() {
        return outbox.corkForOwed();
    }

    @Override
    public boolean holdsPongs() {
        return outbox.holdsPongs();
    }

    // -------------------------------------------------------------------------------------------------------- ending

    /** From here on whatever is sent is answered CLOSED; any thread. True for the one call of all that brought it about. */
    boolean takesNoMore() {
        return READY_STATE.compareAndSet(this, ReadyState.OPEN, ReadyState.CLOSING);
    }

    /** The closing handshake has begun, or one side has failed the connection. */
    void closing() {
        takesNoMore();
        deadlines.closing();
        // The peer's answer has to be read, or its end; messages before it are no longer delivered.
        resume(PAUSED_BY_OWNER | PAUSED_BY_CONGESTION);
    }

    /** Notes why the connection will end; the first reason counts. */
    void blame(CloseKind what, String why) {
        if (blame == null) {
            blame = new Blame(what, why);
        }
    }

    private CloseEvent closeEvent(int code, String reason, boolean wasClean) {
        Blame why = Objects.requireNonNull(blame);
        return new CloseEvent(code, reason, wasClean, why.kind(), why.cause());
    }

    void cut(CloseKind what, String why) {
        blame(what, why);
        takesNoMore();
        channel.close();
    }

    boolean isClosed() {
        return closed;
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
        loop().cancel(deadlines);
        outbox.dispose();
        if (unread != null) {
            unread.release();
            unread = null;
        }
        CloseEvent event = closeEvent;
        if (event == null) {
            blame(CloseKind.END_OF_STREAM, "the connection ended without a close frame");
            event = closeEvent(CloseCode.ABNORMAL, "", false);
        }
        protocol.dispose();
        listener.onClosed(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        failed(thrown);
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    /** The transport failed, or the owner did while it was being told something. */
    void failed(Throwable thrown) {
        if (thrown instanceof ClosedChannelException) {
            // What was still to be written when the channel closed; why it closed is said elsewhere.
            channel.close();
            return;
        }
        // A network that fails and TLS that cannot be read are no news; anything else is a mistake of this program.
        if (thrown instanceof IOException || thrown instanceof DecoderException) {
            LOG.debug("Connection to {} has failed", channel.remoteAddress(), thrown);
        } else {
            LOG.error("Connection to {} has failed inside the program", channel.remoteAddress(), thrown);
        }
        SSLException ofTls = ofTls(thrown);
        if (ofTls != null) {
            cut(CloseKind.TLS, "TLS failed: " + ofTls.getMessage());
        } else if (thrown instanceof IOException) {
            String message = String.valueOf(thrown.getMessage());
            boolean reset = message.contains("Connection reset");
            cut(CloseKind.RESET, reset ? "the peer has reset the connection" : "the connection broke: " + message);
        } else {
            cut(CloseKind.FAILED, thrown.toString());
        }
    }

    private static @Nullable SSLException ofTls(Throwable thrown) {
        Throwable cause = thrown instanceof DecoderException ? thrown.getCause() : thrown;
        return cause instanceof SSLException tls ? tls : null;
    }
}
