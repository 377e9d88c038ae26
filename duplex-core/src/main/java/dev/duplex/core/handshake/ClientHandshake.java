package dev.duplex.core.handshake;

import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The client's half of the opening handshake over HTTP/1.1 (RFC 6455 §4.1): the request, and whether a response
 * accepts it. Immutable; serves one connection, since its nonce must not be used again.
 *
 * <pre>{@code
 * ClientHandshake handshake = ClientHandshake.builder("example.com", 443, true)
 *         .target("/chat")
 *         .subprotocols(List.of("chat"))
 *         .build(sixteenRandomBytes);
 * // send handshake.request(), read the response
 * ClientHandshake.Result result = handshake.verify(response);
 * }</pre>
 */
public final class ClientHandshake {
    private static final int NONCE_BYTES = 16;

    private final HandshakeRequest request;
    private final List<String> subprotocols;
    private final List<ExtensionElement> extensions;

    private ClientHandshake(HandshakeRequest request, List<String> subprotocols, List<ExtensionElement> extensions) {
        this.request = request;
        this.subprotocols = subprotocols;
        this.extensions = extensions;
    }

    /** What {@link #verify} finds: {@link Accepted} or {@link Failed}. */
    public sealed interface Result {}

    /**
     * The connection is open.
     *
     * @param subprotocol the subprotocol that the server chose of those offered; a browser treats an offer that was
     *     passed over as a failure, RFC 6455 does not
     * @param extensions the extensions to use, in the order in which they are applied; each was offered, but whether
     *     its parameters answer the offer is for the extension to say
     */
    public record Accepted(Optional<String> subprotocol, List<ExtensionElement> extensions) implements Result {
        public Accepted {
            extensions = List.copyOf(extensions);
        }
    }

    /**
     * The connection must not be used, and is to be closed.
     *
     * @param reason one sentence: what was expected, what came, which section says so; safe to log and to show
     */
    public record Failed(String reason) implements Result {}

    /**
     * Starts a handshake with the server at this address.
     *
     * @param host a name or an address, IPv6 with or without its brackets
     * @param port 1 to 65535
     * @param secure whether the connection is TLS ({@code wss}): decides which port is the default one and left out
     * @throws IllegalArgumentException if the host is not one, or the port out of range
     */
    public static Builder builder(String host, int port, boolean secure) {
        return new Builder(host, port, secure);
    }

    /** The request to send. */
    public HandshakeRequest request() {
        return request;
    }

    /** Checks the server's response against RFC 6455 §4.1. Never throws for what a server sent. */
    public Result verify(HandshakeResponse response) {
        // RFC 6455 §4.1: the list of checks "client MUST validate the server's response as follows", in its order.
        if (response.status() != 101) {
            String body = response.body().isBlank()
                    ? ""
                    : " with " + Grammar.quote(response.body().strip(), 200);
            return new Failed("The server must answer 101 but answered " + response.status() + body
                    + " (RFC 6455 §4.1, item 1).");
        }
        HttpFields fields = response.fields();
        List<String> upgrade = fields.tokens("Upgrade");
        if (upgrade.size() != 1 || !Grammar.equalsIgnoreCase(upgrade.get(0), "websocket")) {
            return new Failed("Upgrade must be websocket but " + fields.was("Upgrade") + " (RFC 6455 §4.1, item 2).");
        }
        if (!Grammar.containsIgnoreCase(fields.tokens("Connection"), "upgrade")) {
            return new Failed(
                    "Connection must contain Upgrade but " + fields.was("Connection") + " (RFC 6455 §4.1, item 3).");
        }
        String accept = AcceptKey.of(request.fields().first("Sec-WebSocket-Key").orElseThrow());
        if (!fields.values("Sec-WebSocket-Accept").equals(List.of(accept))) {
            return new Failed("Sec-WebSocket-Accept must be " + accept + " but " + fields.was("Sec-WebSocket-Accept")
                    + "; not a WebSocket server, or an answer to another request (RFC 6455 §4.1, item 4).");
        }
        // RFC 6455 §4.2.2 lets a server split the list over several fields, §11.3.2 does not: either is understood.
        ExtensionList agreed = ExtensionList.parse(fields.values("Sec-WebSocket-Extensions"));
        if (agreed instanceof ExtensionList.Malformed malformed) {
            return new Failed("Sec-WebSocket-Extensions: " + malformed.reason() + " (RFC 6455 §9.1).");
        }
        List<ExtensionElement> elements = ((ExtensionList.Parsed) agreed).elements();
        Failed failed = checkExtensions(elements);
        if (failed == null) {
            failed = checkSubprotocol(fields);
        }
        return failed != null ? failed : new Accepted(fields.first("Sec-WebSocket-Protocol"), elements);
    }

    private @Nullable Failed checkExtensions(List<ExtensionElement> agreed) {
        Set<String> names = new HashSet<>();
        for (ExtensionElement extension : agreed) {
            String name = extension.name();
            if (extensions.stream().noneMatch(offer -> offer.name().equals(name))) {
                return new Failed("Sec-WebSocket-Extensions must have only what was offered, "
                        + extensions.stream()
                                .map(ExtensionElement::name)
                                .distinct()
                                .toList() + ", but has "
                        + Grammar.quote(name) + " (RFC 6455 §4.1, item 5).");
            }
            // An extension may be offered in several variants, of which the server takes one; accepted twice, it would
            // transform each message twice.
            if (!names.add(name)) {
                return new Failed("Sec-WebSocket-Extensions must have each extension once but has "
                        + Grammar.quote(name) + " more than once (RFC 6455 §9.1).");
            }
        }
        return null;
    }

    private @Nullable Failed checkSubprotocol(HttpFields fields) {
        List<String> chosen = fields.values("Sec-WebSocket-Protocol");
        // RFC 6455 §11.3.4: not more than once in a response.
        if (chosen.size() > 1) {
            return new Failed("The response must have at most one Sec-WebSocket-Protocol field but has " + chosen.size()
                    + " (RFC 6455 §11.3.4).");
        }
        if (chosen.size() == 1 && !subprotocols.contains(chosen.get(0))) {
            return new Failed("Sec-WebSocket-Protocol must be one of those offered, " + subprotocols + ", but was "
                    + Grammar.quote(chosen.get(0)) + " (RFC 6455 §4.1, item 6).");
        }
        return null;
    }

    /** Collects what the request says. Not safe for use by several threads. */
    public static final class Builder {
        private final Authority host;
        private String target = "/";
        private @Nullable String origin;
        private List<String> subprotocols = List.of();
        private List<ExtensionElement> extensions = List.of();
        private HttpFields fields = HttpFields.EMPTY;

        private Builder(String host, int port, boolean secure) {
            if (port < 1 || port > 65535) {
                throw new IllegalArgumentException("the port must be 1 to 65535 but was " + port);
            }
            String literal = Authority.isIpv6(host) ? "[" + host + "]" : host;
            // RFC 6455 §4.1, item 4: Host has the port if it is not the default one.
            int written = port == (secure ? 443 : 80) ? Authority.NO_PORT : port;
            this.host = Authority.parse(literal)
                    .filter(authority -> authority.host().length() == literal.length())
                    .map(authority -> new Authority(authority.host(), written))
                    .orElseThrow(() -> new IllegalArgumentException(
                            "the host must be a name or an address, without a port, but was " + Grammar.quote(host)));
        }

        /**
         * Path and query, {@code /} unless set.
         *
         * @throws IllegalArgumentException if it does not start with a slash, or has a fragment or anything but visible
         *     US-ASCII: percent-encode the rest (RFC 6455 §3)
         */
        public Builder target(String target) {
            if (!target.startsWith("/") || !Grammar.isVisible(target) || target.indexOf('#') >= 0) {
                throw new IllegalArgumentException("the target must be a path that starts with \"/\", in visible"
                        + " US-ASCII without a fragment, but was " + Grammar.quote(target) + " (RFC 6455 §3)");
            }
            this.target = target;
            return this;
        }

        /** What to send as {@code Origin}; only browsers must (RFC 6455 §4.1, item 8). None unless set. */
        public Builder origin(String origin) {
            this.origin = origin;
            return this;
        }

        /**
         * The subprotocols to offer, the favourite first; none unless set.
         *
         * @throws IllegalArgumentException if one is not a token or there twice (RFC 6455 §4.1, item 10)
         */
        public Builder subprotocols(List<String> offered) {
            Subprotocols.findError(offered).ifPresent(error -> {
                throw new IllegalArgumentException(error + " (RFC 6455 §4.1, item 10)");
            });
            this.subprotocols = List.copyOf(offered);
            return this;
        }

        /** The extensions to offer, the favourite first; none unless set. One may be offered in several variants. */
        public Builder extensions(List<ExtensionElement> offered) {
            this.extensions = List.copyOf(offered);
            return this;
        }

        /**
         * Further fields, such as cookies and credentials; none unless set.
         *
         * @throws IllegalArgumentException if one is a field that the handshake sets itself, or that announces a body
         */
        public Builder fields(HttpFields further) {
            further.forEach((name, value) -> {
                if (ServerHandshake.isReserved(name)
                        || Grammar.equalsIgnoreCase(name, "Host")
                        || Grammar.equalsIgnoreCase(name, "Origin")) {
                    throw new IllegalArgumentException("the field " + name + " belongs to the handshake itself or"
                            + " announces a body: leave it out of the further fields (RFC 6455 §4.1)");
                }
            });
            this.fields = further;
            return this;
        }

        /**
         * The handshake with this nonce.
         *
         * @param nonce 16 bytes, chosen at random for each connection (RFC 6455 §4.1, item 7)
         * @throws IllegalArgumentException if the nonce has another length, or the origin is not the value of a field
         */
        public ClientHandshake build(byte[] nonce) {
            if (nonce.length != NONCE_BYTES) {
                throw new IllegalArgumentException(
                        "the nonce must have 16 bytes but has " + nonce.length + " (RFC 6455 §4.1, item 7)");
            }
            HttpFields.Builder all = HttpFields.builder()
                    .add("Host", host.toString())
                    .add("Upgrade", "websocket")
                    .add("Connection", "Upgrade")
                    .add("Sec-WebSocket-Key", Base64.getEncoder().encodeToString(nonce))
                    .add("Sec-WebSocket-Version", ServerHandshake.VERSION);
            if (origin != null) {
                all.add("Origin", origin);
            }
            if (!subprotocols.isEmpty()) {
                all.add("Sec-WebSocket-Protocol", String.join(", ", subprotocols));
            }
            if (!extensions.isEmpty()) {
                all.add("Sec-WebSocket-Extensions", ExtensionList.format(extensions));
            }
            HandshakeRequest request = new HandshakeRequest(
                    "GET", target, "HTTP/1.1", all.addAll(fields).build());
            return new ClientHandshake(request, subprotocols, extensions);
        }
    }
}
