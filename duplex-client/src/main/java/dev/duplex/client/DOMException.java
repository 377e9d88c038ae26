package dev.duplex.client;

/**
 * The exceptions of the standard, under their names there: {@code catch (DOMException.SyntaxError e)}. Thrown at once by
 * the method that was misused; what goes wrong with a connection is an {@link ErrorEvent} instead.
 */
public abstract sealed class DOMException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final int code;

    private DOMException(String name, int code, String message) {
        super(message);
        this.name = name;
        this.code = code;
    }

    /** The name in the standard, such as {@code SyntaxError}. */
    public String name() {
        return name;
    }

    /** The number that browsers still give it (Web IDL, legacy code). */
    public int code() {
        return code;
    }

    /** A URL, a subprotocol or a close reason that is none. */
    public static final class SyntaxError extends DOMException {
        private static final long serialVersionUID = 1L;

        SyntaxError(String message) {
            super("SyntaxError", 12, message);
        }
    }

    /** A close code that an application may not send. */
    public static final class InvalidAccessError extends DOMException {
        private static final long serialVersionUID = 1L;

        InvalidAccessError(String message) {
            super("InvalidAccessError", 15, message);
        }
    }

    /** {@code send} before the socket is open. */
    public static final class InvalidStateError extends DOMException {
        private static final long serialVersionUID = 1L;

        InvalidStateError(String message) {
            super("InvalidStateError", 11, message);
        }
    }
}
