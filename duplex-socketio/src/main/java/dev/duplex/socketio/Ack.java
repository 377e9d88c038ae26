package dev.duplex.socketio;

import org.jspecify.annotations.Nullable;

/** The acknowledgement of an event, for the client that waits for it. */
public interface Ack {
    /** Whether the client asked for an answer. */
    boolean isExpected();

    /**
     * Answers. Only the first call does; without effect if the client asked for no answer. Any thread may call it.
     *
     * @param arguments records, strings, numbers, {@code byte[]}s and the like
     */
    void send(@Nullable Object... arguments);
}
