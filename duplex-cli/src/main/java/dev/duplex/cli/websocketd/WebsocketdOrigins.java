package dev.duplex.cli.websocketd;

import dev.duplex.core.handshake.Origin;
import dev.duplex.server.OriginPolicy;
import dev.duplex.server.UpgradeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which pages may connect, as {@code --sameorigin} and {@code --origin} say. Programs that send no Origin may always. */
final class WebsocketdOrigins {
    private static final String ANY_PORT = ":*";

    private final Optional<OriginPolicy> same;
    private final Optional<OriginPolicy> listed;

    /** @throws WebsocketdExit if an origin is malformed */
    WebsocketdOrigins(boolean sameOrigin, List<String> origins) throws WebsocketdExit {
        same = sameOrigin ? Optional.of(OriginPolicy.sameOrigin()) : Optional.empty();
        try {
            listed = origins.isEmpty()
                    ? Optional.empty()
                    : Optional.of(OriginPolicy.allow(origins.stream()
                            .flatMap(one -> patterns(one).stream())
                            .toArray(String[]::new)));
        } catch (IllegalArgumentException e) {
            throw new WebsocketdExit(WebsocketdExit.CONFIGURATION, "--origin: " + e.getMessage());
        }
    }

    /** A list without a scheme means both, and without a port all. */
    private static List<String> patterns(String given) {
        int separator = given.indexOf("://");
        List<String> schemes = separator < 0 ? List.of("http", "https") : List.of(given.substring(0, separator));
        String authority = separator < 0 ? given : given.substring(separator + 3);
        boolean hasPort = authority.lastIndexOf(':') > authority.lastIndexOf(']');
        List<String> patterns = new ArrayList<>();
        for (String scheme : schemes) {
            patterns.add(scheme + "://" + authority + (hasPort ? "" : ANY_PORT));
        }
        return patterns;
    }

    /** What is to be logged where the request is refused; empty where it may come in. */
    Optional<String> refusal(UpgradeRequest request) {
        // Not whether it came over loopback: a proxy of the same machine does, with the host of the client's own
        // address.
        boolean direct = false;
        if (same.isPresent()
                && !same.get()
                        .decide(request.headers(), request.host(), request.secure(), direct)
                        .allowed()) {
            return Optional.of("Same origin policy mismatch");
        }
        if (listed.isPresent()
                && !listed.get()
                        .decide(request.headers(), request.host(), request.secure(), direct)
                        .allowed()) {
            return Optional.of("Origin is not listed in allowed list");
        }
        return Optional.empty();
    }

    /** How the log names it. */
    static String shown(UpgradeRequest request) {
        return request.origin()
                .filter(origin -> !origin.equals("null"))
                .map(origin -> Origin.parse(origin).map(Origin::toString).orElse(origin))
                .orElse("file:");
    }
}
