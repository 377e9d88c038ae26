package dev.duplex.socketio.engine;

import dev.duplex.server.HttpRequest;
import java.util.List;
import java.util.Optional;

/** What the query of a request says. Of several values of a name the last one counts, as for Node's server. */
final class EngineQuery {
    private EngineQuery() {}

    static Optional<String> last(HttpRequest request, String name) {
        List<String> all = request.query().all(name);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    static boolean has(HttpRequest request, String name) {
        return last(request, name).filter(value -> !value.isEmpty()).isPresent();
    }

    /** 4, or 3 for whatever is not 4. */
    static int revision(HttpRequest request) {
        return last(request, "EIO").orElse("").equals("4") ? 4 : 3;
    }

    /** The index of the function that a client wants to be called with the payload, digits only. */
    static Optional<String> jsonp(HttpRequest request) {
        return last(request, "j").map(index -> index.replaceAll("[^0-9]", ""));
    }
}
