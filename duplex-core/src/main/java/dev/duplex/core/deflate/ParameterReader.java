package dev.duplex.core.deflate;

import dev.duplex.core.handshake.ExtensionElement;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parameters of one offer or response of permessage-deflate, or the first thing that is wrong with them. */
final class ParameterReader {
    static final String SERVER_NO_CONTEXT_TAKEOVER = "server_no_context_takeover";
    static final String CLIENT_NO_CONTEXT_TAKEOVER = "client_no_context_takeover";
    static final String SERVER_MAX_WINDOW_BITS = "server_max_window_bits";
    static final String CLIENT_MAX_WINDOW_BITS = "client_max_window_bits";

    private static final int MAX_SHOWN = 40;

    private final Set<String> seen = new HashSet<>();
    private int serverMaxWindowBits = DeflateParameters.MAX_WINDOW_BITS;
    private int clientMaxWindowBits = DeflateParameters.MAX_WINDOW_BITS;
    private @Nullable String problem;

    private ParameterReader(ExtensionElement element, boolean offer) {
        for (ExtensionElement.Parameter parameter : element.parameters()) {
            problem = read(parameter.name(), parameter.value(), offer);
            if (problem != null) {
                return;
            }
        }
    }

    static ParameterReader ofOffer(ExtensionElement element) {
        return new ParameterReader(element, true);
    }

    static ParameterReader ofResponse(ExtensionElement element) {
        return new ParameterReader(element, false);
    }

    private @Nullable String read(String name, @Nullable String value, boolean offer) {
        // RFC 7692 §7.1: a repeated parameter declines an offer and fails a response.
        if (!seen.add(name)) {
            return "expected " + shown(name) + " once but it came twice (RFC 7692 §7.1)";
        }
        return switch (name) {
            case SERVER_NO_CONTEXT_TAKEOVER, CLIENT_NO_CONTEXT_TAKEOVER ->
                // RFC 7692 §7.1.1.1 and §7.1.1.2.
                value == null
                        ? null
                        : "expected no value of " + name + " but got " + shown(value) + " (RFC 7692 §7.1.1)";
            case SERVER_MAX_WINDOW_BITS -> {
                serverMaxWindowBits = windowBits(value);
                yield serverMaxWindowBits > 0 ? null : badWindowBits(name, value);
            }
            case CLIENT_MAX_WINDOW_BITS -> {
                // RFC 7692 §7.1.2.2: the value may be missing in an offer, not in a response.
                if (value == null && offer) {
                    yield null;
                }
                clientMaxWindowBits = windowBits(value);
                yield clientMaxWindowBits > 0 ? null : badWindowBits(name, value);
            }
            default -> "expected only parameters of RFC 7692 §7.1 but got " + shown(name);
        };
    }

    /** RFC 7692 §7.1.2.1: a decimal integer without leading zeroes, 8 to 15; otherwise 0. */
    private static int windowBits(@Nullable String value) {
        if (value != null) {
            for (int bits = DeflateParameters.MIN_WINDOW_BITS; bits <= DeflateParameters.MAX_WINDOW_BITS; bits++) {
                if (value.equals(Integer.toString(bits))) {
                    return bits;
                }
            }
        }
        return 0;
    }

    private static String badWindowBits(String name, @Nullable String value) {
        return "expected " + name + " of 8 to 15 without leading zeroes but got "
                + (value == null ? "no value" : shown(value)) + " (RFC 7692 §7.1.2)";
    }

    /** A token of the peer for an error message, cut to a sensible length. */
    static String shown(String token) {
        return token.length() <= MAX_SHOWN ? token : token.substring(0, MAX_SHOWN) + "...";
    }

    /** What is wrong, or null; if anything is, the other answers mean nothing. */
    @Nullable
    String problem() {
        return problem;
    }

    boolean serverNoContextTakeover() {
        return seen.contains(SERVER_NO_CONTEXT_TAKEOVER);
    }

    boolean clientNoContextTakeover() {
        return seen.contains(CLIENT_NO_CONTEXT_TAKEOVER);
    }

    boolean hasServerMaxWindowBits() {
        return seen.contains(SERVER_MAX_WINDOW_BITS);
    }

    /** 15 if the parameter is not there. */
    int serverMaxWindowBits() {
        return serverMaxWindowBits;
    }

    boolean hasClientMaxWindowBits() {
        return seen.contains(CLIENT_MAX_WINDOW_BITS);
    }

    /** 15 if the parameter is not there or has no value. */
    int clientMaxWindowBits() {
        return clientMaxWindowBits;
    }
}
