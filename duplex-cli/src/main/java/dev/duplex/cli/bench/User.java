package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.ConnectTimes;
import dev.duplex.client.internal.load.LoadListener;
import dev.duplex.client.internal.load.LoadSocket;
import dev.duplex.core.CloseCode;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.CloseKind;
import org.jspecify.annotations.Nullable;

/** Who uses the server, one connection at a time; what it does there the subclasses say. On its lane's thread. */
abstract class User implements LoadListener {
    private final Lane lane;
    private final long number;
    private @Nullable LoadSocket socket;
    private boolean leaving;

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

    final void connect(long scheduled) {
        if (lane.isEnding()) {
            lane.settled();
        } else {
            lane.connect(this);
        }
    }

    @Override
    public final void opened(LoadSocket opened, ConnectTimes times) {
        socket = opened;
        lane.stats().opened(times);
        lane.settled();
        if (lane.isEnding()) {
            leave();
        } else {
            begin(opened);
        }
    }

    @Override
    public final void failed(CloseKind kind, String message, @Nullable HandshakeResponse response) {
        lane.stats().failed(new Failure(kind, message, response));
        lane.settled();
    }

    @Override
    public final void closed(LoadSocket of, CloseEvent event) {
        socket = null;
        Counters counters = lane.stats().counters();
        counters.closed++;
        boolean lost = !leaving && !lane.isEnding();
        if (lost) {
            counters.lost++;
        }
        lane.stats().closed(event, lost);
        gone(lost);
    }

    /** Begins the closing handshake, if there is a connection. */
    final void leave() {
        LoadSocket open = socket;
        if (open != null && !leaving) {
            leaving = true;
            open.close(CloseCode.NORMAL);
        }
    }

    final void cut() {
        LoadSocket open = socket;
        if (open != null) {
            open.terminate("the bench is over");
        }
    }

    /** The connection is open. */
    abstract void begin(LoadSocket opened);

    /** The connection is gone. */
    void gone(boolean lost) {}

    @Override
    public void drained(LoadSocket of) {}

    /** How many of its messages nobody has answered. */
    long unanswered() {
        return 0;
    }
}
