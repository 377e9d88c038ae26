package dev.duplex.core.handshake;

import java.util.Objects;
import java.util.Optional;

/**
 * Where the script came from that opens a connection: the value of an {@code Origin} field (RFC 6454 §7). Browsers send
 * it and scripts cannot change it; anything that is not a browser can send what it likes (RFC 6455 §10.2).
 *
 * <p>Scheme and host are in lower case, and a default port is the same as none: {@code HTTPS://A.example:443} equals
 * {@code https://a.example}. The schemes {@code ws} and {@code wss} are read as {@code http} and {@code https}, whose
 * hosts they share.
 */
public final class Origin {
    private static final Origin OPAQUE = new Origin("null", "", Authority.NO_PORT);

    private final String scheme;
    private final String host;
    private final int port;

    private Origin(String scheme, String host, int port) {
        this.scheme = scheme;
        this.host = host;
        this.port = port;
    }

    /**
     * Reads the value of an {@code Origin} field: {@code null}, or {@code scheme://host} with a port if any.
     *
     * @return nothing if the value is anything else, such as a URL with a path, or several origins
     */
    public static Optional<Origin> parse(String value) {
        if (value.equals("null")) {
            return Optional.of(OPAQUE);
        }
        int endOfScheme = value.indexOf("://");
        if (endOfScheme < 0 || !isScheme(value.substring(0, endOfScheme))) {
            return Optional.empty();
        }
        String scheme = withHttpForWs(Grammar.lowerCase(value.substring(0, endOfScheme)));
        String rest = value.substring(endOfScheme + 3);
        // Some browsers name pages from disk so, the one scheme that needs no host (RFC 8089 §2).
        if (scheme.equals("file") && rest.isEmpty()) {
            return Optional.of(new Origin(scheme, "", Authority.NO_PORT));
        }
        return Authority.parse(rest)
                .map(authority -> new Origin(scheme, authority.host(), portOrDefault(authority, scheme)));
    }

    /** Whether this is {@code null}: a sandboxed frame, a page from disk, or a redirect across origins (RFC 6454 §4). */
    public boolean isOpaque() {
        return equals(OPAQUE);
    }

    /**
     * Whether a page of this origin and a request came to the same server, so that the browser that sent both treats
     * them as one origin (RFC 6454 §5). An opaque origin never is.
     *
     * @param host the value of the request's {@code Host} field
     * @param secure whether the client spoke TLS, to this server or to the proxy before it
     */
    public boolean sameOriginAs(String host, boolean secure) {
        String schemeOfRequest = secure ? "https" : "http";
        return scheme.equals(schemeOfRequest)
                && Authority.parse(host)
                        .map(authority ->
                                authority.host().equals(this.host) && portOrDefault(authority, schemeOfRequest) == port)
                        .orElse(false);
    }

    /** The scheme in lower case, {@code http} or {@code https} for most; {@code null} for an opaque origin. */
    public String scheme() {
        return scheme;
    }

    /** The host in lower case, an IPv6 address in its brackets; empty for an opaque origin. */
    public String host() {
        return host;
    }

    /** The port, written or by default; -1 if the scheme has no default port. */
    public int port() {
        return port;
    }

    private static boolean isScheme(String text) {
        // RFC 3986 §3.1: scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Grammar.isAlpha(c) && (i == 0 || !(Grammar.isDigit(c) || "+-.".indexOf(c) >= 0))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static String withHttpForWs(String scheme) {
        return switch (scheme) {
            case "ws" -> "http";
            case "wss" -> "https";
            default -> scheme;
        };
    }

    private static int portOrDefault(Authority authority, String scheme) {
        return authority.port() == Authority.NO_PORT ? defaultPort(scheme) : authority.port();
    }

    private static int defaultPort(String scheme) {
        return switch (scheme) {
            case "http" -> 80;
            case "https" -> 443;
            default -> Authority.NO_PORT;
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Origin that
                && that.scheme.equals(scheme)
                && that.host.equals(host)
                && that.port == port;
    }

    @Override
    public int hashCode() {
        return Objects.hash(scheme, host, port);
    }

    /** As in an {@code Origin} field, without a default port (RFC 6454 §6.2). */
    @Override
    public String toString() {
        if (isOpaque()) {
            return "null";
        }
        int written = port == defaultPort(scheme) ? Authority.NO_PORT : port;
        return scheme + "://" + new Authority(host, written);
    }
}
