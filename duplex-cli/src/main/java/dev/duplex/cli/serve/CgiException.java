package dev.duplex.cli.serve;

/** A CGI script that did not do what RFC 3875 asks of it; the message says what, for the log. */
final class CgiException extends Exception {
    private static final long serialVersionUID = 1L;

    CgiException(String message) {
        super(message);
    }
}
