package dev.duplex.socketio.engine;

import java.util.Map;

/** Why a request is refused, in words of its own if those of the error do not do. */
record Refusal(EngineError error, String message, Map<String, String> context) {
    static Refusal of(EngineError error, String... context) {
        return new Refusal(error, error.message(), context.length == 0 ? Map.of() : Map.of(context[0], context[1]));
    }

    static Refusal badRequest(String name) {
        return of(EngineError.BAD_REQUEST, "name", name);
    }
}
