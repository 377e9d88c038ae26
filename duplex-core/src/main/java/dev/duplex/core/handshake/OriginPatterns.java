package dev.duplex.core.handshake;

import java.util.Collection;
import java.util.List;

/**
 * A list of origins to allow. Immutable. Each pattern is one of
 *
 * <ul>
 *   <li>an origin, {@code https://example.com} or {@code http://example.com:8080}, which matches itself;
 *   <li>{@code https://*.example.com}: every name below {@code example.com}, at any depth, but not that name itself;
 *   <li>{@code http://localhost:*}: any port; may be combined with {@code *.};
 *   <li>{@code null}: pages without an origin of their own, sandboxed frames and pages from disk among them. Any site
 *       can make such a page, so this comes close to allowing every origin.
 * </ul>
 *
 * <p>A pattern without a port means the default port of its scheme.
 */
public final class OriginPatterns {
    private final List<Pattern> patterns;

    private OriginPatterns(List<Pattern> patterns) {
        this.patterns = patterns;
    }

    /**
     * The list of these patterns; with none of them, no origin matches.
     *
     * @throws IllegalArgumentException if one of them is not a pattern
     */
    public static OriginPatterns of(String... patterns) {
        return of(List.of(patterns));
    }

    /**
     * The list of these patterns; with none of them, no origin matches.
     *
     * @throws IllegalArgumentException if one of them is not a pattern
     */
    public static OriginPatterns of(Collection<String> patterns) {
        return new OriginPatterns(patterns.stream().map(Pattern::parse).toList());
    }

    /** Whether one of the patterns matches the origin. */
    public boolean matches(Origin origin) {
        return patterns.stream().anyMatch(pattern -> pattern.matches(origin));
    }

    /** Whether one of the patterns matches the value of an {@code Origin} field; false if it is not an origin. */
    public boolean matches(String origin) {
        return Origin.parse(origin).map(this::matches).orElse(false);
    }

    /** The patterns, as they were given but in lower case and without default ports. */
    @Override
    public String toString() {
        return patterns.toString();
    }

    private record Pattern(Origin origin, boolean subdomains, boolean anyPort) {
        private static final String ANY_SUBDOMAIN = "://*.";
        private static final String ANY_PORT = ":*";

        static Pattern parse(String text) {
            boolean anyPort = text.endsWith(ANY_PORT);
            String plain = anyPort ? text.substring(0, text.length() - ANY_PORT.length()) : text;
            boolean subdomains = plain.contains(ANY_SUBDOMAIN);
            if (subdomains) {
                plain = plain.replace(ANY_SUBDOMAIN, "://");
            }
            // A host may have a "*" in it by its grammar (RFC 3986 §3.2.2): here that is a wildcard in the wrong place.
            // Where any port is meant, there must be room for one: not after a port, and not after null.
            boolean wellFormed = plain.indexOf('*') < 0
                    && (!anyPort || Origin.parse(plain + ":1").isPresent());
            Origin origin = wellFormed ? Origin.parse(plain).orElse(null) : null;
            if (origin == null) {
                throw new IllegalArgumentException("an origin pattern must be null or scheme://host, with a port if any"
                        + " and without a path or a slash at the end, where *. before the host stands for every"
                        + " subdomain and * in place of the port for every port, but was " + Grammar.quote(text));
            }
            return new Pattern(origin, subdomains, anyPort);
        }

        boolean matches(Origin candidate) {
            return candidate.scheme().equals(origin.scheme())
                    && (anyPort || candidate.port() == origin.port())
                    && matchesHost(candidate.host());
        }

        // The dot before the host keeps evila.com from passing for a subdomain of a.com.
        private boolean matchesHost(String host) {
            return subdomains
                    ? host.endsWith("." + origin.host())
                            && host.length() > origin.host().length() + 1
                    : host.equals(origin.host());
        }

        @Override
        public String toString() {
            String text = anyPort ? origin.scheme() + "://" + origin.host() + ANY_PORT : origin.toString();
            return subdomains ? text.replaceFirst("://", "://*.") : text;
        }
    }
}
