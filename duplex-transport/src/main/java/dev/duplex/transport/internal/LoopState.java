package dev.duplex.transport.internal;

import dev.duplex.core.deflate.DeflateResources;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What exists once per event loop and is used by that loop alone: compressors, timers, and the connections that have
 * something to flush at the end of the turn.
 */
public final class LoopState {
    /** How coarse deadlines are. A look at the wheel costs nothing where nothing is due. */
    static final long TICK_MILLIS = 100;

    private final EventLoop loop;
    private final LongSupplier nanoClock;
    private final long origin;
    private final DeflateResources deflate;
    private final TimerWheel timers;
    private final LoopInput input = new LoopInput();
    private final LoopOutput output = new LoopOutput();
    private boolean ticking;
    private long now;

    /**
     * When so many connections wait to be flushed, the loop first looks once more at what has come: a look costs a hundredth
     * of the writes at most, and saves half of them whenever it brings another message for all.
     */
    private static final int MANY = 64;

    private final Queue<WebSocketConnection> unflushed = new ArrayDeque<>();
    private boolean flushScheduled;
    private boolean looked;

    public LoopState(EventLoop loop, LongSupplier nanoClock, DeflateResources deflate) {
        this.loop = loop;
        this.nanoClock = nanoClock;
        this.origin = nanoClock.getAsLong();
        this.deflate = deflate;
        this.now = millis();
        this.timers = new TimerWheel(TICK_MILLIS, now);
    }

    public EventLoop loop() {
        return loop;
    }

    public DeflateResources deflate() {
        return deflate;
    }

    LoopInput input() {
        return input;
    }

    LoopOutput output() {
        return output;
    }

    /** Frees what is not memory of the JVM; nothing happens on the loop any more. */
    void close() {
        deflate.close();
        input.close();
        output.close();
    }

    /** The time in milliseconds, as of the last tick: free to read, and up to a tick old while timers are set. */
    long now() {
        return now;
    }

    /** The same as of this moment, for what happens rarely: while no timer is set, nothing moves {@link #now}. */
    long refreshedNow() {
        now = millis();
        return now;
    }

    long nanoTime() {
        return nanoClock.getAsLong();
    }

    /** Sets the deadline of a timer to so many milliseconds from now. */
    public void expireIn(TimerWheel.Timer timer, long millis) {
        timers.schedule(timer, refreshedNow() + millis);
        tickWhileNeeded();
    }

    public void cancel(TimerWheel.Timer timer) {
        timers.cancel(timer);
    }

    private void tickWhileNeeded() {
        if (!ticking && timers.size() > 0) {
            ticking = true;
            loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void tick() {
        ticking = false;
        try {
            timers.advance(refreshedNow());
        } finally {
            tickWhileNeeded();
        }
    }

    private long millis() {
        // System.nanoTime() may begin anywhere, below zero too.
        return TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - origin);
    }

    /** Flushes the connection once the current turn of the loop has done its work. */
    void flushAtEndOfTurn(WebSocketConnection connection) {
        unflushed.add(connection);
        if (!flushScheduled) {
            flushScheduled = true;
            loop.execute(this::flushAll);
        }
    }

    private void flushAll() {
        if (!looked && unflushed.size() >= MANY && loop instanceof SingleThreadEventLoop turns) {
            looked = true;
            turns.executeAfterEventLoopIteration(() -> loop.execute(this::flushAll));
            return;
        }
        looked = false;
        flushScheduled = false;
        // What flushing makes others send belongs to the next turn.
        for (int left = unflushed.size(); left > 0; left--) {
            WebSocketConnection connection = unflushed.poll();
            if (connection != null) {
                connection.flushAtEndOfTurn();
            }
        }
    }
}
