package dev.duplex.core;

/** Where a connection stands in the closing handshake (RFC 6455 §7.1), and who began it. */
public enum CloseState {
    /** No close frame either way. */
    OPEN,
    /** Our close frame is out; the peer's is awaited. */
    CLOSING,
    /** Both are out, ours was first. */
    CLOSED_BY_US,
    /** Both are out, the peer's was first. */
    CLOSED_BY_PEER,
    /** The peer broke a rule; our close frame says which. Whatever it still sends is discarded (RFC 6455 §7.1.7). */
    FAILED;

    /** Whether both close frames have been exchanged: what {@code wasClean} means. */
    public boolean isClean() {
        return this == CLOSED_BY_US || this == CLOSED_BY_PEER;
    }
}
