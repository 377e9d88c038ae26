package dev.duplex.client.internal;

import dev.duplex.core.deflate.DedicatedCount;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.transport.Transport;
import dev.duplex.transport.internal.EventLoops;
import dev.duplex.transport.internal.LoopState;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Event loops of clients, with what each of them needs: those that the clients of this JVM share, started by the first,
 * or some of one's own. Their threads are daemons.
 */
public final class ClientLoops {
    private final EventLoops loops;
    private final Map<EventLoop, MaskingKeys> keys = new IdentityHashMap<>();

    private ClientLoops(Transport transport, int threads, String threadName) {
        DedicatedCount dedicated = new DedicatedCount(DeflateOptions.DEFAULT_MAX_DEDICATED);
        loops = EventLoops.open(
                transport,
                threads,
                new DefaultThreadFactory(threadName, true),
                () -> new DeflateResources(DeflateOptions.DEFAULT_LEVEL, dedicated));
        for (LoopState state : loops.states()) {
            keys.put(state.loop(), new MaskingKeys());
        }
    }

    private static final class Holder {
        static final ClientLoops INSTANCE = new ClientLoops(Transport.AUTO, 0, "duplex-client");
    }

    static ClientLoops shared() {
        return Holder.INSTANCE;
    }

    /**
     * Starts loops that nobody else uses.
     *
     * @param threads how many; 0 for one per processor
     * @throws IllegalStateException if a transport was asked for by name and does not work here
     */
    public static ClientLoops open(Transport transport, int threads, String threadName) {
        return new ClientLoops(transport, threads, threadName);
    }

    /** One of the shared loops, in turn. */
    public static EventLoop next() {
        return shared().loops.group().next();
    }

    public EventLoops loops() {
        return loops;
    }

    MaskingKeys keysOf(EventLoop loop) {
        MaskingKeys ofLoop = keys.get(loop);
        if (ofLoop == null) {
            throw new IllegalArgumentException("not an event loop of these clients: " + loop);
        }
        return ofLoop;
    }
}
