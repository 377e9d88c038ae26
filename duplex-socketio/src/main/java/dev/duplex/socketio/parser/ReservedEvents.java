package dev.duplex.socketio.parser;

import java.util.Set;

/** Names of events that mean something to clients and servers themselves, so that nobody may send them. */
public final class ReservedEvents {
    private static final Set<String> ALL =
            Set.of("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener");

    private ReservedEvents() {}

    public static boolean contains(String name) {
        return ALL.contains(name);
    }
}
