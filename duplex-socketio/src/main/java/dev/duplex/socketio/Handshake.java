package dev.duplex.socketio;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.Query;
import dev.duplex.socketio.parser.Mapper;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How a client came: the first request of its connection, and what it gave along when it connected to the namespace. */
public final class Handshake {
    private final HttpRequest request;
    private final Map<String, @Nullable Object> auth;
    private final Mapper mapper;
    private final Instant issued;

    Handshake(HttpRequest request, Map<String, @Nullable Object> auth, Mapper mapper, Instant issued) {
        this.request = request;
        this.auth = auth;
        this.mapper = mapper;
        this.issued = issued;
    }

    public HttpFields headers() {
        return request.fields();
    }

    public Query query() {
        return request.query();
    }

    /** The request target, with its query. */
    public String url() {
        return request.target();
    }

    public SocketAddress address() {
        return request.remoteAddress();
    }

    /** Whether the client used TLS. */
    public boolean secure() {
        return request.secure();
    }

    /** Whether the request had an Origin, as those of browsers for other sites have. */
    public boolean xdomain() {
        return request.fields().has("Origin");
    }

    /** When the client connected to the namespace. */
    public Instant issued() {
        return issued;
    }

    /** The {@code auth} of the client, as plain values. It is whatever the client says. */
    public Map<String, @Nullable Object> auth() {
        return auth;
    }

    /**
     * The {@code auth} of the client as an object, such as a record.
     *
     * @throws IllegalArgumentException if it does not fit
     */
    public <T> T auth(Class<T> type) {
        return type.cast(Objects.requireNonNull(mapper.fromValue(auth, type)));
    }
}
