package dev.duplex.cli.serve;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a server is that sessions are joined with: {@code tcp:HOST:PORT} or {@code unix:PATH}. */
public final class SocketTarget {
    private static final Pattern TCP = Pattern.compile("tcp:(?://)?(\\[[^\\]]+\\]|[^:\\[\\]]+):([0-9]{1,5})");
    private static final Pattern UNIX = Pattern.compile("unix:(?://)?(.+)");

    private final String name;
    private final SocketAddress address;

    private SocketTarget(String name, SocketAddress address) {
        this.name = name;
        this.address = address;
    }

    /** What it is, if it is one. */
    public static Optional<SocketTarget> parse(String text) {
        Matcher tcp = TCP.matcher(text);
        if (tcp.matches() && Integer.parseInt(tcp.group(2)) <= 65_535) {
            String host = tcp.group(1).startsWith("[")
                    ? tcp.group(1).substring(1, tcp.group(1).length() - 1)
                    : tcp.group(1);
            return Optional.of(
                    new SocketTarget(text, InetSocketAddress.createUnresolved(host, Integer.parseInt(tcp.group(2)))));
        }
        Matcher unix = UNIX.matcher(text);
        return unix.matches()
                ? Optional.of(new SocketTarget(text, UnixDomainSocketAddress.of(unix.group(1))))
                : Optional.empty();
    }

    /** Netty looks a name up when it connects. */
    SocketAddress address() {
        return address;
    }

    @Override
    public String toString() {
        return name;
    }
}
