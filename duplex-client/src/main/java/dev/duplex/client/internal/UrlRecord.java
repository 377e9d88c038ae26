package dev.duplex.client.internal;

import io.netty.util.NetUtil;
import java.io.ByteArrayOutputStream;
import java.net.IDN;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A URL of a scheme with hosts, as the WHATWG URL Standard parses and serializes it. Hosts that are numbers are
 * understood in the form of four decimal numbers only; the standard has more forms for them, which mostly serve to hide
 * an address.
 *
 * @param scheme in lower case
 * @param userInfo before the {@code @}, percent-encoded, or ""
 * @param host in US-ASCII and lower case, an IPv6 address in its brackets
 * @param port as written, or the scheme's default
 * @param path begins with a slash
 * @param query with its question mark, or ""
 * @param fragment with its number sign, or null if there is none
 */
public record UrlRecord(
        String scheme,
        String userInfo,
        String host,
        int port,
        String path,
        String query,
        @Nullable String fragment) {

    // URL Standard, "forbidden domain code point", what is left of it after IDNA and percent-decoding. And "`{}, which
    // the standard lets through to fail later: no Host field can have them (RFC 3986 §3.2.2).
    private static final String FORBIDDEN_IN_HOST = " #%/:<>?@[\\]^|\u007f\"`{}";
    private static final String ENCODED_IN_PATH = " \"#<>?^`{}";
    private static final String ENCODED_IN_USER_INFO = ENCODED_IN_PATH + "/:;=@[\\]|";
    private static final String ENCODED_IN_QUERY = " \"#<>'";

    /** UTS #46, "deviation characters": to keep them is the standard's way, and not to is another host. */
    private static final Pattern DIFFERENT_SINCE_IDNA_2003 = Pattern.compile("[\u00df\u1e9e\u03c2\u200c\u200d]");

    /** Why a text is no URL. */
    public static final class InvalidUrlException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidUrlException(String message) {
            super(message);
        }
    }

    /**
     * The basic URL parser, for URLs with hosts.
     *
     * @param base what a relative URL is relative to, or null
     */
    public static UrlRecord parse(String input, @Nullable UrlRecord base) throws InvalidUrlException {
        // "Remove any leading and trailing C0 control or space from input. Remove all ASCII tab or newline from input."
        String text = strip(input);
        String fragment = null;
        int hash = text.indexOf('#');
        if (hash >= 0) {
            fragment = text.substring(hash);
            text = text.substring(0, hash);
        }
        String query = "";
        int question = text.indexOf('?');
        boolean hasQuery = question >= 0;
        if (hasQuery) {
            query = encode(text.substring(question), ENCODED_IN_QUERY);
            text = text.substring(0, question);
        }
        // "Special scheme": a backslash is as good as a slash before the query.
        text = text.replace('\\', '/');
        int colon = endOfScheme(text);
        String scheme = colon < 0 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT);
        String rest = text.substring(colon + 1);
        boolean sameScheme = base != null && scheme.equals(base.scheme) && !rest.startsWith("//");
        if (colon >= 0 && !sameScheme) {
            if (defaultPort(scheme) < 0) {
                // All that the caller wants to know of another scheme is its name.
                return new UrlRecord(scheme, "", "", -1, "/", query, fragment);
            }
            return absolute(scheme, skipSlashes(rest), query, fragment);
        }
        if (base == null) {
            throw new InvalidUrlException("it is relative, and there is no base URL; write it with ws:// or wss://");
        }
        if (rest.startsWith("//")) {
            return absolute(base.scheme, skipSlashes(rest), query, fragment);
        }
        String path = base.path;
        if (rest.startsWith("/")) {
            path = normalize(rest);
        } else if (!rest.isEmpty()) {
            path = normalize(base.path.substring(0, base.path.lastIndexOf('/') + 1) + rest);
        } else if (!hasQuery) {
            query = base.query;
        }
        return new UrlRecord(base.scheme, base.userInfo, base.host, base.port, path, query, fragment);
    }

    private static UrlRecord absolute(String scheme, String rest, String query, @Nullable String fragment)
            throws InvalidUrlException {
        int slash = rest.indexOf('/');
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        String path = normalize(slash < 0 ? "/" : rest.substring(slash));
        int at = authority.lastIndexOf('@');
        String hostAndPort = authority.substring(at + 1);
        int endOfHost = hostAndPort.startsWith("[") ? hostAndPort.indexOf(']') + 1 : hostAndPort.indexOf(':');
        String host = endOfHost < 0 ? hostAndPort : hostAndPort.substring(0, endOfHost);
        String port = endOfHost < 0 ? "" : hostAndPort.substring(endOfHost);
        return new UrlRecord(
                scheme,
                at < 0 ? "" : userInfo(authority.substring(0, at)),
                host(host),
                port(port, defaultPort(scheme)),
                path,
                query,
                fragment);
    }

    private static String userInfo(String text) {
        int colon = text.indexOf(':');
        String name = encode(colon < 0 ? text : text.substring(0, colon), ENCODED_IN_USER_INFO);
        String password = encode(colon < 0 ? "" : text.substring(colon + 1), ENCODED_IN_USER_INFO);
        return password.isEmpty() ? name : name + ":" + password;
    }

    private static String host(String text) throws InvalidUrlException {
        if (text.startsWith("[")) {
            String address = text.substring(1, Math.max(1, text.length() - 1));
            byte[] bytes = address.indexOf('%') < 0 && NetUtil.isValidIpV6Address(address)
                    ? NetUtil.createByteArrayFromIpAddressString(address)
                    : null;
            if (bytes == null) {
                throw new InvalidUrlException("the host " + text + " is no IPv6 address");
            }
            return "[" + compressed(bytes) + "]";
        }
        String decoded = percentDecoded(text);
        if (DIFFERENT_SINCE_IDNA_2003.matcher(decoded).find()) {
            throw new InvalidUrlException("the host \"" + text + "\" has a letter that the JDK maps to others"
                    + " (IDNA 2003); write it in its ASCII form, which begins with xn--");
        }
        String host;
        try {
            host = IDN.toASCII(decoded, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            throw new InvalidUrlException("the host \"" + text + "\" is no domain name: " + e.getMessage());
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c <= ' ' || FORBIDDEN_IN_HOST.indexOf(c) >= 0) {
                throw new InvalidUrlException(String.format("the host must not have the character U+%04X", (int) c));
            }
        }
        if (host.isEmpty()) {
            throw new InvalidUrlException("the host is missing");
        }
        if (endsInNumber(host) && !NetUtil.isValidIpV4Address(host)) {
            throw new InvalidUrlException("the host " + host + " ends in a number and is no IPv4 address");
        }
        return host;
    }

    /** "IPv6 serializer": not the JDK's, which makes an IPv4 address of an IPv4-mapped one. */
    private static String compressed(byte[] address) {
        int[] pieces = new int[8];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = (address[2 * i] & 0xFF) << 8 | (address[2 * i + 1] & 0xFF);
        }
        int compress = -1;
        int longest = 1;
        for (int i = 0, zeros = 0; i < pieces.length; i++) {
            zeros = pieces[i] == 0 ? zeros + 1 : 0;
            if (zeros > longest) {
                longest = zeros;
                compress = i + 1 - zeros;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pieces.length; i++) {
            if (i == compress) {
                text.append(i == 0 ? "::" : ":");
                i += longest - 1;
            } else {
                text.append(Integer.toHexString(pieces[i])).append(i == pieces.length - 1 ? "" : ":");
            }
        }
        return text.toString();
    }

    /** "Ends in a number checker". */
    private static boolean endsInNumber(String host) {
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        String last = name.substring(name.lastIndexOf('.') + 1);
        return last.matches("[0-9]+|0x[0-9a-f]*");
    }

    private static int port(String text, int ifNone) throws InvalidUrlException {
        if (text.isEmpty() || text.equals(":")) {
            return ifNone;
        }
        if (!text.matches(":0*[0-9]{1,5}")) {
            throw new InvalidUrlException(
                    "the port must be a number up to 65535 but was \"" + text.substring(1) + "\"");
        }
        int port = Integer.parseInt(text.substring(1));
        if (port > 65535) {
            throw new InvalidUrlException("the port must be at most 65535 but was " + port);
        }
        return port;
    }

    private static int endOfScheme(String text) {
        int colon = text.indexOf(':');
        return colon > 0 && text.substring(0, colon).matches("[A-Za-z][A-Za-z0-9+.-]*") ? colon : -1;
    }

    private static String skipSlashes(String text) {
        int i = 0;
        while (i < text.length() && text.charAt(i) == '/') {
            i++;
        }
        return text.substring(i);
    }

    private static String strip(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && text.charAt(from) <= ' ') {
            from++;
        }
        while (to > from && text.charAt(to - 1) <= ' ') {
            to--;
        }
        return text.substring(from, to).replace("\t", "").replace("\n", "").replace("\r", "");
    }

    /** Without dot segments, and with what must not stand in a path percent-encoded. */
    private static String normalize(String path) {
        List<String> segments = new ArrayList<>();
        String[] parts = path.substring(1).split("/", -1);
        for (int i = 0; i < parts.length; i++) {
            boolean last = i == parts.length - 1;
            String dots = parts[i].replaceAll("(?i)%2e", ".");
            if (dots.equals("..")) {
                if (!segments.isEmpty()) {
                    segments.remove(segments.size() - 1);
                }
            } else if (!dots.equals(".")) {
                segments.add(encode(parts[i], ENCODED_IN_PATH));
                continue;
            }
            if (last) {
                segments.add("");
            }
        }
        return "/" + String.join("/", segments);
    }

    /** "UTF-8 percent-encode" with this set, which has the C0 controls and everything past U+007E besides. */
    private static String encode(String text, String set) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte b : utf8(text)) {
            int c = b & 0xFF;
            // The first character of a query is the question mark itself, which is not in its set.
            if (c <= 0x1F || c >= 0x7F || set.indexOf(c) >= 0) {
                encoded.append(String.format("%%%02X", c));
            } else {
                encoded.append((char) c);
            }
        }
        return encoded.toString();
    }

    private static byte[] utf8(String text) {
        return UsvString.of(text).getBytes(StandardCharsets.UTF_8);
    }

    public static String percentDecoded(String text) throws InvalidUrlException {
        byte[] bytes = utf8(text);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
            if (bytes[i] == '%' && low >= 0) {
                decoded.write(high << 4 | low);
                i += 2;
            } else {
                decoded.write(bytes[i]);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(decoded.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidUrlException("the host is not UTF-8 behind its percent signs");
        }
    }

    private static int defaultPort(String scheme) {
        return switch (scheme) {
            case "ws", "http" -> 80;
            case "wss", "https" -> 443;
            default -> -1;
        };
    }

    public UrlRecord withScheme(String other) {
        return new UrlRecord(other, userInfo, host, port, path, query, fragment);
    }

    public UrlRecord withoutUserInfo() {
        return new UrlRecord(scheme, "", host, port, path, query, fragment);
    }

    public boolean isSecure() {
        return scheme.equals("wss");
    }

    /** The host without the brackets of an IPv6 address. */
    public String hostName() {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** "Resource name" of RFC 6455 §3: path and query. */
    public String target() {
        return path + query;
    }

    /** The serialization of the origin: scheme, host, and the port if it is not the default one. */
    public String origin() {
        return scheme + "://" + authority();
    }

    /** User information, percent-decoded. */
    public String decodedUserInfo() throws InvalidUrlException {
        return percentDecoded(userInfo);
    }

    private String authority() {
        return port == defaultPort(scheme) ? host : host + ":" + port;
    }

    /** "URL serializer". */
    @Override
    public String toString() {
        return scheme + "://" + (userInfo.isEmpty() ? "" : userInfo + "@") + authority() + path + query
                + (fragment == null ? "" : fragment);
    }
}
