package dev.duplex.server;

import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.internal.ForwardedHop;
import dev.duplex.server.internal.IpNetwork;
import dev.duplex.server.internal.Text;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The proxies whose word about the client is taken. Anybody can send X-Forwarded-For; only what a trusted proxy added at
 * its right end is true. So the list is read from the right, as long as the addresses are those of trusted proxies; the
 * first that is not is the client's. Fields of a peer that is not trusted are ignored. Immutable.
 */
public final class TrustedProxies {
    /** Trusts nobody: the client is whoever has connected. The default. */
    public static final TrustedProxies NONE = new TrustedProxies(List.of(), false, false);

    private static final String UNIX = "unix";

    private final List<IpNetwork> networks;
    private final boolean unixSockets;
    private final boolean standardField;

    private TrustedProxies(List<IpNetwork> networks, boolean unixSockets, boolean standardField) {
        this.networks = networks;
        this.unixSockets = unixSockets;
        this.standardField = standardField;
    }

    /**
     * The client of a request, as far as trusted proxies know it.
     *
     * @param address its address; port 0 where the proxy did not say it
     * @param secure whether it speaks TLS
     * @param host the host it asked for, with its port; empty if unknown
     */
    public record Client(SocketAddress address, boolean secure, String host) {}

    /**
     * Trusts these proxies, which send X-Forwarded-For, and X-Forwarded-Proto and X-Forwarded-Host if need be. They must
     * overwrite or remove those of the latter two that come from outside.
     *
     * @param networks addresses and networks such as {@code 127.0.0.1}, {@code 10.0.0.0/8} or {@code fd00::/8}, and the
     *     word {@code unix} for whoever connects through a Unix socket
     * @throws IllegalArgumentException if one of them is malformed
     */
    public static TrustedProxies of(String... networks) {
        return of(List.of(networks));
    }

    /** As {@link #of(String...)}. */
    public static TrustedProxies of(List<String> networks) {
        List<IpNetwork> parsed = new ArrayList<>();
        boolean unixSockets = false;
        for (String network : networks) {
            if (network.equals(UNIX)) {
                unixSockets = true;
            } else {
                parsed.add(IpNetwork.parse(network));
            }
        }
        return new TrustedProxies(List.copyOf(parsed), unixSockets, false);
    }

    /**
     * The same proxies, which send Forwarded (RFC 7239) and not X-Forwarded-For. Only one of the two is ever read: a
     * proxy that writes the one lets the other pass as any client made it up.
     */
    public TrustedProxies sendingForwarded() {
        return new TrustedProxies(networks, unixSockets, true);
    }

    /** Whether the peer is a trusted proxy. */
    public boolean trusts(SocketAddress peer) {
        if (peer instanceof InetSocketAddress inet) {
            InetAddress address = inet.getAddress();
            return address != null && networks.stream().anyMatch(network -> network.contains(address));
        }
        return unixSockets;
    }

    /** The address of the client, as {@link #client} finds it. */
    public SocketAddress clientAddress(SocketAddress peer, HttpFields fields) {
        return client(peer, false, fields).address();
    }

    /**
     * The client of a request. Never throws, whatever the fields hold: where they cannot be read, the client is the last
     * hop that could.
     *
     * @param peer who has connected to this server
     * @param secure whether that connection is one over TLS
     * @param fields the fields of the request
     */
    public Client client(SocketAddress peer, boolean secure, HttpFields fields) {
        SocketAddress address = peer;
        String proto = secure ? "https" : "http";
        String host = fields.first("Host").orElse("");
        if (!trusts(peer)) {
            return new Client(address, secure, host);
        }
        List<ForwardedHop> hops = standardField ? ForwardedHop.ofForwarded(fields) : ForwardedHop.ofXForwarded(fields);
        for (int i = hops.size() - 1; i >= 0; i--) {
            ForwardedHop hop = hops.get(i);
            proto = Optional.ofNullable(hop.proto())
                    .filter(TrustedProxies::isScheme)
                    .orElse(proto);
            host = Optional.ofNullable(hop.host())
                    .filter(TrustedProxies::isHost)
                    .orElse(host);
            Optional<InetSocketAddress> said = hop.address();
            if (said.isEmpty()) {
                break;
            }
            address = said.get();
            if (!trusts(address)) {
                break;
            }
        }
        return new Client(address, isSecure(proto), host);
    }

    private static boolean isScheme(String proto) {
        return List.of("http", "https", "ws", "wss").contains(Text.lowerCase(proto));
    }

    private static boolean isSecure(String proto) {
        String lower = Text.lowerCase(proto);
        return lower.equals("https") || lower.equals("wss");
    }

    // Whether it is the host it should be is for the origin policy to say; here it is only kept from being a nuisance.
    private static boolean isHost(String host) {
        return !host.isEmpty()
                && host.length() <= 260
                && host.chars().allMatch(c -> c > 0x20 && c < 0x7F && "/\\@?#\"<>".indexOf(c) < 0);
    }

    @Override
    public String toString() {
        return networks + (unixSockets ? " and Unix sockets" : "");
    }
}
