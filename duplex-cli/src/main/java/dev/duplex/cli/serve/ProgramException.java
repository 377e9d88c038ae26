package dev.duplex.cli.serve;

/** A program that cannot be started; the message says why. */
public final class ProgramException extends Exception {
    private static final long serialVersionUID = 1L;

    ProgramException(String message) {
        super(message);
    }
}
