package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.LoadSocket;

/** Is there, and says nothing. */
final class IdleUser extends User {
    IdleUser(Lane lane, long number) {
        super(lane, number);
    }

    @Override
    void begin(LoadSocket opened) {}
}
