package dev.duplex.server;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.internal.RequestTarget;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A plain HTTP request, completely read. Immutable, apart from the array of its body. */
public final class HttpRequest {
    private static final byte[] NO_BODY = {};
    private static final SocketAddress NOBODY = InetSocketAddress.createUnresolved("localhost", 0);

    private final String method;
    private final String target;
    private final RequestTarget parsed;
    private final Query query;
    private final HttpFields fields;
    private final Map<String, String> pathParameters;
    private final List<String> tail;
    private final byte[] body;
    private final SocketAddress remoteAddress;
    private final boolean secure;
    private final boolean proxied;

    /** Once somebody has asked for them. */
    private @Nullable Map<String, String> cookies;

    private HttpRequest(Builder builder) {
        this.method = builder.method;
        this.parsed = RequestTarget.parse(builder.target);
        // Not a text of its own where it is the path: that one is shared.
        this.target = parsed.rawPath().equals(builder.target) ? parsed.rawPath() : builder.target;
        this.query = Query.parse(parsed.rawQuery());
        this.fields = builder.fields;
        this.pathParameters = builder.pathParameters;
        this.tail = builder.tail == null ? parsed.segments() : builder.tail;
        this.body = builder.body;
        this.remoteAddress = builder.remoteAddress;
        this.secure = builder.secure;
        this.proxied = builder.proxied;
    }

    /**
     * A builder, for the server and for tests of handlers.
     *
     * @param method such as {@code GET}
     * @param target the request target with its query, such as {@code /files/a.txt?v=2}
     */
    public static Builder builder(String method, String target) {
        return new Builder(method, target);
    }

    /** The method, such as {@code GET}; case matters (RFC 9110 §9.1). */
    public String method() {
        return method;
    }

    /** The request target as it came, percent-encoded and with its query. */
    public String target() {
        return target;
    }

    /** The path as it came, percent-encoded, without the query. */
    public String rawPath() {
        return parsed.rawPath();
    }

    /**
     * The decoded path. It has no dot segments and no control characters. A slash that was percent-encoded looks like any
     * other here; {@link #segments()} tells them apart.
     */
    public String path() {
        return "/" + String.join("/", parsed.segments());
    }

    /** The decoded segments of the path; the last one is empty where the path ends with a slash. */
    public List<String> segments() {
        return parsed.segments();
    }

    /** The decoded segments that the final {@code *} of the route stands for; all of them where it has none. */
    public List<String> tail() {
        return tail;
    }

    /** The decoded values of the route's parameters by their names; the rest of the path under {@code *}. */
    public Map<String, String> pathParameters() {
        return pathParameters;
    }

    public Query query() {
        return query;
    }

    /** The header fields. */
    public HttpFields fields() {
        return fields;
    }

    /** The cookies by their names, as {@link Cookies#parse} reads them. */
    public Map<String, String> cookies() {
        // Threads that ask at the same time may each read them, and find the same.
        Map<String, String> read = cookies;
        if (read == null) {
            read = fields.has("Cookie") ? Cookies.parse(fields) : Map.of();
            cookies = read;
        }
        return read;
    }

    /** The body, of zero length if there was none. The array is the request's own: do not change it. */
    public byte[] body() {
        return body;
    }

    /** Who asks: behind trusted proxies, the client as they name it. */
    public SocketAddress remoteAddress() {
        return remoteAddress;
    }

    /** Whether a trusted proxy has connected, so that the fields which it writes are to be believed. */
    public boolean proxied() {
        return proxied;
    }

    /** Whether the client's connection is one over TLS; behind trusted proxies, the one to them. */
    public boolean secure() {
        return secure;
    }

    /** The method and the path: the query may hold a credential, which does not belong into a log. */
    @Override
    public String toString() {
        return method + " " + parsed.rawPath();
    }

    /** Collects the parts of a request. Not safe for use by several threads. */
    public static final class Builder {
        private final String method;
        private final String target;
        private HttpFields fields = HttpFields.EMPTY;
        private Map<String, String> pathParameters = Map.of();
        private @Nullable List<String> tail;
        private byte[] body = NO_BODY;
        private SocketAddress remoteAddress = NOBODY;
        private boolean secure;
        private boolean proxied;

        private Builder(String method, String target) {
            this.method = Objects.requireNonNull(method, "method");
            this.target = Objects.requireNonNull(target, "target");
        }

        public Builder fields(HttpFields fields) {
            this.fields = Objects.requireNonNull(fields, "fields");
            return this;
        }

        /** The parameters of the route, in the order of its template. */
        public Builder pathParameters(Map<String, String> pathParameters) {
            this.pathParameters = pathParameters.isEmpty()
                    ? Map.of()
                    : Collections.unmodifiableMap(new LinkedHashMap<>(pathParameters));
            return this;
        }

        /** The decoded segments that the final {@code *} of the route stands for. */
        public Builder tail(List<String> tail) {
            this.tail = List.copyOf(tail);
            return this;
        }

        /** The body; the array is not copied. */
        public Builder body(byte[] body) {
            this.body = Objects.requireNonNull(body, "body");
            return this;
        }

        public Builder remoteAddress(SocketAddress remoteAddress) {
            this.remoteAddress = Objects.requireNonNull(remoteAddress, "remoteAddress");
            return this;
        }

        /** Whether a trusted proxy has sent it. */
        public Builder proxied(boolean proxied) {
            this.proxied = proxied;
            return this;
        }

        public Builder secure(boolean secure) {
            this.secure = secure;
            return this;
        }

        /**
         * The request.
         *
         * @throws BadRequestException if the target is malformed: its path or its query
         */
        public HttpRequest build() {
            return new HttpRequest(this);
        }
    }
}
