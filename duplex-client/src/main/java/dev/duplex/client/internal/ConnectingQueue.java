package dev.duplex.client.internal;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * RFC 6455 §4.1, item 2: "There MUST be no more than one connection in a CONNECTING state" to one address and port; the
 * others wait until that one "has been established or that connection has failed". Any thread may use it.
 */
public final class ConnectingQueue {
    static final ConnectingQueue OF_THIS_JVM = new ConnectingQueue();

    /** Who waits for an address; the entry is there while somebody connects to it. */
    private final Map<Object, Queue<Runnable>> waiting = new HashMap<>();

    /** Runs the attempt now, or once those before it have left. It must {@link #leave} in the end, exactly once. */
    void enter(Object address, Runnable attempt) {
        synchronized (waiting) {
            Queue<Runnable> queue = waiting.get(address);
            if (queue != null) {
                queue.add(attempt);
                return;
            }
            waiting.put(address, new ArrayDeque<>(1));
        }
        attempt.run();
    }

    void leave(Object address) {
        Runnable next;
        synchronized (waiting) {
            Queue<Runnable> queue = waiting.get(address);
            next = queue == null ? null : queue.poll();
            if (next == null) {
                waiting.remove(address);
            }
        }
        if (next != null) {
            next.run();
        }
    }
}
