package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.ConnectTimes;
import dev.duplex.client.internal.load.Incoming;
import dev.duplex.client.internal.load.LoadListener;
import dev.duplex.client.internal.load.LoadSocket;
import dev.duplex.client.internal.load.Payload;
import dev.duplex.core.CloseCode;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.CloseKind;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Who uses the server by one connection; what it does there the subclasses say. */
abstract class User implements Actor, LoadListener {
    private final Lane lane;
    private final long number;
    private @Nullable LoadSocket socket;
    private boolean leaving;
    private boolean settled;

    User(Lane lane, long number) {
        this.lane = lane;
        this.number = number;
    }

    final Lane lane() {
        return lane;
    }

    /** Its number among all, from 0 on. */
    final long number() {
        return number;
    }

    final @Nullable LoadSocket socket() {
        return socket;
    }

    @Override
    public final void start(long scheduled) {
        if (lane.isEnding()) {
            settle();
            return;
        }
        lane.stats().late(scheduled, System.nanoTime());
        lane.connect(this, number);
    }

    /** Whether it has done what others wait for. */
    private void settle() {
        if (!settled) {
            settled = true;
            tellSettled();
        }
    }

    @Override
    public final void opened(LoadSocket opened, ConnectTimes times) {
        socket = opened;
        lane.stats().opened(times);
        if (!settlesWhenGone()) {
            settle();
        }
        if (lane.isEnding()) {
            leave();
            return;
        }
        String hello = lane.plan().hello();
        if (hello != null) {
            Payload payload = new Payload(hello.getBytes(StandardCharsets.UTF_8));
            opened.send(true, payload, payload.length());
        }
        begin(opened);
    }

    @Override
    public final void failed(CloseKind kind, String message, @Nullable HandshakeResponse response) {
        if (!lane.isEnding()) {
            lane.stats().failed(new Failure(kind, message, response));
        }
        settle();
        gone(true);
    }

    @Override
    public final void closed(LoadSocket of, CloseEvent event) {
        socket = null;
        boolean lost = !leaving && !lane.isEnding();
        lane.stats().closed(event, lost);
        settle();
        gone(lost);
    }

    @Override
    public void message(LoadSocket of, Incoming message, long now) {
        lane.stats().received(message.length());
    }

    @Override
    public void drained(LoadSocket of) {}

    @Override
    public final void leave() {
        LoadSocket open = socket;
        if (open != null && !leaving) {
            leaving = true;
            open.close(CloseCode.NORMAL);
        }
    }

    @Override
    public final void cut() {
        LoadSocket open = socket;
        if (open != null) {
            open.terminate("the bench is over");
        }
    }

    /** The connection is open. */
    abstract void begin(LoadSocket opened);

    /**
     * The connection is gone, or was never there.
     *
     * @param unwanted whether that was not our doing
     */
    void gone(boolean unwanted) {}

    /** Once it is open, or will not be. */
    void tellSettled() {
        lane.settled();
    }

    /** Whether an open connection is not all that is wanted. */
    boolean settlesWhenGone() {
        return false;
    }
}
