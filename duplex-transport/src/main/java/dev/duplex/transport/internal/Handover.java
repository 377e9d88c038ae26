package dev.duplex.transport.internal;

import dev.duplex.core.Limits;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.SlowConsumerPolicy;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What other threads have sent and the event loop has not taken yet, in the order of calls. However many threads send,
 * one task of the loop is outstanding, and the bound of what may wait holds.
 */
final class Handover {
    private final WebSocketConnection connection;
    private final Outbox outbox;
    private final Limits limits;
    private final SlowConsumerPolicy policy;

    private static final int CHARGE_BITS = 36;
    private static final long ONE = 1L << CHARGE_BITS;

    private final Queue<Outgoing> queue = new ConcurrentLinkedQueue<>();

    /**
     * How many are handed over and not taken, above what all of them count against the bound: in one number, since who
     * reads one after the other sees a sum that never was.
     */
    private final AtomicLong held = new AtomicLong();

    /** Whether something is to be taken; set last by senders and cleared first by the loop, so nothing stays behind. */
    private final AtomicBoolean pending = new AtomicBoolean();

    private final AtomicInteger dropped = new AtomicInteger();
    private volatile boolean overflowed;
    private volatile boolean drainOwed;

    /** How many are to be taken at this turn; on the loop. */
    private long left;

    Handover(WebSocketConnection connection, Outbox outbox, Limits limits, SlowConsumerPolicy policy) {
        this.connection = connection;
        this.outbox = outbox;
        this.limits = limits;
        this.policy = policy;
    }

    /** Payload bytes handed over and not taken; any thread. */
    long bytes() {
        long now = held.get();
        return chargeOf(now) - countOf(now) * Outgoing.OVERHEAD_BYTES;
    }

    private static long chargeOf(long held) {
        return held & (ONE - 1);
    }

    private static long countOf(long held) {
        return held >> CHARGE_BITS;
    }

    // ----------------------------------------------------------------------------------------------- from any thread

    SendResult offer(Outgoing outgoing) {
        // Reserved first: of many threads that see the same room, only as many get in as fit.
        long charged = chargeOf(held.addAndGet(ONE + outgoing.charge()));
        boolean peerKeepsUp = outbox.peerKeepsUp();
        if (outgoing.mayBeRefused() && isTooMuch(charged, outgoing.charge(), peerKeepsUp)) {
            held.addAndGet(-ONE - outgoing.charge());
            return refuse(outgoing);
        }
        boolean waits = !peerKeepsUp || charged > Outbox.CORK_BYTES;
        queue.add(outgoing);
        if (waits) {
            // Behind what it is about: else the loop might say that nothing waits, and then take this one.
            drainOwed = true;
        }
        if (!wakeLoop()) {
            return SendResult.CLOSED;
        }
        return waits ? SendResult.QUEUED : SendResult.SENT;
    }

    private boolean isTooMuch(long charged, long own, boolean peerKeepsUp) {
        boolean loopDecides =
                peerKeepsUp || policy == SlowConsumerPolicy.DROP_OLDEST || policy == SlowConsumerPolicy.CONFLATE;
        if (loopDecides) {
            // The loop will drop or send what is older. Until it does, no more than twice the bound is held.
            return charged > own && charged > limits.maxBufferedBytes();
        }
        return outbox.bytesBeyondLoop() + charged > limits.maxBufferedBytes();
    }

    private SendResult refuse(Outgoing outgoing) {
        drainOwed = true;
        if (outgoing.isMessage()) {
            if (policy == SlowConsumerPolicy.CLOSE) {
                overflowed = true;
                // The loop gives up what waits, and closes. What is sent until then is not to find room that this
                // makes.
                connection.takesNoMore();
            } else {
                dropped.incrementAndGet();
            }
        }
        return wakeLoop() ? SendResult.DROPPED : SendResult.CLOSED;
    }

    private boolean wakeLoop() {
        return !pending.compareAndSet(false, true) || connection.onLoop(this::take);
    }

    // ---------------------------------------------------------------------------------------------- on the event loop

    /**
     * Gives the outbox what was handed over before now. What that makes the owner send, told that the queue is empty for
     * instance, comes behind all of it: a call within a call takes what is left of the outer one.
     */
    void take() {
        if (!pending.get() && left == 0) {
            return;
        }
        pending.set(false);
        // Not "until empty": senders that outrun the loop must not keep it from its other connections. Whoever hands
        // over from here on has found nothing pending and has woken the loop again.
        left = countOf(held.get());
        if (drainOwed) {
            drainOwed = false;
            outbox.oweDrain();
        }
        outbox.tellDropped(dropped.getAndSet(0));
        if (overflowed) {
            overflowed = false;
            outbox.overflow();
        }
        while (left > 0) {
            left--;
            Outgoing outgoing = queue.poll();
            if (outgoing == null) {
                left = 0;
                break;
            }
            outbox.moves(outgoing.bytes());
            held.addAndGet(-ONE - outgoing.charge());
            if (!outbox.take(outgoing).isAccepted()) {
                outbox.lose(outgoing.bytes());
            }
        }
        outbox.moved();
    }

    /** Drops what was handed over before now. */
    void discard() {
        for (Outgoing outgoing = queue.poll(); outgoing != null; outgoing = queue.poll()) {
            outbox.lose(outgoing.bytes());
            held.addAndGet(-ONE - outgoing.charge());
        }
    }
}
