package dev.duplex.cli.bench;

import java.util.Arrays;

/**
 * What is to be done when, in the order of time: a heap without an object for each entry. It has no clock; times are what
 * {@link System#nanoTime} gives, compared by difference. One thread's.
 */
final class Agenda {
    /** The time that never comes. */
    static final long NEVER = Long.MAX_VALUE;

    private static final int FIRST_SIZE = 64;

    /** Something to be done. */
    interface Entry {
        /**
         * It is time.
         *
         * @param scheduled for when it was on the agenda, which is never after now
         */
        void due(long scheduled);
    }

    private final long origin;
    private long[] times = new long[FIRST_SIZE];
    private Entry[] entries = new Entry[FIRST_SIZE];
    private int size;

    /** An agenda for times from this one on. */
    Agenda(long origin) {
        this.origin = origin;
    }

    int size() {
        return size;
    }

    void add(long time, Entry entry) {
        if (size == times.length) {
            times = Arrays.copyOf(times, 2 * size);
            entries = Arrays.copyOf(entries, 2 * size);
        }
        long key = time - origin;
        int at = size++;
        while (at > 0 && times[(at - 1) >> 1] > key) {
            int parent = (at - 1) >> 1;
            times[at] = times[parent];
            entries[at] = entries[parent];
            at = parent;
        }
        times[at] = key;
        entries[at] = entry;
    }

    /** When the next entry is due, or {@link #NEVER}. */
    long next() {
        return size == 0 ? NEVER : times[0] + origin;
    }

    /**
     * Does what is due, the earliest first.
     *
     * @param most how many entries at most, so that others get their turn
     * @return how many it were
     */
    int run(long now, int most) {
        int done = 0;
        while (done < most && size > 0 && times[0] <= now - origin) {
            long time = times[0] + origin;
            Entry entry = entries[0];
            removeFirst();
            done++;
            entry.due(time);
        }
        return done;
    }

    private void removeFirst() {
        size--;
        long key = times[size];
        Entry entry = entries[size];
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && times[child + 1] < times[child]) {
                child++;
            }
            if (times[child] >= key) {
                break;
            }
            times[at] = times[child];
            entries[at] = entries[child];
            at = child;
        }
        times[at] = key;
        entries[at] = entry;
    }
}
