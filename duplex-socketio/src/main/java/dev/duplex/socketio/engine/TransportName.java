package dev.duplex.socketio.engine;

import java.util.Optional;

/** What carries the packets of a session. */
public enum TransportName {
    POLLING("polling"),
    WEBSOCKET("websocket");

    private final String text;

    TransportName(String text) {
        this.text = text;
    }

    /** The transport that the query of a request names. */
    static Optional<TransportName> of(String text) {
        for (TransportName name : values()) {
            if (name.text.equals(text)) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    /** As in the query of a request. */
    @Override
    public String toString() {
        return text;
    }
}
