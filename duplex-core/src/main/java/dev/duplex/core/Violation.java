package dev.duplex.core;

/**
 * The rules a peer can break after the opening handshake. Each names its section and the close code that answers it.
 * What this end's own caller does wrong is an exception instead, never one of these.
 */
public enum Violation {
    RESERVED_BITS(1002, "RFC 6455 §5.2", "reserved bit set that no extension defines"),
    RESERVED_OPCODE(1002, "RFC 6455 §5.2", "reserved opcode"),
    NON_MINIMAL_LENGTH(1002, "RFC 6455 §5.2", "payload length not in its shortest form"),
    LENGTH_OVERFLOW(1002, "RFC 6455 §5.2", "most significant bit of a 64-bit payload length set"),
    UNMASKED_FRAME(1002, "RFC 6455 §5.1", "frame from a client is not masked"),
    MASKED_FRAME(1002, "RFC 6455 §5.1", "frame from a server is masked"),
    FRAGMENTED_CONTROL(1002, "RFC 6455 §5.5", "control frame is fragmented"),
    CONTROL_TOO_LONG(1002, "RFC 6455 §5.5", "control frame payload longer than 125 bytes"),
    UNEXPECTED_CONTINUATION(1002, "RFC 6455 §5.4", "continuation frame without a message to continue"),
    UNFINISHED_MESSAGE(1002, "RFC 6455 §5.4", "new message before the fragmented one has ended"),
    CLOSE_PAYLOAD_TOO_SHORT(1002, "RFC 6455 §5.5.1", "close frame payload of one byte"),
    CLOSE_CODE(1002, "RFC 6455 §7.4", "close code that may not be sent"),
    CLOSE_REASON_UTF8(1007, "RFC 6455 §5.5.1", "close reason is not UTF-8"),
    TEXT_UTF8(1007, "RFC 6455 §8.1", "text is not UTF-8"),
    MESSAGE_TOO_BIG(1009, "RFC 6455 §10.4", "message larger than maxMessageBytes"),
    TOO_MANY_FRAGMENTS(1008, "RFC 6455 §10.4", "message of more than maxFragments frames"),
    CORRUPT_DEFLATE(1007, "RFC 7692 §7.2.2", "compressed message does not inflate"),
    TOO_MANY_INFLATING(1013, "RFC 6455 §10.4", "too many compressed messages under way in pieces");

    private final int closeCode;
    private final String section;
    private final String rule;

    Violation(int closeCode, String section, String rule) {
        this.closeCode = closeCode;
        this.section = section;
        this.rule = rule;
    }

    /** The code of the close frame that answers the violation. */
    public int closeCode() {
        return closeCode;
    }

    /** Where the rule stands, such as {@code RFC 6455 §5.5.1}. */
    public String section() {
        return section;
    }

    /** Whether it is a bound of {@link Limits} that was passed, and no rule of the protocol. */
    public boolean isOfLimits() {
        return this == MESSAGE_TOO_BIG || this == TOO_MANY_FRAGMENTS || this == TOO_MANY_INFLATING;
    }

    /** What the peer did, in a few words; also the reason in the close frame. */
    public String rule() {
        return rule;
    }
}
