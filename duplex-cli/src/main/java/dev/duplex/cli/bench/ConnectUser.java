package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.LoadSocket;

/** Comes, and goes at once. */
final class ConnectUser extends User {
    ConnectUser(Lane lane, long number) {
        super(lane, number);
    }

    @Override
    void begin(LoadSocket opened) {
        leave();
    }

    @Override
    boolean settlesWhenGone() {
        return true;
    }
}
