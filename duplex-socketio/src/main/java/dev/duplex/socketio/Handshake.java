package dev.duplex.socketio;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.Query;
import dev.duplex.socketio.parser.Mapper;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
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
        // What another server is told of it has milliseconds.
        this.issued = issued.truncatedTo(ChronoUnit.MILLIS);
    }

    /**
     * The handshake of a client of another server of the cluster, for adapters.
     *
     * @param value what {@link #toValue} has made there, or Node's server
     * @throws IllegalArgumentException if it is none
     */
    public static Handshake of(Map<String, ?> value, Mapper mapper) {
        HttpFields.Builder fields = HttpFields.builder();
        map(value, "headers").forEach((name, field) -> {
            if (field instanceof String text) {
                fields.add(name, text);
            }
        });
        if (!(value.get("url") instanceof String url)
                || !(value.get("address") instanceof String address)
                || !(value.get("issued") instanceof Number issued)) {
            throw new IllegalArgumentException("expected a handshake with url, address and issued");
        }
        HttpRequest request = HttpRequest.builder("GET", url)
                .fields(fields.build())
                .remoteAddress(InetSocketAddress.createUnresolved(address, 0))
                .secure(Boolean.TRUE.equals(value.get("secure")))
                .build();
        return new Handshake(request, map(value, "auth"), mapper, Instant.ofEpochMilli(issued.longValue()));
    }

    private static Map<String, @Nullable Object> map(Map<String, ?> value, String name) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        if (value.get(name) instanceof Map<?, ?> map) {
            map.forEach((key, element) -> copy.put(String.valueOf(key), element));
        }
        return copy;
    }

    /** As a plain value for another server of the cluster, which may be Node's; for adapters. */
    public Map<String, @Nullable Object> toValue() {
        Map<String, Object> headers = new LinkedHashMap<>();
        for (HttpFields.Field field : headers()) {
            headers.merge(field.name().toLowerCase(Locale.ROOT), field.value(), (one, more) -> one + ", " + more);
        }
        Map<String, Object> query = new LinkedHashMap<>();
        query().names().forEach(name -> query.put(name, query().first(name).orElse("")));
        Map<String, @Nullable Object> value = new LinkedHashMap<>();
        value.put("headers", headers);
        value.put("time", issued.toString());
        value.put(
                "address",
                address() instanceof InetSocketAddress ip ? host(ip) : address().toString());
        value.put("xdomain", xdomain());
        value.put("secure", secure());
        value.put("issued", issued.toEpochMilli());
        value.put("url", url());
        value.put("query", query);
        value.put("auth", auth);
        return value;
    }

    private static String host(InetSocketAddress address) {
        return address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
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
