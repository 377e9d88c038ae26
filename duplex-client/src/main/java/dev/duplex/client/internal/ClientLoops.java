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

/** The event loops that the clients of this JVM share, started by the first. Their threads are daemons. */
public final class ClientLoops {
    private final EventLoops loops;
    private final Map<EventLoop, MaskingKeys> keys = new IdentityHashMap<>();

    private ClientLoops() {
        DedicatedCount dedicated = new DedicatedCount(DeflateOptions.DEFAULT_MAX_DEDICATED);
        loops = EventLoops.open(
                Transport.AUTO,
                0,
                new DefaultThreadFactory("duplex-client", true),
                () -> new DeflateResources(DeflateOptions.DEFAULT_LEVEL, dedicated));
        for (LoopState state : loops.states()) {
            keys.put(state.loop(), new MaskingKeys());
        }
    }

    private static final class Holder {
        static final ClientLoops INSTANCE = new ClientLoops();
    }

    static ClientLoops shared() {
        return Holder.INSTANCE;
    }

    /** One of the loops, in turn. */
    public static EventLoop next() {
        return shared().loops.group().next();
    }

    EventLoops loops() {
        return loops;
    }

    MaskingKeys keysOf(EventLoop loop) {
        MaskingKeys ofLoop = keys.get(loop);
        if (ofLoop == null) {
            throw new IllegalArgumentException("not an event loop of the clients: " + loop);
        }
        return ofLoop;
    }
}
