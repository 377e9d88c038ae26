package dev.duplex.client;

import dev.duplex.client.internal.ConnectSettings;
import dev.duplex.client.internal.UrlRecord;
import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.handshake.ClientHandshake;
import dev.duplex.core.handshake.HttpFields;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetAddress;
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
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
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
 * <p>Redirects are never followed, and no proxy is used.
 */
public final class WebSocketOptions {
    /**
     * The limits of a client: {@link Limits#DEFAULTS}, but 16 MiB may wait to be sent, since what a program sends it has
     * chosen to send.
     */
    public static final Limits DEFAULT_LIMITS = Limits.DEFAULTS.withMaxBufferedBytes(16 * 1024 * 1024);

    /** Nothing set. */
    public static final WebSocketOptions DEFAULT = builder().build();

    private static final String[] TLS_PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

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
                builder.serverName,
                builder.connectTimeout,
                builder.limits,
                builder.compression,
                Map.copyOf(builder.hosts),
                builder.unixSocket);
    }

    /** What the JDK trusts; read when first needed. */
    private static final class PublicTrust {
        static final SslContext CONTEXT = create();

        private static SslContext create() {
            try {
                return clientTls().build();
            } catch (SSLException e) {
                throw new IllegalStateException("TLS cannot be used: " + e.getMessage(), e);
            }
        }
    }

    private static SslContextBuilder clientTls() {
        // RFC 2818 §3.1: the name in the certificate must be the host's.
        return SslContextBuilder.forClient().protocols(TLS_PROTOCOLS).endpointIdentificationAlgorithm("HTTPS");
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

        private List<String> protocols = List.of();
        private @Nullable UrlRecord baseUrl;
        private @Nullable Executor executor;
        private boolean eventLoop;
        private @Nullable WebSocketObserver observer;
        private final HttpFields.Builder headers = HttpFields.builder();
        private final Map<String, String> cookies = new LinkedHashMap<>();
        private @Nullable String authorization;
        private @Nullable String origin;
        private @Nullable Path trust;
        private @Nullable Path certificateChain;
        private @Nullable Path privateKey;
        private boolean insecure;
        private @Nullable String serverName;
        private Duration connectTimeout = DEFAULT_CONNECT_TIMEOUT;
        private Limits limits = DEFAULT_LIMITS;
        private DeflateOptions compression = DeflateOptions.SHARED;
        private final Map<String, InetAddress> hosts = new HashMap<>();
        private @Nullable Path unixSocket;

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
         *     to the handshake itself
         */
        public Builder header(String name, String value) {
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
            trust = readable("certificates to trust", pemCertificates);
            return this;
        }

        /** Who we are, for servers that ask: a certificate chain and its private key (PKCS#8), in PEM files. */
        public Builder identity(Path pemCertificateChain, Path pemPrivateKey) {
            certificateChain = readable("certificate chain", pemCertificateChain);
            privateKey = readable("private key", pemPrivateKey);
            return this;
        }

        /**
         * Trusts every certificate, of any name: whoever is on the way can read and change everything. For a test
         * against a certificate that is not worth trusting, and nothing else.
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

        /** The address of a host, in place of what DNS would say; for this host name only. */
        public Builder resolve(String host, InetAddress address) {
            hosts.put(host.toLowerCase(Locale.ROOT), Objects.requireNonNull(address, "address"));
            return this;
        }

        /** A Unix socket to connect to; of the URL, host and port then stand in the {@code Host} field only. */
        public Builder unixSocket(Path path) {
            unixSocket = Objects.requireNonNull(path, "path");
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

        private Supplier<SslContext> tls() {
            if (!insecure && trust == null && certificateChain == null) {
                return () -> PublicTrust.CONTEXT;
            }
            SslContext context = ownTls();
            return () -> context;
        }

        private SslContext ownTls() {
            try {
                SslContextBuilder builder = clientTls();
                if (insecure) {
                    builder.trustManager(InsecureTrustManagerFactory.INSTANCE).endpointIdentificationAlgorithm("");
                } else if (trust != null) {
                    builder.trustManager(trust.toFile());
                }
                if (certificateChain != null && privateKey != null) {
                    builder.keyManager(certificateChain.toFile(), privateKey.toFile());
                }
                return builder.build();
            } catch (SSLException | IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "expected PEM certificates to trust in " + trust + ", a PEM certificate chain in "
                                + certificateChain + " and its PEM private key (PKCS#8) in " + privateKey
                                + ", where these are set: " + e.getMessage(),
                        e);
            }
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
