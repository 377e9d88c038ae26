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
import java.util.Map;
import java.util.TreeMap;
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
        return get(object.getClass(), object, name);
    }

    private static Object get(Class<?> declaring, Object object, String name) throws ReflectiveOperationException {
        Field field = declaring.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(object);
    }

    /** Timers set on all loops. */
    int timers() {
        return sum(loop -> ((TimerWheel) get(loop, "timers")).size());
    }

    /** What the timers belong to, and how many of each: to be read by a person who wonders why some are left. */
    Map<String, Integer> owners() {
        Map<String, Integer> owners = new TreeMap<>();
        sum(loop -> {
            for (Object head : (Object[]) get(get(loop, "timers"), "slots")) {
                for (Object timer = head; timer != null; timer = get(TimerWheel.Timer.class, timer, "next")) {
                    owners.merge(timer.getClass().getName() + " " + state(timer), 1, Integer::sum);
                }
            }
            return 0;
        });
        return owners;
    }

    private static String state(Object timer) throws ReflectiveOperationException {
        Object owner = timer.getClass().isMemberClass() ? get(timer, "this$0") : get(timer, "connection");
        return owner + " over " + get(owner, "channel");
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
