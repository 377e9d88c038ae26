package dev.duplex.cli.record;

import java.util.Locale;

/** Which way something went. */
public enum Direction {
    /** We have sent it. */
    OUT,
    /** The peer has. */
    IN;

    /** As in a recording. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
