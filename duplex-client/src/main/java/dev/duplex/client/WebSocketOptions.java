package dev.duplex.client;

import dev.duplex.client.internal.CertificatePins;
import dev.duplex.client.internal.ConnectSettings;
import dev.duplex.client.internal.ProxyChoice;
import dev.duplex.client.internal.ProxyEnvironment;
import dev.duplex.client.internal.TlsSettings;
import dev.duplex.client.internal.UrlRecord;
import dev.duplex.client.internal.load.LoadTarget;
import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.handshake.ClientHandshake;
import dev.duplex.core.handshake.HttpFields;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import javax.net.ssl.SNIHostName;
import org.jspecify.annotations.Nullable;

/**
 * What a Java program may want of a {@link WebSocket} beyond the standard. Immutable; serves any number of sockets.
 *
 * <pre>{@code
 * WebSocketOptions options = WebSocketOptions.builder()
 *         .bearer(token)
 *         .trust(Path.of("our-ca.pem"))
 *         .build();
 * WebSocket socket = new WebSocket("wss://intranet.example/feed", options);
 * }</pre>
 *
 * <p>Redirects are not followed and no proxy is used, unless that is said here.
 */
public final class WebSocketOptions {
    /**
     * The limits of a client: {@link Limits#DEFAULTS}, but 16 MiB may wait to be sent, since what a program sends it has
     * chosen to send.
     */
    public static final Limits DEFAULT_LIMITS = Limits.DEFAULTS.withMaxBufferedBytes(16 * 1024 * 1024);

    /** Nothing set. */
    public static final WebSocketOptions DEFAULT = builder().build();

    static {
        LoadTarget.readBy(ConstructorSteps::loadTarget);
    }

    private final List<String> protocols;
    private final @Nullable UrlRecord baseUrl;
    private final @Nullable Executor executor;
    private final boolean eventLoop;
    private final @Nullable WebSocketObserver observer;
    private final ConnectSettings settings;
    private final boolean authorized;

    private WebSocketOptions(Builder builder) {
        this.protocols = builder.protocols;
        this.baseUrl = builder.baseUrl;
        this.executor = builder.executor;
        this.eventLoop = builder.eventLoop;
        this.observer = builder.observer;
        HttpFields fields = builder.allFields();
        this.authorized = fields.has("Authorization");
        this.settings = new ConnectSettings(
                fields,
                builder.origin,
                builder.tls(),
                builder.pins,
                builder.serverName,
                builder.connectTimeout,
                builder.limits,
                builder.compression,
                Map.copyOf(builder.hosts),
                builder.family,
                builder.unixSocket,
                builder.proxies,
                builder.maxRedirects);
    }

    /** Begins to say what differs from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    List<String> protocols() {
        return protocols;
    }

    @Nullable
    UrlRecord baseUrl() {
        return baseUrl;
    }

    Optional<Executor> executor() {
        return Optional.ofNullable(executor);
    }

    boolean onEventLoop() {
        return eventLoop;
    }

    @Nullable
    WebSocketObserver observer() {
        return observer;
    }

    ConnectSettings settings() {
        return settings;
    }

    boolean hasCredentials() {
        return authorized;
    }

    /** The value of Authorization for name and password (RFC 7617), in UTF-8. */
    static String basicCredentials(String userAndPassword) {
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8));
    }

    /** Collects options. Each method replaces what was said before, unless it says otherwise. Not thread-safe. */
    public static final class Builder {
        private static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(10);
        private static final int MAX_REDIRECTS = 5;

        private List<String> protocols = List.of();
        private @Nullable UrlRecord baseUrl;
        private @Nullable Executor executor;
        private boolean eventLoop;
        private @Nullable WebSocketObserver observer;
        private final HttpFields.Builder headers = HttpFields.builder();
        private final Map<String, String> cookies = new LinkedHashMap<>();
        private @Nullable String authorization;
        private @Nullable String origin;
        private TlsSettings.@Nullable Store trust;
        private TlsSettings.@Nullable Store identity;
        private boolean insecure;
        private CertificatePins pins = CertificatePins.NONE;
        private @Nullable String serverName;
        private Duration connectTimeout = DEFAULT_CONNECT_TIMEOUT;
        private Limits limits = DEFAULT_LIMITS;
        private DeflateOptions compression = DeflateOptions.SHARED;
        private final Map<String, List<InetAddress>> hosts = new HashMap<>();
        private @Nullable StandardProtocolFamily family;
        private @Nullable Path unixSocket;
        private ProxyChoice proxies = ProxyChoice.NONE;
        private int maxRedirects;

        private Builder() {}

        /** The subprotocols to offer, the favourite first, where the constructor is given none. */
        public Builder protocols(String... names) {
            protocols = List.of(names);
            return this;
        }

        /**
         * What a relative URL is relative to, such as {@code https://example.com/app/}.
         *
         * @throws DOMException.SyntaxError if this is no absolute URL
         */
        public Builder baseUrl(String url) {
            baseUrl = ConstructorSteps.baseUrl(url);
            return this;
        }

        /**
         * What runs the listeners, one at a time and in order. If it is an executor of one thread, that thread is as a
         * page's: no event can come between two statements of a task on it.
         *
         * <p>By default listeners may block: they run on virtual threads where the JVM has them (21 and later), else on
         * a pool of daemon threads.
         */
        public Builder executor(Executor runner) {
            executor = Objects.requireNonNull(runner, "runner");
            eventLoop = false;
            return this;
        }

        /** Runs the listeners on the socket's event loop: the fastest, but they must not block. */
        public Builder onEventLoop() {
            executor = null;
            eventLoop = true;
            return this;
        }

        /** Who sees the opening handshake, pings and pongs, which are no events of the standard's; nobody by default. */
        public Builder observer(WebSocketObserver watching) {
            observer = Objects.requireNonNull(watching, "watching");
            return this;
        }

        /**
         * A further header field of the opening handshake; beside those already added.
         *
         * @throws IllegalArgumentException if name or value are not valid in HTTP (no CR, LF, NUL), or the field belongs
         *     to the handshake itself or to a proxy
         */
        public Builder header(String name, String value) {
            if (name.equalsIgnoreCase("Proxy-Authorization")) {
                throw new IllegalArgumentException(
                        "Proxy-Authorization would go to the server; give the proxy's credentials in proxy(...)");
            }
            HttpFields field = HttpFields.of(name, value);
            ClientHandshake.builder("localhost", 80, false).fields(field);
            headers.addAll(field);
            return this;
        }

        /**
         * A cookie to send; beside those already added.
         *
         * @throws IllegalArgumentException if name or value have characters that a cookie must not have (RFC 6265 §4.1.1)
         */
        public Builder cookie(String name, String value) {
            if (!name.matches("[!#$%&'*+\\-.^_`|~0-9A-Za-z]+")) {
                throw new IllegalArgumentException(
                        "the name of a cookie must be a token, but was \"" + name + "\" (RFC 6265 §4.1.1)");
            }
            if (!value.matches("[\\x21\\x23-\\x2b\\x2d-\\x3a\\x3c-\\x5b\\x5d-\\x7e]*")) {
                throw new IllegalArgumentException(
                        "the value of the cookie " + name + " must be visible US-ASCII without"
                                + " quotes, commas, semicolons and backslashes; encode it (RFC 6265 §4.1.1)");
            }
            cookies.put(name, value);
            return this;
        }

        /**
         * Name and password (RFC 7617), sent with the first request. They take the place of those in the URL.
         *
         * @throws IllegalArgumentException if the name has a colon
         */
        public Builder basic(String user, String password) {
            if (user.indexOf(':') >= 0) {
                throw new IllegalArgumentException("a user name must have no colon (RFC 7617 §2)");
            }
            authorization = basicCredentials(user + ":" + password);
            return this;
        }

        /**
         * A bearer token (RFC 6750).
         *
         * @throws IllegalArgumentException if it has characters that a token must not have
         */
        public Builder bearer(String token) {
            if (!token.matches("[A-Za-z0-9\\-._~+/]+=*")) {
                throw new IllegalArgumentException(
                        "a bearer token must be letters, digits and -._~+/ with = at its end (RFC 6750 §2.1)");
            }
            authorization = "Bearer " + token;
            return this;
        }

        /** The value of {@code Origin}; none is sent by default, since this is no browser. */
        public Builder origin(String value) {
            HttpFields.of("Origin", value);
            origin = value;
            return this;
        }

        /** Certificates to trust in place of the JDK's, in a PEM file. The name in the certificate is still verified. */
        public Builder trust(Path pemCertificates) {
            trust = new TlsSettings.Store(readable("certificates to trust", pemCertificates), null, null);
            return this;
        }

        /** Certificates to trust in place of the JDK's, in a PKCS#12 file. */
        public Builder trust(Path pkcs12, String password) {
            trust = new TlsSettings.Store(readable("certificates to trust", pkcs12), null, password);
            return this;
        }

        /** Who we are, for servers that ask: a certificate chain and its private key (PKCS#8), in PEM files. */
        public Builder identity(Path pemCertificateChain, Path pemPrivateKey) {
            identity = new TlsSettings.Store(
                    readable("certificate chain", pemCertificateChain), readable("private key", pemPrivateKey), null);
            return this;
        }

        /** Who we are, for servers that ask: a certificate chain and its private key, in a PKCS#12 file. */
        public Builder identity(Path pkcs12, String password) {
            identity = new TlsSettings.Store(readable("certificate chain and its private key", pkcs12), null, password);
            return this;
        }

        /**
         * Keys of which the server must have one, besides that its certificate is verified as ever: SHA-256 of
         * SubjectPublicKeyInfo (RFC 7469), in its own certificate or in one of an authority that vouches for it and that
         * it sends along. Beside those already added.
         *
         * <p>The error event of a server with other keys lists these. Pin a second key that is not in use yet, so that
         * the first can be replaced.
         *
         * @param sha256 {@code sha256/} and base64 as in OkHttp, {@code sha256//} and base64 as in curl, or 64
         *     hexadecimal digits
         * @throws IllegalArgumentException if a pin has another form
         */
        public Builder pin(String... sha256) {
            pins = pins.and(sha256);
            return this;
        }

        /**
         * Trusts every certificate of a server, of any name: whoever is on the way can read and change everything. For
         * a test against a certificate that is not worth trusting, and nothing else. The certificate of a proxy is
         * verified all the same, and so are {@linkplain #pin pins}.
         */
        public Builder insecurelyTrustAnyCertificate() {
            insecure = true;
            return this;
        }

        /**
         * The name that TLS asks the server for (SNI) and accepts in its certificate, besides the host in the URL.
         *
         * @throws IllegalArgumentException if it is no host name
         */
        public Builder serverName(String name) {
            serverName = new SNIHostName(name).getAsciiName();
            return this;
        }

        /** Time to establish a TCP connection to one address; 10 s by default. */
        public Builder connectTimeout(Duration timeout) {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("the connect timeout must be longer than zero but was " + timeout);
            }
            connectTimeout = timeout;
            return this;
        }

        /** Time from the TCP connection to the answer to the opening handshake; changes {@link #limits}. */
        public Builder handshakeTimeout(Duration timeout) {
            limits = limits.withHandshakeTimeout(timeout);
            return this;
        }

        /** Time from our close frame until the connection is cut; changes {@link #limits}. */
        public Builder closeTimeout(Duration timeout) {
            limits = limits.withCloseTimeout(timeout);
            return this;
        }

        /**
         * Time for which the server may take none of what waits for it before the connection is cut; 60 s by default,
         * zero for never; changes {@link #limits}.
         */
        public Builder sendTimeout(Duration timeout) {
            limits = limits.withSendTimeout(timeout);
            return this;
        }

        /** Every bound of the connection, keepalive pings among them; {@link #DEFAULT_LIMITS} by default. */
        public Builder limits(Limits bounds) {
            limits = Objects.requireNonNull(bounds, "bounds");
            return this;
        }

        /** permessage-deflate: offered, without windows of its own, by default. */
        public Builder compression(DeflateOptions options) {
            compression = Objects.requireNonNull(options, "options");
            return this;
        }

        /** The addresses of a host, in place of what DNS would say; for this host name only. */
        public Builder resolve(String host, InetAddress... addresses) {
            if (addresses.length == 0) {
                throw new IllegalArgumentException("at least one address of " + host + " is needed");
            }
            hosts.put(host.toLowerCase(Locale.ROOT), List.of(addresses));
            return this;
        }

        /** The addresses of a host, in place of what DNS would say; for this host name with this port only. */
        public Builder resolve(String host, int port, InetAddress... addresses) {
            return resolve(host + ":" + port, addresses);
        }

        /**
         * Uses addresses of one family only. By default both are tried, IPv6 first, a next one after 250 ms without an
         * answer, and the first that connects is taken (RFC 8305).
         *
         * @param only INET for IPv4, INET6 for IPv6
         * @throws IllegalArgumentException if it is another
         */
        public Builder addressFamily(StandardProtocolFamily only) {
            if (only == StandardProtocolFamily.UNIX) {
                throw new IllegalArgumentException("the family must be INET or INET6; see unixSocket");
            }
            family = only;
            return this;
        }

        /** A Unix socket to connect to; of the URL, host and port then stand in the {@code Host} field only. */
        public Builder unixSocket(Path path) {
            unixSocket = Objects.requireNonNull(path, "path");
            return this;
        }

        /**
         * The proxy to go through, to every server, those of {@code ws} as well. Properties of the JVM about proxies have
         * no effect on a {@link WebSocket}. What is set with {@link #resolve} holds for names that are looked up here:
         * the proxy's own, and the server's only with {@link Proxy.Scheme#SOCKS5}. Without effect on a Unix socket.
         */
        public Builder proxy(Proxy to) {
            Objects.requireNonNull(to, "to");
            proxies = url -> to;
            return this;
        }

        /**
         * Goes through the proxies that the environment of this process names; see the
         * {@linkplain #proxyFromEnvironment(Map) other method} for its variables.
         *
         * @throws IllegalArgumentException if a variable does not name a proxy
         */
        public Builder proxyFromEnvironment() {
            return proxyFromEnvironment(System.getenv());
        }

        /**
         * Goes through the proxies that these variables name, in curl's meaning. For {@code wss} it is the first that is
         * set and not empty of {@code wss_proxy}, {@code WSS_PROXY}, {@code https_proxy}, {@code HTTPS_PROXY},
         * {@code all_proxy}, {@code ALL_PROXY}; for {@code ws} of {@code ws_proxy}, {@code WS_PROXY},
         * {@code http_proxy}, {@code all_proxy}, {@code ALL_PROXY}. {@code HTTP_PROXY} is not read, since in a CGI
         * program anybody can set it. See {@link Proxy#parse} for how they are written.
         *
         * <p>{@code no_proxy}, or else {@code NO_PROXY}, lists hosts that are reached without a proxy, separated by
         * commas: domains with all their subdomains, with or without a dot before them; IP addresses, and networks such
         * as {@code 10.0.0.0/8}; each with a port behind a colon if only that is meant; {@code *} for all.
         *
         * @throws IllegalArgumentException if a variable does not name a proxy
         */
        public Builder proxyFromEnvironment(Map<String, String> variables) {
            proxies = new ProxyEnvironment(variables);
            return this;
        }

        /**
         * Follows up to five redirects (301, 302, 303, 307 and 308 with a {@code Location}). By default none is followed,
         * as in browsers. A redirect from {@code wss} to {@code ws} is never followed, nor one to a port of another
         * protocol.
         *
         * <p>To another origin, which is another scheme, host or port, go the subprotocols, the {@code Origin} and, of
         * the fields set here, {@code User-Agent} and {@code Accept-Language}. No credentials go there, no cookies, no
         * other field, no client certificate and no {@link #serverName}; not even if a further redirect leads back.
         * Name and password in a {@code Location} are not used, and its cookies are not kept.
         */
        public Builder followRedirects() {
            maxRedirects = MAX_REDIRECTS;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a file does not hold what it should
         */
        public WebSocketOptions build() {
            return new WebSocketOptions(this);
        }

        private HttpFields allFields() {
            HttpFields.Builder all = headers.build().toBuilder();
            if (authorization != null) {
                all.set("Authorization", authorization);
            }
            if (!cookies.isEmpty()) {
                all.add(
                        "Cookie",
                        cookies.entrySet().stream()
                                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                                .collect(Collectors.joining("; ")));
            }
            return all.build();
        }

        private TlsSettings tls() {
            return new TlsSettings(trust, identity, insecure);
        }

        private static Path readable(String what, Path file) {
            if (!Files.isReadable(file)) {
                throw new IllegalArgumentException("expected the " + what + " in a readable file, but " + file
                        + (Files.exists(file) ? " cannot be read" : " does not exist"));
            }
            return file;
        }
    }
}
