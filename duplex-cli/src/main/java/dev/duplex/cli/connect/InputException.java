package dev.duplex.cli.connect;

import java.io.IOException;

/** What was read cannot be sent; the message says where and why. */
final class InputException extends IOException {
    private static final long serialVersionUID = 1L;

    InputException(String message) {
        super(message);
    }
}
