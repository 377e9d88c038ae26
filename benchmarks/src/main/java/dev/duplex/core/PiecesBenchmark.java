package dev.duplex.core;

import dev.duplex.core.deflate.DedicatedCount;
import dev.duplex.core.deflate.DeflateResources;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the pieces of the codec cost for one message: masking, validation, encoding, and a frame for many connections. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class PiecesBenchmark {
    private static final int KEY = 0x37fa213d;

    /** Payload bytes of a message. */
    @Param({"20", "1024", "65536"})
    int size;

    @Param({"ascii", "chinese"})
    String text;

    private final Utf8Validator validator = new Utf8Validator();
    private final FrameWriter server = new FrameWriter(null);
    private final FrameWriter client = new FrameWriter(() -> KEY);
    private final DeflateResources resources = new DeflateResources(6, new DedicatedCount(0));
    private String message;
    private ByteBuf payload;
    private ByteBuf out;

    @Setup(Level.Trial)
    public void payload() {
        String unit = text.equals("ascii") ? "x" : "\u4e2d";
        message = unit.repeat(size / unit.getBytes(StandardCharsets.UTF_8).length);
        payload = PooledByteBufAllocator.DEFAULT.directBuffer();
        payload.writeCharSequence(message, StandardCharsets.UTF_8);
        out = PooledByteBufAllocator.DEFAULT.directBuffer(2 * size + FrameWriter.MAX_HEADER_BYTES);
    }

    @TearDown(Level.Trial)
    public void release() {
        payload.release();
        out.release();
        resources.close();
    }

    /** In place; twice gives what was there before. */
    @Benchmark
    public boolean mask() {
        return Masking.apply(payload, 0, payload.readableBytes(), KEY);
    }

    @Benchmark
    public boolean validate() {
        return validator.accept(payload, 0, payload.readableBytes());
    }

    @Benchmark
    public int encodeText() {
        out.clear();
        server.writeText(message, out);
        return out.readableBytes();
    }

    @Benchmark
    public int encodeAndMask() {
        out.clear();
        client.write(true, false, Opcode.BINARY, payload, 0, payload.readableBytes(), out);
        return out.readableBytes();
    }

    /** Once for all members of a topic on a loop. */
    @Benchmark
    public int prepare() {
        try (PreparedMessage prepared = new PreparedMessage(true, payload, resources, PooledByteBufAllocator.DEFAULT)) {
            return prepared.frame(null).readableBytes();
        }
    }
}
