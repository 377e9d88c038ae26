package dev.duplex.client;

import dev.duplex.client.internal.UrlRecord;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A proxy through which a {@link WebSocket} reaches its server, with {@code CONNECT} of HTTP (RFC 9110 §9.3.6) or with
 * SOCKS5 (RFC 1928). The connection through it is the client's own: of what is said to the server, the proxy sees host
 * and port, and with {@code ws} whatever is on the wire; its credentials never reach the server.
 *
 * <pre>{@code
 * Proxy.http("proxy.example", 3128).withCredentials("user", "password");
 * Proxy.parse("socks5h://127.0.0.1:9050");
 * }</pre>
 *
 * @param scheme how it is spoken to
 * @param host its name or address, IPv6 without brackets
 * @param port 1 to 65535
 * @param credentials what to log in with, or null
 */
public record Proxy(
        Scheme scheme, String host, int port, @Nullable Credentials credentials) {
    private static final String FORM = "a proxy is written as http://host:port, https://, socks5:// or socks5h://,"
            + " with user:password@ before the host if it wants them, percent-encoded";
    private static final int CURLS_PORT = 1080;
    private static final int HTTPS_PORT = 443;
    private static final int MAX_SOCKS_BYTES = 255;

    /** How a proxy is spoken to; the names are those of its URL. */
    public enum Scheme {
        /** HTTP/1.1 {@code CONNECT}. Credentials go to the proxy unencrypted, as RFC 7617 has them. */
        HTTP,
        /** The same within TLS with the proxy, whose certificate is verified as a server's is. */
        HTTPS,
        /** SOCKS5, with addresses: the name of the server is looked up here. */
        SOCKS5,
        /** SOCKS5, with names: the proxy looks them up, and nobody else learns them. */
        SOCKS5H;

        /** Whether it is SOCKS5 in either way. */
        public boolean isSocks() {
            return this == SOCKS5 || this == SOCKS5H;
        }
    }

    /**
     * Name and password for a proxy: Basic (RFC 7617) or those of SOCKS5 (RFC 1929).
     *
     * @param user without a colon
     * @param password may be ""
     */
    public record Credentials(String user, String password) {
        /** Without the password. */
        @Override
        public String toString() {
            return user + ":***";
        }
    }

    /**
     * Checks them.
     *
     * @throws IllegalArgumentException if the host is none, the port out of range, or the credentials cannot be written
     *     in the proxy's protocol
     */
    public Proxy {
        Objects.requireNonNull(scheme, "scheme");
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("the port of a proxy must be 1 to 65535 but was " + port);
        }
        host = checkedHost(host);
        if (credentials != null) {
            check(scheme, credentials);
        }
    }

    private static String checkedHost(String host) {
        String literal = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
        try {
            UrlRecord url = UrlRecord.parse("http://" + literal, null);
            if (!url.userInfo().isEmpty() || !url.target().equals("/") || url.fragment() != null || url.port() != 80) {
                throw new IllegalArgumentException("the host of a proxy must be a name or an address; " + FORM);
            }
            return url.hostName();
        } catch (UrlRecord.InvalidUrlException e) {
            throw new IllegalArgumentException("the host of a proxy must be a name or an address: " + e.getMessage());
        }
    }

    private static void check(Scheme scheme, Credentials credentials) {
        if (!scheme.isSocks()) {
            if (credentials.user().indexOf(':') >= 0) {
                throw new IllegalArgumentException("a user name must have no colon (RFC 7617 §2)");
            }
            return;
        }
        for (String text : new String[] {credentials.user(), credentials.password()}) {
            if (text.isEmpty()
                    || text.length() > MAX_SOCKS_BYTES
                    || !StandardCharsets.US_ASCII.newEncoder().canEncode(text)) {
                throw new IllegalArgumentException(
                        "user and password for a SOCKS5 proxy must be 1 to 255 characters of US-ASCII (RFC 1929 §2)");
            }
        }
    }

    /** A proxy that takes {@code CONNECT}. */
    public static Proxy http(String host, int port) {
        return new Proxy(Scheme.HTTP, host, port, null);
    }

    /** A proxy that takes {@code CONNECT} within TLS. */
    public static Proxy https(String host, int port) {
        return new Proxy(Scheme.HTTPS, host, port, null);
    }

    /** A SOCKS5 proxy that looks names up itself; {@link #resolvingHere()} changes that. */
    public static Proxy socks5(String host, int port) {
        return new Proxy(Scheme.SOCKS5H, host, port, null);
    }

    /**
     * A proxy from a text such as {@code http://user:password@proxy.example:3128}, in curl's meaning: {@code http} where
     * no scheme is written, port 1080 where none is (443 for {@code https}), {@code socks5} looks names up here and
     * {@code socks5h} at the proxy. A path is passed over.
     *
     * @throws IllegalArgumentException if it has another form; the message never contains the password
     */
    public static Proxy parse(String text) {
        int end = text.indexOf("://");
        Scheme scheme = end < 0 ? Scheme.HTTP : scheme(text.substring(0, end));
        String rest = text.substring(end < 0 ? 0 : end + 3);
        try {
            UrlRecord url = UrlRecord.parse("http://" + rest, null);
            String authority = rest.split("[/?#\\\\]", 2)[0];
            int port = authority.matches(".*:[0-9]+") ? url.port() : defaultPort(scheme);
            return new Proxy(scheme, url.hostName(), port, credentials(url.userInfo()));
        } catch (UrlRecord.InvalidUrlException e) {
            // What is wrong may be a password with a slash in it.
            throw new IllegalArgumentException(FORM + (rest.indexOf('@') < 0 ? "; here " + e.getMessage() : ""));
        }
    }

    private static Scheme scheme(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "http" -> Scheme.HTTP;
            case "https" -> Scheme.HTTPS;
            case "socks5" -> Scheme.SOCKS5;
            case "socks5h" -> Scheme.SOCKS5H;
            default -> throw new IllegalArgumentException(FORM + "; here the scheme is \"" + text + "\"");
        };
    }

    private static int defaultPort(Scheme scheme) {
        return scheme == Scheme.HTTPS ? HTTPS_PORT : CURLS_PORT;
    }

    private static @Nullable Credentials credentials(String userInfo) throws UrlRecord.InvalidUrlException {
        if (userInfo.isEmpty()) {
            return null;
        }
        int colon = userInfo.indexOf(':');
        return new Credentials(
                UrlRecord.percentDecoded(colon < 0 ? userInfo : userInfo.substring(0, colon)),
                UrlRecord.percentDecoded(colon < 0 ? "" : userInfo.substring(colon + 1)));
    }

    /**
     * The same proxy with name and password, which are sent with the first request.
     *
     * @throws IllegalArgumentException if they cannot be written in the proxy's protocol
     */
    public Proxy withCredentials(String user, String password) {
        return new Proxy(scheme, host, port, new Credentials(user, password));
    }

    /**
     * The same SOCKS5 proxy, given addresses that are looked up here.
     *
     * @throws IllegalStateException if it is a proxy of HTTP, which is given names always
     */
    public Proxy resolvingHere() {
        if (!scheme.isSocks()) {
            throw new IllegalStateException("CONNECT of HTTP names the host; only SOCKS5 can be given addresses");
        }
        return new Proxy(Scheme.SOCKS5, host, port, credentials);
    }

    /** As a URL, without the credentials. */
    @Override
    public String toString() {
        String literal = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return scheme.name().toLowerCase(Locale.ROOT) + "://" + literal + ":" + port;
    }
}
