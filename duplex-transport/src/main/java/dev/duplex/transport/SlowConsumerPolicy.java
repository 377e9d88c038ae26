package dev.duplex.transport;

/** What happens once more than {@code maxBufferedBytes} would wait for a peer that does not read fast enough. */
public enum SlowConsumerPolicy {
    /** Drop what waits and close with 1013. */
    CLOSE,
    /** Drop the message that is being sent. */
    DROP_NEWEST,
    /** Drop the messages that have waited longest. */
    DROP_OLDEST,
    /**
     * As soon as messages wait, one with the same key (for published messages, the topic) takes the place of the one
     * waiting; what has no key is subject to {@link #CLOSE}. For state of which only the latest matters.
     */
    CONFLATE
}
