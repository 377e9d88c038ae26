package dev.duplex.server.internal;

import dev.duplex.core.handshake.HttpFields;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one proxy says of who connected to it. All of it is as it came.
 *
 * @param node the address, or another word for it
 * @param proto the scheme, null if it was not said
 * @param host what the Host field was, null if it was not said
 */
public record ForwardedHop(
        @Nullable String node,
        @Nullable String proto,
        @Nullable String host) {
    private static final ForwardedHop UNKNOWN = new ForwardedHop(null, null, null);

    /** The hops of the Forwarded fields (RFC 7239 §4), the one nearest to this server last. */
    public static List<ForwardedHop> ofForwarded(HttpFields fields) {
        List<ForwardedHop> hops = new ArrayList<>();
        for (String value : fields.values("Forwarded")) {
            List<ForwardedHop> parsed = new ForwardedParser(value).parse();
            if (parsed == null) {
                // Where one part cannot be read, nobody knows what the parts before it were meant to be.
                hops.clear();
                hops.add(UNKNOWN);
            } else {
                hops.addAll(parsed);
            }
        }
        return hops;
    }

    /**
     * The hops of the fields X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host, the one nearest to this server
     * last. The lists of the latter two are matched with the first where they have its length; else their last element,
     * which the nearest proxy wrote or let pass, stands for all hops.
     */
    public static List<ForwardedHop> ofXForwarded(HttpFields fields) {
        List<String> nodes = fields.tokens("X-Forwarded-For");
        List<String> protos = fields.tokens("X-Forwarded-Proto");
        List<String> hosts = fields.tokens("X-Forwarded-Host");
        List<ForwardedHop> hops = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            hops.add(new ForwardedHop(nodes.get(i), pick(protos, nodes, i), pick(hosts, nodes, i)));
        }
        if (nodes.isEmpty() && !(protos.isEmpty() && hosts.isEmpty())) {
            hops.add(new ForwardedHop(null, pick(protos, nodes, 0), pick(hosts, nodes, 0)));
        }
        return hops;
    }

    private static @Nullable String pick(List<String> values, List<String> nodes, int index) {
        if (values.isEmpty()) {
            return null;
        }
        return values.size() == nodes.size() ? values.get(index) : values.get(values.size() - 1);
    }

    /**
     * The address with its port, or port 0 where none is said (RFC 7239 §6); an IPv6 address may be without brackets, as
     * X-Forwarded-For has it. Nothing for {@code unknown}, names that hide the address, and anything else.
     */
    public Optional<InetSocketAddress> address() {
        if (node == null) {
            return Optional.empty();
        }
        int endOfHost = endOfHost(node);
        boolean brackets = node.startsWith("[");
        if (brackets && (endOfHost < 2 || node.indexOf(':') > endOfHost)) {
            return Optional.empty();
        }
        Optional<InetAddress> address =
                IpNetwork.parseAddress(brackets ? node.substring(1, endOfHost - 1) : node.substring(0, endOfHost));
        return address.flatMap(ip -> port(node.substring(endOfHost)).map(port -> new InetSocketAddress(ip, port)));
    }

    private static int endOfHost(String node) {
        if (node.startsWith("[")) {
            return node.indexOf(']') + 1;
        }
        int colon = node.indexOf(':');
        return colon >= 0 && colon == node.lastIndexOf(':') ? colon : node.length();
    }

    // RFC 7239 §6: node-port = port / obfport
    private static Optional<Integer> port(String text) {
        if (text.isEmpty() || text.startsWith(":_")) {
            return Optional.of(0);
        }
        boolean digits = text.startsWith(":")
                && text.length() >= 2
                && text.length() <= 6
                && text.chars().skip(1).allMatch(c -> c >= '0' && c <= '9');
        int port = digits ? Integer.parseInt(text.substring(1)) : -1;
        return port >= 0 && port <= 65535 ? Optional.of(port) : Optional.empty();
    }
}
