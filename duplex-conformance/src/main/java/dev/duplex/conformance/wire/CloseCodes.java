package dev.duplex.conformance.wire;

/** Which close codes there are. */
public final class CloseCodes {
    private CloseCodes() {}

    /** Whether the code may stand in a close frame (RFC 6455 §7.4, and the IANA registry, which added 1012 to 1014). */
    public static boolean maySend(int code) {
        return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    }

    /** The registered meaning in a few words; empty for a code that has none. */
    public static String meaning(int code) {
        return switch (code) {
            case 1000 -> "normal";
            case 1001 -> "going away";
            case 1002 -> "protocol error";
            case 1003 -> "unsupported data";
            case 1005 -> "no code";
            case 1006 -> "no close frame";
            case 1007 -> "invalid payload";
            case 1008 -> "policy violation";
            case 1009 -> "message too big";
            case 1010 -> "extension missing";
            case 1011 -> "internal error";
            case 1012 -> "service restart";
            case 1013 -> "try again later";
            case 1014 -> "bad gateway";
            case 1015 -> "TLS handshake";
            default -> "";
        };
    }
}
