package dev.duplex.socketio.internal.engine;

import java.util.List;

/** A GET of polling that waits for its answer. */
public interface Poll {
    /** Answers with these packets, at least one. */
    void answer(List<Packet> packets);

    /** Answers 400. */
    void refuse();
}
