package dev.duplex.core;

import dev.duplex.core.deflate.DedicatedCount;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.deflate.DeflateParameters;
import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.core.deflate.Inflation;
import dev.duplex.core.deflate.PerMessageDeflate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Random;
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

/** What permessage-deflate costs for one message of words, with the loop's compressor and with one of a connection. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class DeflateBenchmark {
    private static final int LEVEL = 6;
    private static final String[] WORDS = {"frame", "opcode", "payload", "masking", "close", "topic", "session"};

    /** Payload bytes of a message. */
    @Param({"1024", "16384"})
    int size;

    @Param({"shared", "dedicated"})
    String compressor;

    private final DeflateResources resources = new DeflateResources(LEVEL, new DedicatedCount(2));
    private PerMessageDeflate sender;
    private PerMessageDeflate receiver;
    private ByteBuf payload;
    private ByteBuf deflated;
    private ByteBuf inflated;

    @Setup(Level.Trial)
    public void payload() {
        boolean shared = compressor.equals("shared");
        DeflateParameters parameters = new DeflateParameters(
                shared, shared, DeflateParameters.MAX_WINDOW_BITS, DeflateParameters.MAX_WINDOW_BITS);
        DeflateOptions options = shared ? DeflateOptions.SHARED : DeflateOptions.DEDICATED;
        sender = new PerMessageDeflate(Role.SERVER, parameters, options, resources);
        receiver = new PerMessageDeflate(Role.CLIENT, parameters, options, resources);
        payload = PooledByteBufAllocator.DEFAULT.directBuffer();
        Random random = new Random(42);
        while (payload.readableBytes() < size) {
            payload.writeCharSequence(WORDS[random.nextInt(WORDS.length)] + " ", StandardCharsets.US_ASCII);
        }
        deflated = PooledByteBufAllocator.DEFAULT.directBuffer(2 * size);
        inflated = PooledByteBufAllocator.DEFAULT.directBuffer(2 * size);
    }

    @TearDown(Level.Trial)
    public void release() {
        sender.close();
        receiver.close();
        payload.release();
        deflated.release();
        inflated.release();
        resources.close();
    }

    @Benchmark
    public int deflate() {
        deflated.clear();
        sender.deflate(payload, 0, size, deflated);
        return deflated.readableBytes();
    }

    /** Both, as a window that is kept has to be kept at both ends. */
    @Benchmark
    public int deflateAndInflate() {
        deflate();
        inflated.clear();
        Inflation result = receiver.inflate(deflated, 0, deflated.readableBytes(), true, inflated, 4L * size);
        if (result != Inflation.OK) {
            throw new IllegalStateException("expected what was deflated to inflate, but it was " + result);
        }
        return inflated.readableBytes();
    }
}
