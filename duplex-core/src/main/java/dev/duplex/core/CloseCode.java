package dev.duplex.core;

/** The status codes of RFC 6455 §7.4 and of the IANA registry, and the rules for using them. */
public final class CloseCode {
    /** The purpose is fulfilled. */
    public static final int NORMAL = 1000;
    /** The server goes down, or the browser navigates away. */
    public static final int GOING_AWAY = 1001;
    /** A frame or sequence of frames broke RFC 6455. */
    public static final int PROTOCOL_ERROR = 1002;
    /** A type of data this end cannot accept. */
    public static final int UNSUPPORTED_DATA = 1003;
    /** Never sent: the close frame carried no code. */
    public static final int NO_STATUS = 1005;
    /** Never sent: the connection ended without a close frame. */
    public static final int ABNORMAL = 1006;
    /** Data that does not fit its type, such as text that is not UTF-8. */
    public static final int INVALID_PAYLOAD = 1007;
    /** A policy was violated and no other code fits. */
    public static final int POLICY_VIOLATION = 1008;
    /** A message larger than this end accepts. */
    public static final int MESSAGE_TOO_BIG = 1009;
    /** The client expected an extension the server did not accept. */
    public static final int MANDATORY_EXTENSION = 1010;
    /** An unexpected condition in the server. */
    public static final int INTERNAL_ERROR = 1011;
    /** The service restarts; come back. */
    public static final int SERVICE_RESTART = 1012;
    /** Overloaded, or this client reads too slowly; try again later. */
    public static final int TRY_AGAIN_LATER = 1013;
    /** A gateway got an invalid answer from upstream. */
    public static final int BAD_GATEWAY = 1014;
    /** Never sent: the TLS handshake failed. */
    public static final int TLS_HANDSHAKE = 1015;

    /** Longest close reason in bytes of UTF-8: a control frame's 125 less the code's two (RFC 6455 §5.5). */
    public static final int MAX_REASON_BYTES = 123;

    private CloseCode() {}

    /** Whether the code may stand in a close frame (RFC 6455 §7.4.1 and §7.4.2, and the IANA registry). */
    public static boolean isValidOnWire(int code) {
        return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    }

    /**
     * Checks what an application is about to send.
     *
     * @throws IllegalArgumentException if the code may not be sent, or the reason is longer than 123 bytes of UTF-8
     */
    public static void check(int code, String reason) {
        if (!isValidOnWire(code)) {
            throw new IllegalArgumentException(
                    "close code must be 1000-1003, 1007-1014 or 3000-4999 but was " + code + " (RFC 6455 §7.4)");
        }
        int length = Utf8.length(reason);
        if (length > MAX_REASON_BYTES) {
            throw new IllegalArgumentException("close reason must be at most " + MAX_REASON_BYTES
                    + " bytes of UTF-8 but was " + length + " (RFC 6455 §5.5)");
        }
    }
}
