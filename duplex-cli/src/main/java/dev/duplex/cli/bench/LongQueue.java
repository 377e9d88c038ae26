package dev.duplex.cli.bench;

/** Numbers, first in, first out; without an object for each. */
final class LongQueue {
    private long[] ring;
    private int head;
    private int size;

    /** @param capacity how many it holds before it grows */
    LongQueue(int capacity) {
        ring = new long[Math.max(2, Integer.highestOneBit(Math.max(1, capacity - 1)) << 1)];
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void add(long value) {
        if (size == ring.length) {
            grow();
        }
        ring[(head + size++) & (ring.length - 1)] = value;
    }

    private void grow() {
        long[] larger = new long[2 * ring.length];
        for (int i = 0; i < size; i++) {
            larger[i] = get(i);
        }
        ring = larger;
        head = 0;
    }

    /** The i-th from the head on. */
    long get(int i) {
        return ring[(head + i) & (ring.length - 1)];
    }

    /** Replaces the i-th from the head on. */
    void set(int i, long value) {
        ring[(head + i) & (ring.length - 1)] = value;
    }

    /** Takes the one that came first. There must be one. */
    long take() {
        long first = ring[head];
        head = (head + 1) & (ring.length - 1);
        size--;
        return first;
    }

    void clear() {
        size = 0;
    }
}
