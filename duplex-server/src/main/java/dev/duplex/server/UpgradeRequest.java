package dev.duplex.server;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.core.handshake.ServerHandshake;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A request to open a session: a valid opening handshake (RFC 6455 §4.2.1) on the path of a route. Immutable. */
public final class UpgradeRequest {
    private final HttpRequest request;
    private final ServerHandshake.Valid handshake;
    private final @Nullable SSLSession tls;

    /** Made by the server. */
    public UpgradeRequest(HttpRequest request, ServerHandshake.Valid handshake, @Nullable SSLSession tls) {
        this.request = request;
        this.handshake = handshake;
        this.tls = tls;
    }

    /** The decoded path, such as {@code /room/tea}. */
    public String path() {
        return request.path();
    }

    /**
     * What stood in the place of {@code {name}} in the route's path.
     *
     * @throws IllegalArgumentException if the route has no such parameter
     */
    public String pathParameter(String name) {
        String value = request.pathParameters().get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route's path has no parameter {" + name + "}; it has "
                    + request.pathParameters().keySet());
        }
        return value;
    }

    public Map<String, String> pathParameters() {
        return request.pathParameters();
    }

    public Query query() {
        return request.query();
    }

    public HttpFields headers() {
        return request.fields();
    }

    public Map<String, String> cookies() {
        return request.cookies();
    }

    /** The value of {@code Host}. */
    public String host() {
        return handshake.host();
    }

    /** The value of {@code Origin}; browsers send it, other clients rarely. */
    public Optional<String> origin() {
        return handshake.origin();
    }

    /** The subprotocols the client offers, its favourite first. */
    public List<String> subprotocols() {
        return handshake.subprotocols();
    }

    /** The peer, or the client that a trusted proxy names. */
    public SocketAddress remoteAddress() {
        return request.remoteAddress();
    }

    /** Whether the client used TLS, to us or to a trusted proxy. */
    public boolean secure() {
        return request.secure();
    }

    /** What TLS has agreed on, if it ends here. */
    public Optional<SSLSession> tlsSession() {
        return Optional.ofNullable(tls);
    }

    /** The HTTP request. */
    public HttpRequest http() {
        return request;
    }

    /** The validated handshake. */
    public ServerHandshake.Valid handshake() {
        return handshake;
    }

    @Override
    public String toString() {
        return request.toString();
    }
}
