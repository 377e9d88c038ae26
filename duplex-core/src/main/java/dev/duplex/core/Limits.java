package dev.duplex.core;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Every bound of a connection, as one immutable value. {@link #DEFAULTS} suits a server open to strangers; the
 * {@code with…} methods return changed copies. Times of an open connection beyond 24 days count as 24 days.
 *
 * @param maxMessageBytes largest message accepted, in bytes of payload after inflation; past it the connection is
 *     closed with 1009
 * @param minFragmentCharge what each frame of a message but its last counts at least against {@code maxMessageBytes}, so
 *     that a message of tiny or empty fragments is not free
 * @param maxFragments most frames one message may consist of
 * @param maxHandshakeBytes most bytes of request line and header fields
 * @param maxHandshakeFields most header fields
 * @param maxHandshakeLineBytes most bytes of a request line or of one header field
 * @param handshakeTimeout time from the TCP connection to the answered opening handshake
 * @param keepaliveInterval silence of the peer after which a ping is sent; zero sends none
 * @param pongTimeout time after such a ping within which anything must arrive
 * @param idleTimeout time without a message in either direction after which the connection is closed with 1001;
 *     zero for never
 * @param maxBufferedBytes most bytes waiting to be sent on one connection before the slow-consumer policy decides
 * @param sendTimeout time for which a peer may take none of what waits for it, beyond what the operating systems buffer,
 *     before the connection is cut; it is looked at twice in this time; zero for never
 * @param closeTimeout time from our close frame until the connection is cut
 */
public record Limits(
        long maxMessageBytes,
        int minFragmentCharge,
        int maxFragments,
        int maxHandshakeBytes,
        int maxHandshakeFields,
        int maxHandshakeLineBytes,
        Duration handshakeTimeout,
        Duration keepaliveInterval,
        Duration pongTimeout,
        Duration idleTimeout,
        int maxBufferedBytes,
        Duration sendTimeout,
        Duration closeTimeout) {

    /** 1 MiB messages, 4,096 fragments, 16 KiB of handshake in 5 s, ping after 25 s, 1 MiB outbound, 5 s to close. */
    public static final Limits DEFAULTS = new Limits(
            1024 * 1024,
            64,
            4096,
            16 * 1024,
            100,
            8 * 1024,
            Duration.ofSeconds(5),
            Duration.ofSeconds(25),
            Duration.ofSeconds(20),
            Duration.ZERO,
            1024 * 1024,
            Duration.ofSeconds(60),
            Duration.ofSeconds(5));

    public Limits {
        atLeast("maxMessageBytes", maxMessageBytes, 1);
        atLeast("minFragmentCharge", minFragmentCharge, 0);
        atLeast("maxFragments", maxFragments, 1);
        atLeast("maxHandshakeBytes", maxHandshakeBytes, 256);
        atLeast("maxHandshakeFields", maxHandshakeFields, 8);
        atLeast("maxHandshakeLineBytes", maxHandshakeLineBytes, 128);
        positive("handshakeTimeout", handshakeTimeout);
        notNegative("keepaliveInterval", keepaliveInterval);
        positive("pongTimeout", pongTimeout);
        notNegative("idleTimeout", idleTimeout);
        atLeast("maxBufferedBytes", maxBufferedBytes, 1);
        notNegative("sendTimeout", sendTimeout);
        positive("closeTimeout", closeTimeout);
    }

    /** These limits with another {@link #maxMessageBytes}. */
    public Limits withMaxMessageBytes(long bytes) {
        return with(draft -> draft.maxMessageBytes = bytes);
    }

    /** These limits with another {@link #minFragmentCharge}. */
    public Limits withMinFragmentCharge(int bytes) {
        return with(draft -> draft.minFragmentCharge = bytes);
    }

    /** These limits with another {@link #maxFragments}. */
    public Limits withMaxFragments(int fragments) {
        return with(draft -> draft.maxFragments = fragments);
    }

    /** These limits with other bounds of the opening handshake. */
    public Limits withHandshake(int bytes, int fields, int lineBytes, Duration timeout) {
        return with(draft -> {
            draft.maxHandshakeBytes = bytes;
            draft.maxHandshakeFields = fields;
            draft.maxHandshakeLineBytes = lineBytes;
            draft.handshakeTimeout = timeout;
        });
    }

    /** These limits with another {@link #handshakeTimeout}. */
    public Limits withHandshakeTimeout(Duration timeout) {
        return with(draft -> draft.handshakeTimeout = timeout);
    }

    /** These limits with another {@link #keepaliveInterval} and {@link #pongTimeout}. */
    public Limits withKeepalive(Duration interval, Duration timeout) {
        return with(draft -> {
            draft.keepaliveInterval = interval;
            draft.pongTimeout = timeout;
        });
    }

    /** These limits with another {@link #idleTimeout}. */
    public Limits withIdleTimeout(Duration timeout) {
        return with(draft -> draft.idleTimeout = timeout);
    }

    /** These limits with another {@link #maxBufferedBytes}. */
    public Limits withMaxBufferedBytes(int bytes) {
        return with(draft -> draft.maxBufferedBytes = bytes);
    }

    /** These limits with another {@link #sendTimeout}. */
    public Limits withSendTimeout(Duration timeout) {
        return with(draft -> draft.sendTimeout = timeout);
    }

    /** These limits with another {@link #closeTimeout}. */
    public Limits withCloseTimeout(Duration timeout) {
        return with(draft -> draft.closeTimeout = timeout);
    }

    private Limits with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.finished();
    }

    /** The same components, open to change. */
    private static final class Draft {
        private long maxMessageBytes;
        private int minFragmentCharge;
        private int maxFragments;
        private int maxHandshakeBytes;
        private int maxHandshakeFields;
        private int maxHandshakeLineBytes;
        private Duration handshakeTimeout;
        private Duration keepaliveInterval;
        private Duration pongTimeout;
        private Duration idleTimeout;
        private int maxBufferedBytes;
        private Duration sendTimeout;
        private Duration closeTimeout;

        Draft(Limits limits) {
            maxMessageBytes = limits.maxMessageBytes;
            minFragmentCharge = limits.minFragmentCharge;
            maxFragments = limits.maxFragments;
            maxHandshakeBytes = limits.maxHandshakeBytes;
            maxHandshakeFields = limits.maxHandshakeFields;
            maxHandshakeLineBytes = limits.maxHandshakeLineBytes;
            handshakeTimeout = limits.handshakeTimeout;
            keepaliveInterval = limits.keepaliveInterval;
            pongTimeout = limits.pongTimeout;
            idleTimeout = limits.idleTimeout;
            maxBufferedBytes = limits.maxBufferedBytes;
            sendTimeout = limits.sendTimeout;
            closeTimeout = limits.closeTimeout;
        }

        Limits finished() {
            return new Limits(
                    maxMessageBytes,
                    minFragmentCharge,
                    maxFragments,
                    maxHandshakeBytes,
                    maxHandshakeFields,
                    maxHandshakeLineBytes,
                    handshakeTimeout,
                    keepaliveInterval,
                    pongTimeout,
                    idleTimeout,
                    maxBufferedBytes,
                    sendTimeout,
                    closeTimeout);
        }
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + " but was " + value);
        }
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be longer than zero but was " + value);
        }
    }

    private static void notNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative but was " + value);
        }
    }
}
