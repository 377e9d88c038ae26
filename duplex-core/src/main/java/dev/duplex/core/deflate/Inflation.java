package dev.duplex.core.deflate;

/** How {@link PerMessageDeflate#inflate} ended. */
public enum Inflation {
    /** The bytes given are inflated; at the end of a message, the message is complete. */
    OK,
    /** The inflated payload would pass the limit: answer with 1009. */
    TOO_BIG,
    /** The payload is not DEFLATE, or the message ends inside a block (RFC 7692 §7.2.2): answer with 1007. */
    CORRUPT,
    /**
     * Nothing is wrong with the payload, but so many compressed messages are under way in pieces that this event loop
     * has no decompressor left ({@link DeflateResources#MAX_LEASED}): answer with 1013.
     */
    UNAVAILABLE
}
