package dev.duplex.transport.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines of one event loop's connections, coarse on purpose: a connection is looked at when its deadline may have
 * passed, never when data comes in. It has no clock; {@link #advance} tells it the time. Not thread-safe.
 */
public final class TimerWheel {
    /** What a wheel holds; one per connection, in at most one wheel. */
    public abstract static class Timer {
        private @Nullable Timer previous;
        private @Nullable Timer next;
        private byte slot = NOWHERE;
        private long deadline;

        /**
         * Called once the deadline has passed.
         *
         * @return the next deadline, or {@link #NEVER}
         */
        protected abstract long expired(long now);
    }

    /** The deadline that never comes. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final int SLOTS = 128;
    private static final byte NOWHERE = -1;
    private static final byte DUE = -2;

    private final @Nullable Timer[] slots = new @Nullable Timer[SLOTS];
    private final List<Timer> due = new ArrayList<>();
    private final long tickMillis;
    private long tick;
    private int size;

    /**
     * @param tickMillis how coarse deadlines are
     * @param now the time at which it starts, in milliseconds
     */
    public TimerWheel(long tickMillis, long now) {
        this.tickMillis = tickMillis;
        this.tick = Math.floorDiv(now, tickMillis);
    }

    public int size() {
        return size;
    }

    /** Sets or moves the deadline of a timer, in milliseconds of the same clock as {@link #advance}. */
    public void schedule(Timer timer, long deadline) {
        cancel(timer);
        if (deadline == NEVER) {
            return;
        }
        timer.deadline = deadline;
        // A deadline beyond one turn of the wheel waits in its slot and is passed over until its turn comes.
        long due = Math.max(tick + 1, Math.floorDiv(deadline, tickMillis) + 1);
        int slot = slotOf(due);
        Timer head = slots[slot];
        timer.slot = (byte) slot;
        timer.previous = null;
        timer.next = head;
        if (head != null) {
            head.previous = timer;
        }
        slots[slot] = timer;
        size++;
    }

    public void cancel(Timer timer) {
        if (timer.slot < 0) {
            timer.slot = NOWHERE;
            return;
        }
        if (timer.previous == null) {
            slots[timer.slot] = timer.next;
        } else {
            timer.previous.next = timer.next;
        }
        if (timer.next != null) {
            timer.next.previous = timer.previous;
        }
        timer.previous = null;
        timer.next = null;
        timer.slot = NOWHERE;
        size--;
    }

    /** Expires what is due by {@code now}, in milliseconds. */
    public void advance(long now) {
        long target = Math.floorDiv(now, tickMillis);
        // After a long pause each slot needs one visit only.
        tick = Math.max(tick, target - SLOTS);
        while (tick < target) {
            tick++;
            expireSlot(slotOf(tick), now);
        }
    }

    private static int slotOf(long tick) {
        return (int) Math.floorMod(tick, (long) SLOTS);
    }

    private void expireSlot(int slot, long now) {
        // Expiring may schedule or cancel any timer of the wheel, so what is due leaves the slot first.
        for (Timer timer = slots[slot]; timer != null; ) {
            Timer following = timer.next;
            if (timer.deadline <= now) {
                cancel(timer);
                timer.slot = DUE;
                due.add(timer);
            }
            timer = following;
        }
        try {
            for (Timer timer : due) {
                if (timer.slot == DUE) {
                    timer.slot = NOWHERE;
                    schedule(timer, timer.expired(now));
                }
            }
        } finally {
            // If one has thrown, the others are still due.
            for (Timer timer : due) {
                if (timer.slot == DUE) {
                    schedule(timer, timer.deadline);
                }
            }
            due.clear();
        }
    }
}
