package dev.duplex.server.internal;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * A range of IP addresses, such as {@code 10.0.0.0/8} or {@code 2001:db8::/32} (RFC 4632, RFC 4291 §2.3).
 *
 * @param first the first address of the range
 * @param prefix how many leading bits the addresses have in common
 */
public record IpNetwork(InetAddress first, int prefix) {

    /**
     * Reads a network, or a single address.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    public static IpNetwork parse(String text) {
        int slash = text.indexOf('/');
        Optional<InetAddress> parsed = parseAddress(slash < 0 ? text : text.substring(0, slash));
        if (parsed.isEmpty()) {
            throw malformed(text);
        }
        InetAddress address = parsed.get();
        int bits = address.getAddress().length * 8;
        int prefix = slash < 0 ? bits : prefix(text, text.substring(slash + 1), bits);
        IpNetwork network = new IpNetwork(cut(address, prefix), prefix);
        if (!network.first.equals(address)) {
            throw new IllegalArgumentException("expected a network whose bits after the first " + prefix
                    + " are zero but got " + text + ": write " + network);
        }
        return network;
    }

    /** The address that a text is, without asking any name service; an IPv4 address inside of IPv6 becomes the former. */
    public static Optional<InetAddress> parseAddress(String text) {
        boolean ipv4 = NetUtil.isValidIpV4Address(text) && !hasLeadingZero(text);
        boolean ipv6 = !ipv4 && text.indexOf('%') < 0 && text.indexOf('[') < 0 && NetUtil.isValidIpV6Address(text);
        byte[] bytes = ipv4 || ipv6 ? NetUtil.createByteArrayFromIpAddressString(text) : null;
        return bytes == null ? Optional.empty() : Optional.of(address(bytes));
    }

    /** Whether the address is in the range. */
    public boolean contains(InetAddress address) {
        return address.getAddress().length == first.getAddress().length
                && cut(address, prefix).equals(first);
    }

    // 010 is ten to some and eight to others.
    private static boolean hasLeadingZero(String ipv4) {
        for (int i = 0; i + 1 < ipv4.length(); i++) {
            boolean starts = i == 0 || ipv4.charAt(i - 1) == '.';
            if (starts && ipv4.charAt(i) == '0' && ipv4.charAt(i + 1) != '.') {
                return true;
            }
        }
        return false;
    }

    private static int prefix(String network, String text, int bits) {
        boolean digits = !text.isEmpty() && text.length() <= 3 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || Integer.parseInt(text) > bits) {
            throw malformed(network);
        }
        return Integer.parseInt(text);
    }

    private static InetAddress cut(InetAddress address, int prefix) {
        byte[] bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            int kept = Math.max(0, Math.min(8, prefix - 8 * i));
            bytes[i] &= (byte) (0xFF00 >> kept);
        }
        return address(bytes);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address has 4 or 16 bytes", e);
        }
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException("expected an IP address or network, such as 10.0.0.0/8 or 2001:db8::/32,"
                + " but got " + Text.quote(text));
    }

    /** As it is parsed. */
    @Override
    public String toString() {
        return NetUtil.toAddressString(first) + "/" + prefix;
    }
}
