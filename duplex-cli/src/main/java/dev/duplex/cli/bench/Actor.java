package dev.duplex.cli.bench;

import java.util.function.LongConsumer;

/** One of the many who use the server; on the thread of its lane. */
interface Actor {
    /** It is its turn to connect. */
    void start(long scheduled);

    /** Begins to close what it has open, and opens nothing more. */
    void leave();

    /** Cuts what it has open. */
    void cut();

    /** When each message was scheduled that should have been sent and was not answered. */
    default void forEachUnanswered(LongConsumer scheduled) {}

    /** How many those are. */
    default long unanswered() {
        return 0;
    }
}
