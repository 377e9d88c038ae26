package dev.duplex.socketio.parser;

/** A client has sent something that is no packet. */
public final class ParseException extends Exception {
    private static final long serialVersionUID = 1;

    /** @param message what was expected and what came, without what may be private */
    public ParseException(String message) {
        super(message);
    }
}
