package dev.duplex.server.internal;

import dev.duplex.fuzz.Frames;
import dev.duplex.fuzz.MemoryChannel;
import dev.duplex.fuzz.SteppedLoop;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A server's topics with a session on each of two event loops, in memory. */
final class TwoSessions {
    private static final UnpooledByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(false, true);

    private final List<SteppedLoop> executors = List.of(new SteppedLoop(), new SteppedLoop());
    private final List<MemoryChannel> channels = List.of(new MemoryChannel(), new MemoryChannel());
    private final Topics topics;
    final ServerSession first;
    final ServerSession second;

    TwoSessions() {
        ServerCore core = ServerBench.core();
        // The server's own loops have threads.
        core.loops().clear();
        List<ServerSession> sessions = new ArrayList<>();
        for (int i = 0; i < executors.size(); i++) {
            ServerLoop loop = ServerBench.loop(i, executors.get(i), () -> {
                throw new AssertionError("a publication was dropped");
            });
            core.loops().add(loop);
            sessions.add(ServerBench.open(core, loop, executors.get(i), channels.get(i), ALLOCATOR));
        }
        topics = core.topics();
        first = sessions.get(0);
        second = sessions.get(1);
    }

    void publish(String topic, String text) {
        topics.publish(topic, true, text.getBytes(StandardCharsets.UTF_8), null);
    }

    /** Both loops do all there is to do. */
    void turn() {
        executors.forEach(SteppedLoop::turn);
    }

    void turnSecond() {
        executors.get(1).turn();
    }

    /** The peer of the first goes. */
    void endFirst() {
        executors.get(0).on(() -> channels.get(0).unsafe().close(channels.get(0).voidPromise()));
        executors.get(0).turn();
    }

    String receivedByFirst() {
        return String.join(" ", Frames.textsFromServer(channels.get(0).written));
    }

    String topics() {
        return topics.names().isEmpty() ? "none" : String.join(" ", topics.names());
    }
}
