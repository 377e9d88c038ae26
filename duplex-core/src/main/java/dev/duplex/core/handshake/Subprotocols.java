package dev.duplex.core.handshake;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Subprotocols of a handshake: {@code Sec-WebSocket-Protocol} (RFC 6455 §1.9 and §11.3.4). */
public final class Subprotocols {
    private Subprotocols() {}

    /**
     * The subprotocol to use: the first that the server supports, in the server's order of preference, which the client
     * offered. Names compare exactly, with regard to case.
     *
     * @param offered what the client offered
     * @param supported what the server supports, the best first
     * @return nothing if they have none in common; the connection is then one without a subprotocol (RFC 6455 §4.2.2)
     */
    public static Optional<String> select(Collection<String> offered, List<String> supported) {
        return supported.stream().filter(offered::contains).findFirst();
    }

    /** What is wrong with an offer, in a few words; nothing if it is fine. */
    static Optional<String> findError(List<String> offered) {
        // RFC 6455 §4.1, item 10: the elements must be tokens, and all unique.
        Set<String> seen = new HashSet<>();
        for (String subprotocol : offered) {
            if (!Grammar.isToken(subprotocol)) {
                return Optional.of("expected tokens as subprotocols but got " + Grammar.quote(subprotocol));
            }
            if (!seen.add(subprotocol)) {
                return Optional.of(
                        "expected each subprotocol once but got " + Grammar.quote(subprotocol) + " more than once");
            }
        }
        return Optional.empty();
    }
}
