package dev.duplex.cli.record;

import java.io.IOException;

/** A recording is not what it should be; the message names the file and the line. */
public final class RecordFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    RecordFormatException(String message) {
        super(message);
    }
}
