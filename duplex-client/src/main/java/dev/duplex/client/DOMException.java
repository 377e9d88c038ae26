package dev.duplex.client;

import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.transport.CloseKind;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

    /** {@code send} before the socket is open, {@code write} when too much waits already. */
    public static final class InvalidStateError extends DOMException {
        private static final long serialVersionUID = 1L;

        InvalidStateError(String message) {
            super("InvalidStateError", 11, message);
        }
    }

    /** The program has given up, by an {@link AbortSignal}. */
    public static final class AbortError extends DOMException {
        private static final long serialVersionUID = 1L;

        AbortError(String message) {
            super("AbortError", 20, message);
        }
    }

    /** The connection of a {@link WebSocketStream} could not be made, or did not end cleanly. */
    public static final class WebSocketError extends DOMException {
        private static final long serialVersionUID = 1L;

        private final transient Disconnection why;

        WebSocketError(Disconnection why, @Nullable Throwable thrown) {
            super("WebSocketError", 0, why.cause());
            this.why = why;
            initCause(thrown);
        }

        /** The code of the server's close frame (RFC 6455 §7.1.5): 1005 if it had none, 1006 if there was none. */
        public int closeCode() {
            return why.code();
        }

        /** The reason in that frame, or "". */
        public String reason() {
            return why.reason();
        }

        /** Who or what ended it, to tell apart; beyond the standard. */
        public CloseKind kind() {
            return why.kind();
        }

        /** What the server answered to the opening handshake, if it refused it; beyond the standard. */
        public Optional<HandshakeResponse> response() {
            return why.response();
        }
    }
}
