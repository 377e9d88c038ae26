package dev.duplex.client;

import java.util.ArrayList;
import java.util.List;

/** Tells that an {@link AbortController} has aborted: removes listeners, ends an attempt to connect. Any thread may use it. */
public final class AbortSignal {
    private final List<Runnable> algorithms = new ArrayList<>();
    private boolean aborted;

    AbortSignal() {}

    public synchronized boolean aborted() {
        return aborted;
    }

    /** Runs something on abort, at once if that has happened ("add an algorithm"). */
    void onAbort(Runnable algorithm) {
        synchronized (this) {
            if (!aborted) {
                algorithms.add(algorithm);
                return;
            }
        }
        algorithm.run();
    }

    /** How many algorithms wait for it. */
    synchronized int waiting() {
        return algorithms.size();
    }

    /** "Remove an algorithm": it is not run any more. */
    synchronized void forget(Runnable algorithm) {
        algorithms.remove(algorithm);
    }

    /** "Signal abort": the second time has no effect. */
    void abort() {
        List<Runnable> now;
        synchronized (this) {
            aborted = true;
            now = List.copyOf(algorithms);
            algorithms.clear();
        }
        now.forEach(Runnable::run);
    }
}
