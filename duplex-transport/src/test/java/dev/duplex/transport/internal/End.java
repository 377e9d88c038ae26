package dev.duplex.transport.internal;

import dev.duplex.core.Delivery;
import dev.duplex.core.Endpoint;
import dev.duplex.core.Limits;
import dev.duplex.core.Role;
import dev.duplex.core.WebSocketProtocol;
import dev.duplex.core.deflate.DedicatedCount;
import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.transport.SlowConsumerPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/** A connection on a channel in memory, and the protocol of a well-behaved peer that reads and writes its bytes. */
final class End implements AutoCloseable {
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    final TestChannel channel = new TestChannel();
    final AtomicLong nanos = new AtomicLong();
    final DeflateResources deflate = new DeflateResources(6, new DedicatedCount(16));
    final LoopState loop = new LoopState(channel.eventLoop(), nanos::get, deflate);
    final Recorder recorder = new Recorder();
    final WebSocketConnection connection;

    final Recorder peer = new Recorder();
    final WebSocketProtocol peerProtocol;

    End(Role role, Limits limits, SlowConsumerPolicy policy, Delivery delivery) {
        channel.config().setAllocator(allocator);
        Endpoint endpoint = new Endpoint(role, limits, delivery, allocator, keysOf(role));
        connection = new WebSocketConnection(channel, new ConnectionTerms(loop, endpoint, policy), null, recorder);
        peerProtocol = new WebSocketProtocol(
                role.peer(),
                Limits.DEFAULTS,
                Delivery.WHOLE,
                null,
                UnpooledByteBufAllocator.DEFAULT,
                keysOf(role.peer()));
        channel.pipeline().addLast(connection);
        channel.runPendingTasks();
    }

    End(Limits limits, SlowConsumerPolicy policy) {
        this(Role.SERVER, limits, policy, Delivery.WHOLE);
    }

    End(Limits limits) {
        this(limits, SlowConsumerPolicy.CLOSE);
    }

    End() {
        this(Limits.DEFAULTS);
    }

    private static IntSupplier keysOf(Role role) {
        AtomicLong key = new AtomicLong(0x01020304);
        return role.masks() ? () -> (int) key.addAndGet(0x1357_9bdf) : null;
    }

    // ------------------------------------------------------------------------------------------------------- the peer

    /** The bytes of these text messages, as the peer sends them. */
    ByteBuf fromPeer(String... texts) {
        ByteBuf bytes = Unpooled.buffer();
        for (String text : texts) {
            peerProtocol.writeText(text, bytes);
        }
        return bytes;
    }

    ByteBuf pingFromPeer(String payload) {
        ByteBuf bytes = Unpooled.buffer();
        ByteBuf ping = Unpooled.copiedBuffer(payload, StandardCharsets.UTF_8);
        peerProtocol.writePing(ping, 0, ping.readableBytes(), bytes);
        return bytes;
    }

    ByteBuf pongFromPeer(String payload) {
        ByteBuf bytes = Unpooled.buffer();
        ByteBuf pong = Unpooled.copiedBuffer(payload, StandardCharsets.UTF_8);
        peerProtocol.writePong(pong, 0, pong.readableBytes(), bytes);
        return bytes;
    }

    ByteBuf closeFromPeer(int code, String reason) {
        ByteBuf bytes = Unpooled.buffer();
        peerProtocol.writeClose(code, reason, bytes);
        return bytes;
    }

    static ByteBuf hex(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    /** Gives the connection what the peer sends, as one read. */
    void read(ByteBuf bytes) {
        channel.writeInbound(copied(channel.alloc(), bytes));
    }

    private static ByteBuf copied(ByteBufAllocator allocator, ByteBuf bytes) {
        ByteBuf copy = allocator.buffer(Math.max(1, bytes.readableBytes())).writeBytes(bytes);
        bytes.release();
        return copy;
    }

    /** What the peer has received since this was last asked. */
    List<String> received() {
        ByteBuf bytes = channel.takeWritten();
        peerProtocol.receive(bytes, peer);
        bytes.release();
        return peer.take();
    }

    /** Gives the connection what the peer's protocol owes it: pongs, the answer to a close frame. */
    void answer() {
        read(peer.out.readRetainedSlice(peer.out.readableBytes()));
    }

    // ------------------------------------------------------------------------------------------------------------ time

    /** Lets time pass, a tick of the wheel at a time. */
    void pass(long millis) {
        for (long left = millis; left > 0; left -= LoopState.TICK_MILLIS) {
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(LoopState.TICK_MILLIS));
            channel.advanceTimeBy(LoopState.TICK_MILLIS, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
            channel.runPendingTasks();
        }
    }

    void runTasks() {
        channel.runPendingTasks();
    }

    /** What a connection must leave behind: nothing. */
    long bytesHeld() {
        return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
        peerProtocol.dispose();
        peer.out.release();
        deflate.close();
    }
}
