package dev.duplex.cli.connect.terminal;

import dev.duplex.core.handshake.HandshakeRequest;
import dev.duplex.core.handshake.HandshakeResponse;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The opening handshake as it went over the wire, but for what is secret in it. Any thread. */
final class Handshake {
    private static final Set<String> SECRET = Set.of("authorization", "proxy-authorization", "cookie", "set-cookie");

    private volatile @Nullable HandshakeRequest request;
    private volatile @Nullable HandshakeResponse response;

    void request(HandshakeRequest sent) {
        request = sent;
        response = null;
    }

    void response(HandshakeResponse came) {
        response = came;
    }

    String shown() {
        HandshakeRequest sent = request;
        HandshakeResponse came = response;
        return (sent == null ? "" : head("> ", sent.head()))
                + (came == null ? "" : (sent == null ? "" : "\n") + head("< ", came.head()));
    }

    private static String head(String mark, String head) {
        return head.lines()
                .filter(line -> !line.isEmpty())
                .map(line -> mark + withoutSecret(line))
                .collect(Collectors.joining("\n"));
    }

    private static String withoutSecret(String line) {
        int colon = line.indexOf(':');
        boolean secret = colon > 0 && SECRET.contains(line.substring(0, colon).toLowerCase(Locale.ROOT));
        return secret ? line.substring(0, colon) + ": (not shown)" : line;
    }
}
