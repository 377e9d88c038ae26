package dev.duplex.socketio.engine;

import dev.duplex.server.HttpRequest;
import java.util.Map;

/**
 * A request that was refused.
 *
 * @param request the request
 * @param error why
 * @param message the words that the client got
 * @param context more about it, such as {@code {transport=mqtt}}; for logs, not for clients
 */
public record ConnectionError(HttpRequest request, EngineError error, String message, Map<String, String> context) {
    public ConnectionError {
        context = Map.copyOf(context);
    }

    /** The number that the client got. */
    public int code() {
        return error.code();
    }
}
