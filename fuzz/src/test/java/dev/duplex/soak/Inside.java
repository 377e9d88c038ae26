package dev.duplex.soak;

import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.internal.EventLoops;
import dev.duplex.transport.internal.LoopState;
import dev.duplex.transport.internal.TimerWheel;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** What no API tells: timers that are set, and compressors that hold native memory, of each event loop. */
final class Inside {
    private final List<LoopState> loops = new ArrayList<>();

    /** Of these servers and of all clients. */
    Inside(List<WebSocketServer> servers) {
        try {
            for (WebSocketServer server : servers) {
                loops.addAll(((EventLoops) get(server, "eventLoops")).states());
            }
            Class<?> clients = Class.forName("dev.duplex.client.internal.ClientLoops");
            Method shared = clients.getDeclaredMethod("shared");
            shared.setAccessible(true);
            loops.addAll(((EventLoops) get(shared.invoke(null), "loops")).states());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("a field that the soak test looks at has another name now", e);
        }
    }

    private static Object get(Object object, String name) throws ReflectiveOperationException {
        Field field = object.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(object);
    }

    /** Timers set on all loops. */
    int timers() {
        return sum(loop -> ((TimerWheel) get(loop, "timers")).size());
    }

    /** Compressors and decompressors that hold native memory, those that a loop keeps for itself left out. */
    int zlibStreams() {
        return sum(loop -> {
            DeflateResources resources = loop.deflate();
            Object owned = get(resources, "owned");
            return ((java.util.Set<?>) owned).size();
        });
    }

    private interface Count {
        int of(LoopState loop) throws ReflectiveOperationException;
    }

    private int sum(Count count) {
        int sum = 0;
        for (LoopState loop : loops) {
            try {
                sum += loop.loop().submit(() -> count.of(loop)).get();
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException("an event loop does not answer", e);
            }
        }
        return sum;
    }
}
