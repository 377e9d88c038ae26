package dev.duplex.socketio.internal.engine;

import org.jspecify.annotations.Nullable;

/** The types of Engine.IO's packets; on the wire, the decimal digit of the ordinal. The same in revisions 3 and 4. */
public enum PacketType {
    OPEN,
    CLOSE,
    PING,
    PONG,
    MESSAGE,
    UPGRADE,
    NOOP;

    private static final PacketType[] ALL = values();

    public char digit() {
        return (char) ('0' + ordinal());
    }

    /** The type of this digit, or null. */
    static @Nullable PacketType of(char digit) {
        int index = digit - '0';
        return index >= 0 && index < ALL.length ? ALL[index] : null;
    }
}
