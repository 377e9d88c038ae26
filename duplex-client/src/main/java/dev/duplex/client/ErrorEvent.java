package dev.duplex.client;

import dev.duplex.core.handshake.HandshakeResponse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The connection has failed; a {@link CloseEvent} with 1006 follows. A browser must not tell a page why, lest it learn
 * about the network behind it; this one tells.
 */
public final class ErrorEvent extends Event {
    private final String message;
    private final @Nullable HandshakeResponse response;
    private final @Nullable Throwable error;

    ErrorEvent(WebSocket target, String message, @Nullable HandshakeResponse response, @Nullable Throwable error) {
        super(EventType.ERROR, target);
        this.message = message;
        this.response = response;
        this.error = error;
    }

    /** What was expected and what came; safe to log and to show. */
    public String message() {
        return message;
    }

    /**
     * What the server answered to the opening handshake, or a proxy to {@code CONNECT}, if that is what failed: status,
     * fields, and of the body at most the first 4,096 bytes.
     */
    public Optional<HandshakeResponse> response() {
        return Optional.ofNullable(response);
    }

    /** What was thrown, if anything was. */
    public Optional<Throwable> error() {
        return Optional.ofNullable(error);
    }

    @Override
    public String toString() {
        return "error event: " + message;
    }
}
