package dev.duplex.stress;

import dev.duplex.core.Delivery;
import dev.duplex.core.Endpoint;
import dev.duplex.core.Limits;
import dev.duplex.core.Role;
import dev.duplex.core.Violation;
import dev.duplex.fuzz.MemoryChannel;
import dev.duplex.fuzz.SteppedLoop;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.SlowConsumerPolicy;
import dev.duplex.transport.internal.ConnectionListener;
import dev.duplex.transport.internal.ConnectionTerms;
import dev.duplex.transport.internal.LoopState;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A server's connection in memory. One actor at a time is its event loop; any number of others use it. */
final class Connection implements ConnectionListener {
    /** Without deadlines: nothing is to be scheduled. */
    private static final Limits LIMITS = Limits.DEFAULTS
            .withKeepalive(Duration.ZERO, Duration.ofSeconds(1))
            .withIdleTimeout(Duration.ZERO)
            .withSendTimeout(Duration.ZERO);

    private static final UnpooledByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(false, true);

    private final SteppedLoop loop = new SteppedLoop();
    private final MemoryChannel channel = new MemoryChannel();
    private final WebSocketConnection socket;

    private int read;

    /** Frames that the peer has been sent and drain events that the program has been told, in their order. */
    private final StringBuilder events = new StringBuilder();

    private int dropped;
    private int closed;

    Connection() {
        this(SlowConsumerPolicy.CLOSE, LIMITS.maxBufferedBytes());
    }

    Connection(SlowConsumerPolicy policy, int maxBufferedBytes) {
        Limits limits = LIMITS.withMaxBufferedBytes(maxBufferedBytes);
        channel.config().setAllocator(ALLOCATOR);
        loop.register(channel);
        Endpoint endpoint = new Endpoint(Role.SERVER, limits, Delivery.WHOLE, ALLOCATOR, null);
        LoopState state = new LoopState(loop, () -> 0, Deflate.NONE);
        socket = new WebSocketConnection(channel, new ConnectionTerms(state, endpoint, policy), null, this);
        loop.on(() -> channel.pipeline().addLast(socket));
    }

    // ------------------------------------------------------------------------------------------------ by any thread

    SendResult send(String text) {
        return socket.sendText(text, null);
    }

    void close(int code) {
        socket.close(code, "");
    }

    long bufferedAmount() {
        return socket.bufferedAmount();
    }

    // -------------------------------------------------------------------------------------- by the loop, or at the end

    void turn() {
        loop.turn();
    }

    /** Runs it on the loop, within one turn. */
    void onLoop(Runnable action) {
        loop.on(action);
    }

    /** The other end resets. */
    void end() {
        loop.on(() -> channel.unsafe().close(channel.voidPromise()));
        loop.turn();
    }

    /** The peer takes nothing, though the channel is not full yet. */
    void takeNothing() {
        channel.takeNothing();
    }

    /** The channel is full. */
    void fill() {
        loop.on(() -> channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false));
        loop.turn();
    }

    /** It takes more again. */
    void empty() {
        loop.on(() -> channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true));
        loop.turn();
    }

    /**
     * After the loop has done all there is to do: the text of each message that was sent, X for a close frame, and ! for
     * each time that the program was told that nothing waits.
     */
    String events() {
        loop.turn();
        takeFrames();
        return events.toString();
    }

    /** How many messages were told to have been dropped. */
    int dropped() {
        return dropped;
    }

    /** How many times the end was told. */
    int closed() {
        return closed;
    }

    private void takeFrames() {
        ByteBuf in = channel.written;
        while (in.readableBytes() > read) {
            int first = in.getUnsignedByte(read);
            int length = in.getUnsignedByte(read + 1);
            switch (first) {
                case 0x81 -> events.append(in.toString(read + 2, length, StandardCharsets.UTF_8));
                case 0x88 -> events.append('X');
                default -> throw new AssertionError("expected a text or a close frame but got " + first);
            }
            read += 2 + length;
        }
    }

    @Override
    public void onDrain() {
        takeFrames();
        events.append('!');
    }

    @Override
    public void onDropped() {
        dropped++;
    }

    @Override
    public void onClosed(CloseEvent event) {
        closed++;
    }

    @Override
    public void onMessage(boolean text, ByteBuf payload, int index, int length) {}

    @Override
    public void onChunk(boolean text, ByteBuf payload, int index, int length, boolean last) {}

    @Override
    public void onPing(ByteBuf payload, int index, int length) {}

    @Override
    public void onPong(ByteBuf payload, int index, int length) {}

    @Override
    public void onRoundTrip(long nanos) {}

    @Override
    public void onViolation(Violation violation, String reason) {}
}
