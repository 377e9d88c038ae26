package dev.duplex.core.deflate;

/**
 * What both ends agreed on in the opening handshake (RFC 7692 §7.1).
 *
 * @param serverNoContextTakeover whether the server must forget its window after every message (§7.1.1.1)
 * @param clientNoContextTakeover whether the client must (§7.1.1.2)
 * @param serverMaxWindowBits base-2 logarithm of the largest window the server compresses with, 8 to 15 (§7.1.2.1)
 * @param clientMaxWindowBits the same of the client (§7.1.2.2)
 */
public record DeflateParameters(
        boolean serverNoContextTakeover,
        boolean clientNoContextTakeover,
        int serverMaxWindowBits,
        int clientMaxWindowBits) {

    /** The smallest window bits there are (RFC 7692 §7.1.2.1). */
    public static final int MIN_WINDOW_BITS = 8;

    /** The largest window bits there are, and what holds if nobody said anything (RFC 7692 §7.1.2.1). */
    public static final int MAX_WINDOW_BITS = 15;

    /** What a bare {@code permessage-deflate} means: context takeover and full windows in both directions. */
    public static final DeflateParameters DEFAULTS =
            new DeflateParameters(false, false, MAX_WINDOW_BITS, MAX_WINDOW_BITS);

    /**
     * Checks the window bits.
     *
     * @throws IllegalArgumentException if either is not 8 to 15
     */
    public DeflateParameters {
        checkWindowBits("serverMaxWindowBits", serverMaxWindowBits);
        checkWindowBits("clientMaxWindowBits", clientMaxWindowBits);
    }

    static void checkWindowBits(String name, int bits) {
        if (bits < MIN_WINDOW_BITS || bits > MAX_WINDOW_BITS) {
            throw new IllegalArgumentException(name + " must be 8 to 15 but was " + bits + " (RFC 7692 §7.1.2)");
        }
    }
}
