package dev.duplex.server;

import dev.duplex.core.handshake.HandshakeRequest;
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
    private final @Nullable SSLSession tls;

    /** Made by the server, of a request that it has found to be a valid handshake. */
    public UpgradeRequest(HttpRequest request, @Nullable SSLSession tls) {
        this.request = request;
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
        return headers().first("Host").orElseThrow();
    }

    /** The value of {@code Origin}; browsers send it, other clients rarely. */
    public Optional<String> origin() {
        return headers().first("Origin");
    }

    /** The subprotocols the client offers, its favourite first. */
    public List<String> subprotocols() {
        return headers().tokens("Sec-WebSocket-Protocol");
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

    /** The handshake, read from the request anew: a session keeps as little as it can for each connection. */
    public ServerHandshake.Valid handshake() {
        HandshakeRequest head = new HandshakeRequest(request.method(), request.target(), "HTTP/1.1", request.fields());
        return (ServerHandshake.Valid) ServerHandshake.validate(head);
    }

    @Override
    public String toString() {
        return request.toString();
    }
}
