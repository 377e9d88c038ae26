package dev.duplex.transport;

/** What became of a message handed to {@code send}. None of these is an exception: a slow or gone peer is no error. */
public enum SendResult {
    /** Accepted, and the peer keeps up. */
    SENT,
    /** Accepted, and waiting: the peer reads more slowly than we send. Wait for the drain event before sending more. */
    QUEUED,
    /** Not accepted: too much is waiting, and the {@link SlowConsumerPolicy} dropped this message. */
    DROPPED,
    /** Not accepted: the connection is closing or closed. */
    CLOSED;

    /** Whether the message was taken. */
    public boolean isAccepted() {
        return this == SENT || this == QUEUED;
    }
}
