package dev.duplex.server.internal;

import dev.duplex.fuzz.MemoryChannel;
import dev.duplex.fuzz.SteppedLoop;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What topics cost on their loop without the network: channels are memory, and take what they are given at once. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(1)
@State(Scope.Thread)
public class TopicsBenchmark {
    private static final int PAYLOAD_BYTES = 64;

    /** How many sessions are members of the topic. */
    @Param({"1", "1000"})
    int members;

    /** How many other topics each of them is a member of. */
    @Param({"0", "100"})
    int others;

    private final SteppedLoop executor = new SteppedLoop();
    private final List<MemoryChannel> channels = new ArrayList<>();
    private final byte[] payload = new byte[PAYLOAD_BYTES];
    private Topics topics;
    private ServerSession member;

    @Setup
    public void members() {
        ServerCore core = ServerBench.core();
        // The server's own loops have threads.
        core.loops().clear();
        ServerLoop loop = ServerBench.loop(0, executor, () -> {
            throw new AssertionError("a publication was dropped");
        });
        core.loops().add(loop);
        topics = core.topics();
        for (int i = 0; i < members; i++) {
            MemoryChannel channel = new MemoryChannel();
            channels.add(channel);
            member = ServerBench.open(core, loop, executor, channel, PooledByteBufAllocator.DEFAULT);
            executor.on(() -> {
                member.subscribe("topic");
                for (int other = 0; other < others; other++) {
                    member.subscribe("other " + other);
                }
            });
        }
        executor.turn();
    }

    /** One publication and its deliveries. */
    @Benchmark
    public int publish() {
        executor.on(() -> topics.publish("topic", false, payload, null));
        executor.turn();
        int bytes = 0;
        for (MemoryChannel channel : channels) {
            bytes += channel.written.readableBytes();
            channel.written.clear();
        }
        if (bytes != members * (2 + PAYLOAD_BYTES)) {
            throw new AssertionError("expected a frame for each member, but " + bytes + " bytes were written");
        }
        return bytes;
    }

    /** One member more, and one fewer. */
    @Benchmark
    public void joinAndLeave() {
        executor.on(() -> {
            member.subscribe("one more");
            member.unsubscribe("one more");
        });
    }
}
