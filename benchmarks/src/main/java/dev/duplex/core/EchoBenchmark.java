package dev.duplex.core;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the protocol costs per message: 64 text frames of a client in one read, each echoed into one buffer. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(1)
@State(Scope.Thread)
public class EchoBenchmark implements MessageSink {
    private static final int MESSAGES = 64;

    /** Payload bytes of a message. */
    @Param({"20", "1024"})
    int size;

    @Param({"ascii", "chinese"})
    String text;

    /** Where the bytes are: in Netty's pool, or in memory of our own, as an event loop has it. */
    @Param({"pool", "own"})
    String memory;

    private final WebSocketProtocol protocol = new WebSocketProtocol(
            Role.SERVER, Limits.DEFAULTS, Delivery.WHOLE, null, PooledByteBufAllocator.DEFAULT, null);
    private ByteBuf frames;
    private ByteBuf in;
    private ByteBuf out;

    @Setup(Level.Trial)
    public void frames() {
        Random random = new Random(42);
        frames = PooledByteBufAllocator.DEFAULT.directBuffer();
        FrameWriter writer = new FrameWriter(random::nextInt);
        String unit = text.equals("ascii") ? "x" : "\u4e2d";
        int units = size / unit.getBytes(StandardCharsets.UTF_8).length;
        String message = unit.repeat(units) + "x".repeat(size - units * unit.getBytes(StandardCharsets.UTF_8).length);
        for (int i = 0; i < MESSAGES; i++) {
            writer.writeText(message, frames);
        }
        in = buffer(frames.readableBytes());
        out = buffer(2 * frames.readableBytes());
    }

    private ByteBuf buffer(int bytes) {
        return memory.equals("pool")
                ? PooledByteBufAllocator.DEFAULT.directBuffer(bytes)
                : Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(bytes)).clear();
    }

    @TearDown(Level.Trial)
    public void release() {
        frames.release();
        in.release();
        out.release();
        protocol.dispose();
    }

    /** With a copy of the frames, as the system makes one on each read: masking works in place. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public int echo() {
        in.clear().writeBytes(frames, frames.readerIndex(), frames.readableBytes());
        out.clear();
        protocol.receive(in, this);
        return out.readableBytes();
    }

    @Override
    public void onMessage(boolean isText, ByteBuf payload, int index, int length) {
        protocol.writeMessage(isText, payload, index, length, out);
    }

    @Override
    public ByteBuf out() {
        return out;
    }

    @Override
    public boolean holdsPongs() {
        return false;
    }

    @Override
    public void onChunk(boolean isText, ByteBuf payload, int index, int length, boolean last) {}

    @Override
    public void onPing(ByteBuf payload, int index, int length) {}

    @Override
    public void onPong(ByteBuf payload, int index, int length) {}

    @Override
    public void onClose(int code, String reason) {}

    @Override
    public void onViolation(Violation violation, String reason) {
        throw new AssertionError(reason);
    }
}
