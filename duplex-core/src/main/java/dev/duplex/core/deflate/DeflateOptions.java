package dev.duplex.core.deflate;

/**
 * What this end wants of permessage-deflate, in either role. Immutable; the {@code with…} methods return changed copies.
 *
 * @param enabled whether the extension is offered or accepted at all
 * @param mode who owns the windows
 * @param level zlib's compression level, 1 (fastest) to 9 (smallest); of the event loop's shared compressor, the level
 *     given to {@link DeflateResources} holds
 * @param threshold payloads of fewer bytes are sent uncompressed
 * @param serverMaxWindowBits most window bits for what the server sends, 8 to 15 (RFC 7692 §7.1.2.1)
 * @param clientMaxWindowBits most window bits for what the client sends, 8 to 15 (RFC 7692 §7.1.2.2); a server can ask
 *     for less than 15 only of a client that offers the parameter, any other client keeps 15
 * @param maxDedicated most connections with windows of their own at a time, over all event loops; further ones get
 *     {@link Mode#SHARED}
 */
public record DeflateOptions(
        boolean enabled,
        Mode mode,
        int level,
        int threshold,
        int serverMaxWindowBits,
        int clientMaxWindowBits,
        int maxDedicated) {

    /** Who owns the compressor, the decompressor and their windows. */
    public enum Mode {
        /** One of each per event loop; no context takeover in either direction, so an idle connection costs nothing. */
        SHARED,
        /**
         * Each connection has its own and keeps its windows from message to message. Small similar messages shrink much
         * further, for about 300 KiB of native memory per connection: JDK zlib's memory does not follow the window bits.
         */
        DEDICATED
    }

    /**
     * The default level. zlib's levels 1 to 3 use its fast matcher, from 4 on a lazy one: on chat-like JSON of 4 KiB
     * level 3 takes 5 % longer than level 1 and leaves 2 % less; level 6 takes 60 % longer than 3 to leave 3 % less.
     */
    public static final int DEFAULT_LEVEL = 3;

    /** The default threshold of {@link Mode#SHARED}: each message starts with an empty window, small ones gain little. */
    public static final int SHARED_THRESHOLD = 1024;

    /** The default threshold of {@link Mode#DEDICATED}, where the window already holds similar messages. */
    public static final int DEDICATED_THRESHOLD = 128;

    /** The default of {@link #maxDedicated}: about 75 MiB of native memory. */
    public static final int DEFAULT_MAX_DEDICATED = 256;

    /** The default: shared, level 3, payloads from 1,024 bytes on, full windows. */
    public static final DeflateOptions SHARED = new DeflateOptions(
            true,
            Mode.SHARED,
            DEFAULT_LEVEL,
            SHARED_THRESHOLD,
            DeflateParameters.MAX_WINDOW_BITS,
            DeflateParameters.MAX_WINDOW_BITS,
            DEFAULT_MAX_DEDICATED);

    /** Windows of their own for up to 256 connections, payloads from 128 bytes on. */
    public static final DeflateOptions DEDICATED = SHARED.withMode(Mode.DEDICATED);

    /** The extension is neither offered nor accepted. */
    public static final DeflateOptions DISABLED = SHARED.withEnabled(false);

    /**
     * Checks every range.
     *
     * @throws IllegalArgumentException if one does not hold
     */
    public DeflateOptions {
        if (level < 1 || level > 9) {
            throw new IllegalArgumentException("level must be 1 to 9 but was " + level);
        }
        if (threshold < 0) {
            throw new IllegalArgumentException("threshold must not be negative but was " + threshold);
        }
        if (maxDedicated < 0) {
            throw new IllegalArgumentException("maxDedicated must not be negative but was " + maxDedicated);
        }
        DeflateParameters.checkWindowBits("serverMaxWindowBits", serverMaxWindowBits);
        DeflateParameters.checkWindowBits("clientMaxWindowBits", clientMaxWindowBits);
    }

    public DeflateOptions withEnabled(boolean value) {
        return new DeflateOptions(
                value, mode, level, threshold, serverMaxWindowBits, clientMaxWindowBits, maxDedicated);
    }

    /** The threshold follows the mode if it was the default of the old one. */
    public DeflateOptions withMode(Mode value) {
        int followed = threshold == defaultThreshold(mode) ? defaultThreshold(value) : threshold;
        return new DeflateOptions(
                enabled, value, level, followed, serverMaxWindowBits, clientMaxWindowBits, maxDedicated);
    }

    public DeflateOptions withLevel(int value) {
        return new DeflateOptions(
                enabled, mode, value, threshold, serverMaxWindowBits, clientMaxWindowBits, maxDedicated);
    }

    public DeflateOptions withThreshold(int bytes) {
        return new DeflateOptions(enabled, mode, level, bytes, serverMaxWindowBits, clientMaxWindowBits, maxDedicated);
    }

    public DeflateOptions withServerMaxWindowBits(int bits) {
        return new DeflateOptions(enabled, mode, level, threshold, bits, clientMaxWindowBits, maxDedicated);
    }

    public DeflateOptions withClientMaxWindowBits(int bits) {
        return new DeflateOptions(enabled, mode, level, threshold, serverMaxWindowBits, bits, maxDedicated);
    }

    public DeflateOptions withMaxDedicated(int connections) {
        return new DeflateOptions(
                enabled, mode, level, threshold, serverMaxWindowBits, clientMaxWindowBits, connections);
    }

    private static int defaultThreshold(Mode mode) {
        return mode == Mode.SHARED ? SHARED_THRESHOLD : DEDICATED_THRESHOLD;
    }
}
