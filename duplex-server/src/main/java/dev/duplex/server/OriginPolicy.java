package dev.duplex.server;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.core.handshake.Origin;
import dev.duplex.core.handshake.OriginPatterns;
import dev.duplex.server.internal.Text;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides from which web pages a WebSocket may be opened. A browser sends cookies with an opening handshake whatever page
 * asks for it, so without such a decision every site could act in the name of its visitors (RFC 6455 §10.2). Programs
 * other than browsers can send any Origin or none: the policy is no protection from them. Immutable.
 */
public final class OriginPolicy {
    private static final OriginPolicy SAME_ORIGIN = new OriginPolicy(Kind.SAME_ORIGIN, null, false);
    private static final OriginPolicy ANY = new OriginPolicy(Kind.ANY, null, false);

    private final Kind kind;
    private final @Nullable OriginPatterns patterns;
    private final boolean originRequired;

    private OriginPolicy(Kind kind, @Nullable OriginPatterns patterns, boolean originRequired) {
        this.kind = kind;
        this.patterns = patterns;
        this.originRequired = originRequired;
    }

    private enum Kind {
        SAME_ORIGIN,
        LISTED,
        ANY
    }

    /**
     * What was decided.
     *
     * @param allowed whether the handshake may go on
     * @param explanation why not, in a sentence for the body of the 403; empty if it may
     */
    public record Decision(boolean allowed, String explanation) {
        private static final Decision ALLOWED = new Decision(true, "");

        static Decision refused(String explanation) {
            return new Decision(false, explanation);
        }
    }

    /**
     * Pages of the server itself: same scheme, host and port as the request (RFC 6454 §5). The default. A request without
     * Origin is allowed, as no browser sends it.
     */
    public static OriginPolicy sameOrigin() {
        return SAME_ORIGIN;
    }

    /**
     * Pages of these origins, and no others: the server's own is allowed only if it is listed. A request without Origin
     * is allowed.
     *
     * @param patterns origins such as {@code https://example.com}, {@code https://*.example.com} or
     *     {@code http://localhost:*}, as {@link OriginPatterns} describes them
     * @throws IllegalArgumentException if one of them is malformed
     */
    public static OriginPolicy allow(String... patterns) {
        return new OriginPolicy(Kind.LISTED, OriginPatterns.of(patterns), false);
    }

    /** Pages of every site. Safe only where a connection may do nothing that its opener could not do without a browser. */
    public static OriginPolicy any() {
        return ANY;
    }

    /** This policy, but refusing requests without Origin. */
    public OriginPolicy requireOrigin() {
        return new OriginPolicy(kind, patterns, true);
    }

    /**
     * Decides about an opening handshake. Never throws, whatever the fields hold.
     *
     * @param fields the fields of the request
     * @param host the host the client asked for, with its port: the value of the Host field, or behind trusted proxies
     *     what {@link TrustedProxies.Client#host()} says
     * @param secure whether the client speaks TLS, to the server or to the trusted proxy before it
     * @param loopback whether the request came over the loopback interface, from no trusted proxy. The server's own origin
     *     must then have a loopback name: a site that resolves its own name to 127.0.0.1 (DNS rebinding) sends matching
     *     Origin and Host fields too
     */
    public Decision decide(HttpFields fields, String host, boolean secure, boolean loopback) {
        List<String> values = fields.values("Origin");
        if (values.isEmpty()) {
            return originRequired
                    ? Decision.refused("The request has no Origin, and this server was told to require one; leave"
                            + " requireOrigin() out to allow clients that are not browsers.")
                    : Decision.ALLOWED;
        }
        if (kind == Kind.ANY) {
            return Decision.ALLOWED;
        }
        // RFC 6454 §7.3: not more than one Origin field.
        if (values.size() > 1) {
            return Decision.refused(
                    "The request has " + values.size() + " Origin fields where one is allowed" + " (RFC 6454 §7.3).");
        }
        Optional<Origin> origin = Origin.parse(values.get(0));
        if (origin.isEmpty()) {
            return Decision.refused("Origin " + Text.quote(values.get(0))
                    + " is not an origin, scheme://host with a port" + " if any (RFC 6454 §7).");
        }
        return decide(origin.get(), host, secure, loopback);
    }

    private Decision decide(Origin origin, String host, boolean secure, boolean loopback) {
        if (patterns != null) {
            return patterns.matches(origin)
                    ? Decision.ALLOWED
                    : Decision.refused(
                            "Origin " + origin + " is not one of those that are allowed; allow it with origins(...).");
        }
        if (origin.sameOriginAs(host, secure)) {
            return !loopback || isLoopbackName(origin.host())
                    ? Decision.ALLOWED
                    : Decision.refused("The request came over the loopback interface, of which " + origin.host()
                            + " is not a name; allow " + origin + " with origins(...), or name the proxy before this"
                            + " server with trustedProxies(...).");
        }
        return Decision.refused("Origin " + origin + " is not the origin of this server, " + ownOrigin(host, secure)
                + "; allow it with origins(...).");
    }

    // RFC 6761 §6.3 reserves localhost and the names below it.
    private static boolean isLoopbackName(String host) {
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.equals("[::1]")
                || host.equals("::1")
                || host.matches("127(\\.[0-9]{1,3}){3}");
    }

    private static String ownOrigin(String host, boolean secure) {
        String text = (secure ? "https://" : "http://") + host;
        return Origin.parse(text).map(Origin::toString).orElseGet(() -> Text.quote(text));
    }

    @Override
    public String toString() {
        String allowed = switch (kind) {
            case SAME_ORIGIN -> "same origin";
            case LISTED -> String.valueOf(patterns);
            case ANY -> "any origin";
        };
        return originRequired ? allowed + ", Origin required" : allowed;
    }
}
