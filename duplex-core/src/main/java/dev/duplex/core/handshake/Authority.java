package dev.duplex.core.handshake;

import java.util.Optional;

/**
 * Host and port as the Host field and an Origin write them: {@code uri-host [ ":" port ]} (RFC 9110 §7.2).
 *
 * @param host reg-name or IPv4 address, or IPv6 address in its brackets; in lower case
 * @param port 0 to 65535, or {@link #NO_PORT}
 */
record Authority(String host, int port) {
    /** Where none was written. */
    static final int NO_PORT = -1;

    private static final int MAX_PORT = 65535;
    private static final int GROUPS_OF_IPV6 = 8;

    /** The authority, or nothing where the text is not one. Linear in the length of the text. */
    static Optional<Authority> parse(String text) {
        int endOfHost = text.startsWith("[") ? text.indexOf(']') + 1 : indexOfColonOrEnd(text);
        String host = text.substring(0, endOfHost);
        if (!(isIpv6Literal(host) || isRegName(host))) {
            return Optional.empty();
        }
        if (endOfHost == text.length()) {
            return Optional.of(new Authority(Grammar.lowerCase(host), NO_PORT));
        }
        String port = text.substring(endOfHost);
        if (!isPort(port)) {
            return Optional.empty();
        }
        // RFC 3986 §3.2.3: port = *DIGIT; none after the colon means the default port.
        int number = port.length() == 1 ? NO_PORT : Integer.parseInt(port.substring(1));
        return Optional.of(new Authority(Grammar.lowerCase(host), number));
    }

    private static int indexOfColonOrEnd(String text) {
        int colon = text.indexOf(':');
        return colon < 0 ? text.length() : colon;
    }

    private static boolean isPort(String text) {
        if (text.charAt(0) != ':') {
            return false;
        }
        int number = 0;
        for (int i = 1; i < text.length(); i++) {
            if (!Grammar.isDigit(text.charAt(i))) {
                return false;
            }
            number = number * 10 + (text.charAt(i) - '0');
            if (number > MAX_PORT) {
                return false;
            }
        }
        return true;
    }

    // RFC 3986 §3.2.2: reg-name = *( unreserved / pct-encoded / sub-delims ); an IPv4 address has that form too.
    // RFC 9110 §4.2.1: a host of an http URI must not be empty.
    private static boolean isRegName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                if (i + 2 >= text.length()
                        || !Grammar.isHexDigit(text.charAt(i + 1))
                        || !Grammar.isHexDigit(text.charAt(i + 2))) {
                    return false;
                }
            } else if (!Grammar.isAlpha(c) && !Grammar.isDigit(c) && "-._~!$&'()*+,;=".indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isIpv6Literal(String text) {
        return text.startsWith("[") && text.endsWith("]") && isIpv6(text.substring(1, text.length() - 1));
    }

    // RFC 3986 §3.2.2: eight groups of one to four hex digits; "::" stands once for at least one group of zeros; the
    // last two groups may be an IPv4 address.
    static boolean isIpv6(String address) {
        int gap = address.indexOf("::");
        if (gap < 0) {
            return countGroups(address, true) == GROUPS_OF_IPV6;
        }
        int before = countGroups(address.substring(0, gap), false);
        int after = countGroups(address.substring(gap + 2), true);
        return before >= 0 && after >= 0 && before + after < GROUPS_OF_IPV6;
    }

    /** How many groups of 16 bits the text has, none if it is empty; negative if it is malformed. */
    private static int countGroups(String text, boolean mayEndInIpv4) {
        if (text.isEmpty()) {
            return 0;
        }
        int groups = 0;
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || text.charAt(i) == ':') {
                String group = text.substring(start, i);
                if (isGroup(group)) {
                    groups++;
                } else if (mayEndInIpv4 && i == text.length() && isIpv4(group)) {
                    groups += 2;
                } else {
                    return -1;
                }
                start = i + 1;
            }
        }
        return groups;
    }

    private static boolean isGroup(String text) {
        return text.length() >= 1 && text.length() <= 4 && text.chars().allMatch(c -> Grammar.isHexDigit((char) c));
    }

    private static boolean isIpv4(String text) {
        String[] octets = text.split("\\.", -1);
        if (octets.length != 4) {
            return false;
        }
        for (String octet : octets) {
            if (octet.isEmpty()
                    || octet.length() > 3
                    || !octet.chars().allMatch(c -> Grammar.isDigit((char) c))
                    || (octet.length() > 1 && octet.charAt(0) == '0')
                    || Integer.parseInt(octet) > 255) {
                return false;
            }
        }
        return true;
    }

    /** As in the Host field. */
    @Override
    public String toString() {
        return port == NO_PORT ? host : host + ":" + port;
    }
}
