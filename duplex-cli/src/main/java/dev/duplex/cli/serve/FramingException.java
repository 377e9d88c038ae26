package dev.duplex.cli.serve;

import dev.duplex.core.CloseCode;

/** What a program writes cannot be cut into messages; the message says why, for the log. */
final class FramingException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int closeCode;

    FramingException(int closeCode, String message) {
        super(message);
        this.closeCode = closeCode;
    }

    /** What the client is closed with. */
    int closeCode() {
        return closeCode;
    }

    /** The same in words. */
    String reason() {
        return closeCode == CloseCode.INVALID_PAYLOAD ? "not UTF-8" : "unusable output";
    }
}
