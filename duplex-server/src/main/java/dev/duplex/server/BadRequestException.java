package dev.duplex.server;

/**
 * A request that cannot be understood: a malformed percent sign, too many query parameters, a number out of its range.
 * What throws it need not catch it: the server answers 400 with the message as the body. The message therefore says
 * only what came and what was expected, and quotes the peer's text with everything but printable US-ASCII escaped.
 */
public final class BadRequestException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception whose message becomes the body of the response.
     *
     * @param message what was expected and what came; one line, fit for the eyes of the client
     */
    public BadRequestException(String message) {
        super(message);
    }

    /** The peer's mistake says nothing about this program's stack, and a flood of them must stay cheap. */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized")
    public Throwable fillInStackTrace() {
        return this;
    }
}
