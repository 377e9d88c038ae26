package dev.duplex.core.deflate;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the connections that own a compressor or a decompressor, over all event loops of a server or client. Any
 * thread may use it.
 */
public final class DedicatedCount {
    private final int maximum;
    private final AtomicInteger current = new AtomicInteger();

    /**
     * For at most this many connections.
     *
     * @throws IllegalArgumentException if the maximum is negative
     */
    public DedicatedCount(int maximum) {
        if (maximum < 0) {
            throw new IllegalArgumentException("maximum must not be negative but was " + maximum);
        }
        this.maximum = maximum;
    }

    /** How many connections own one now. */
    public int current() {
        return current.get();
    }

    /** The number given to the constructor. */
    public int maximum() {
        return maximum;
    }

    /** Whether another connection may own one. */
    public boolean hasRoom() {
        return current.get() < maximum;
    }

    boolean tryAdd() {
        int seen;
        do {
            seen = current.get();
            if (seen >= maximum) {
                return false;
            }
        } while (!current.compareAndSet(seen, seen + 1));
        return true;
    }

    /** For a connection whose peer has already been promised that its window is kept. */
    void add() {
        current.incrementAndGet();
    }

    void remove() {
        current.decrementAndGet();
    }
}
