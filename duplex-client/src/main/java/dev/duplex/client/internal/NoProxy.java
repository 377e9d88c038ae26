package dev.duplex.client.internal;

import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of {@code NO_PROXY}, separated by commas or spaces: names, which stand for their subdomains too, with or
 * without a dot before them; addresses, and networks such as {@code 10.0.0.0/8}; each with a port if only that is meant;
 * {@code *} for every host.
 */
final class NoProxy {
    private final List<Item> items;

    /**
     * One of them.
     *
     * @param name of a domain, without dots around it; "" for every host
     * @param network an address, or null if this is a name
     * @param bits how many of the address count
     * @param port or 0 for every port
     */
    private record Item(String name, byte @Nullable [] network, int bits, int port) {
        boolean contains(String host, byte @Nullable [] address, int itsPort) {
            if (port != 0 && port != itsPort) {
                return false;
            }
            if (network != null) {
                return address != null && address.length == network.length && sameBits(address, network, bits);
            }
            return name.isEmpty() || (address == null && (host.equals(name) || host.endsWith("." + name)));
        }

        private static boolean sameBits(byte[] a, byte[] b, int bits) {
            for (int i = 0; i < bits; i++) {
                int mask = 0x80 >> (i % Byte.SIZE);
                if (((a[i / Byte.SIZE] ^ b[i / Byte.SIZE]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private NoProxy(List<Item> items) {
        this.items = items;
    }

    /** Items that mean nothing are passed over: other programs read the same variable. */
    static NoProxy parse(String text) {
        List<Item> items = new ArrayList<>();
        for (String written : text.toLowerCase(Locale.ROOT).split("[,\\s]+")) {
            Item item = item(written);
            if (item != null) {
                items.add(item);
            }
        }
        return new NoProxy(items);
    }

    private static @Nullable Item item(String written) {
        String host = written;
        int port = 0;
        int colon = written.lastIndexOf(':');
        boolean onlyColon = colon == written.indexOf(':');
        if (colon >= 0 && (onlyColon || written.startsWith("[")) && written.matches(".*:[0-9]{1,5}")) {
            port = Integer.parseInt(written.substring(colon + 1));
            host = written.substring(0, colon);
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        int slash = host.indexOf('/');
        byte[] network = NetUtil.createByteArrayFromIpAddressString(slash < 0 ? host : host.substring(0, slash));
        if (network != null) {
            int all = network.length * Byte.SIZE;
            if (slash >= 0 && !host.substring(slash + 1).matches("[0-9]{1,3}")) {
                return null;
            }
            int bits = slash < 0 ? all : Integer.parseInt(host.substring(slash + 1));
            return bits > all ? null : new Item(host, network, bits, port);
        }
        if (host.equals("*")) {
            return new Item("", null, 0, port);
        }
        String name = host.replaceFirst("^\\*?\\.+", "").replaceFirst("\\.$", "");
        return name.isEmpty() ? null : new Item(name, null, 0, port);
    }

    /**
     * Whether the host is to be reached without a proxy.
     *
     * @param host as in a URL, IPv6 without brackets
     */
    boolean contains(String host, int port) {
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        for (Item item : items) {
            if (item.contains(name, address, port)) {
                return true;
            }
        }
        return false;
    }
}
