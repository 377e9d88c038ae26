package dev.duplex.client.internal;

import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.core.handshake.HttpFields;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What is asked of whom: a URL, and the fields of the request that its server may see.
 *
 * @param url of scheme ws or wss
 * @param fields those that the program has set, credentials among them
 * @param elsewhere whether a redirect has led to another origin than the program has named, which then is told nothing
 *     about the program, neither now nor if a further redirect leads back
 */
record Opening(UrlRecord url, HttpFields fields, boolean elsewhere) {
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    /** All that may go to another origin; any other field may be a secret in this program's eyes. */
    private static final List<String> HARMLESS_FIELDS = List.of("User-Agent", "Accept-Language");

    /** Why a redirect is not followed. */
    static final class RefusedRedirectException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedRedirectException(String message) {
            super(message);
        }
    }

    static boolean isRedirect(HandshakeResponse response) {
        return REDIRECTS.contains(response.status());
    }

    /**
     * Where a redirect leads (RFC 9110 §15.4). All its statuses mean the same here, since the request is a GET.
     *
     * @throws RefusedRedirectException if it leads to where a WebSocket must not go
     */
    Opening redirected(HandshakeResponse response) throws RefusedRedirectException {
        List<String> locations = response.fields().values("Location");
        if (locations.size() != 1) {
            throw new RefusedRedirectException("it must have one Location but has " + locations.size());
        }
        String location = locations.get(0);
        UrlRecord target;
        try {
            target = UrlRecord.parse(location, url);
        } catch (UrlRecord.InvalidUrlException e) {
            throw new RefusedRedirectException("its Location is no URL: " + e.getMessage());
        }
        String scheme = switch (target.scheme()) {
            case "ws", "http" -> "ws";
            case "wss", "https" -> "wss";
            default ->
                throw new RefusedRedirectException(
                        "its Location must be of scheme ws, wss, http or https but is of " + target.scheme());
        };
        if (url.isSecure() && scheme.equals("ws")) {
            throw new RefusedRedirectException(
                    "it leads from wss to " + target.scheme().toLowerCase(Locale.ROOT)
                            + ", where everybody on the way could read and change what is sent");
        }
        // Name and password of a Location are the server's idea, not the user's; a fragment is for nobody.
        UrlRecord next = new UrlRecord(scheme, "", target.host(), target.port(), target.path(), target.query(), null);
        boolean leaves = !next.origin().equals(url.origin());
        return new Opening(next, leaves ? harmless() : fields, elsewhere || leaves);
    }

    private HttpFields harmless() {
        HttpFields.Builder kept = HttpFields.builder();
        for (String name : HARMLESS_FIELDS) {
            fields.values(name).forEach(value -> kept.add(name, value));
        }
        return kept.build();
    }
}
