package dev.duplex.server;

import dev.duplex.core.Violation;
import java.util.function.LongSupplier;

/**
 * What a server counts. Every method does nothing by default, so that an implementation has those only that it wants.
 * Called on the event loops, by several at once and in the middle of the work: implementations must be safe for that,
 * must not block and must not throw.
 */
public interface ServerMetrics {
    /** Counts nothing. The server recognises it and leaves the calls out. */
    ServerMetrics NONE = new ServerMetrics() {
        @Override
        public String toString() {
            return "ServerMetrics.NONE";
        }
    };

    /** An opening handshake has succeeded. */
    default void connectionOpened() {}

    /**
     * A connection that was opened is gone.
     *
     * @param code the close code: that of the Close frame received (RFC 6455 §7.1.5), 1005 if it had none, that of ours
     *     if the server failed the connection, and 1006 if there was none
     */
    default void connectionClosed(int code) {}

    /**
     * A request for an upgrade was refused.
     *
     * @param status the HTTP status of the answer
     */
    default void handshakeRefused(int status) {}

    /**
     * A complete message has come.
     *
     * @param text whether it is text and not binary
     * @param bytes the length of its payload after decompression
     */
    default void messageReceived(boolean text, long bytes) {}

    /**
     * A message was accepted for a connection: written to it, or waiting until its peer reads on. One that is dropped
     * while it waits is counted by {@link #sendDropped} too.
     *
     * @param bytes the length of its payload before compression
     */
    default void messageSent(long bytes) {}

    /**
     * A pong has answered one of the server's pings.
     *
     * @param nanos the time between the two, in nanoseconds
     */
    default void pingRoundTrip(long nanos) {}

    /** A message was not sent, because the connection's queue was full. */
    default void sendDropped() {}

    /**
     * A peer has broken a rule of the protocol.
     *
     * @param violation which one
     */
    default void violation(Violation violation) {}

    /**
     * Called once at the start of the server with what tells how much is waiting to be sent.
     *
     * @param gauge the number of bytes in the queues of all connections, now; from any thread, at any time
     */
    default void bytesBuffered(LongSupplier gauge) {}
}
