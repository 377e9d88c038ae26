package dev.duplex.cli.connect;

/** What is shown of the wire. */
public enum Show {
    handshake,
    frames,
    /** Pings, pongs and close frames. */
    control,
    /** Handshake and frames, credentials as well. */
    all;

    boolean handshakes() {
        return this == handshake || this == all;
    }

    boolean anyFrames() {
        return this != handshake;
    }
}
