package dev.duplex.cli;

import dev.duplex.cli.common.ByteSize;
import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.LengthOfTime;
import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.server.OriginPolicy;
import dev.duplex.server.StaticFiles;
import dev.duplex.server.TrustedProxies;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.Tls;
import dev.duplex.transport.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every verb with a server has: where it listens, who may connect, and its bounds. */
final class ServerOptions {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int MAX_PORT = 65_535;
    private static final int MAX_EVENT_LOOPS = 1024;

    /** Waiting messages are bounded by an int, and a message has to fit into one buffer. */
    private static final long MAX_MESSAGE = 1L << 30;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "Name or address to listen on; default: 127.0.0.1, which only this machine can reach."
                    + " 0.0.0.0 or :: is every interface.")
    private @Nullable String host;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description =
                    "Port to listen on, 0 for any that is free; default: 8080 for serve, 9998 for echo, 8009 for chat.")
    private @Nullable Integer port;

    @Option(
            names = "--unix",
            paramLabel = "PATH",
            description = "Unix socket to listen on; without --host or --port, that alone.")
    private @Nullable Path unix;

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "Certificate chain (PEM), for https: and wss:.")
    private @Nullable Path tlsCert;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key (PEM, PKCS#8).")
    private @Nullable Path tlsKey;

    @Option(
            names = "--tls-self-signed",
            description = "Make a certificate for this run, and print its fingerprint; for development.")
    private boolean tlsSelfSigned;

    @Option(
            names = "--tls-client-ca",
            paramLabel = "FILE",
            description = "Ask clients for a certificate signed by one of these authorities (PEM).")
    private @Nullable Path tlsClientCa;

    @Option(
            names = "--origin",
            paramLabel = "PATTERN",
            description = "Web pages that may connect; may be repeated; default: the server's own."
                    + " Such as https://*.example.com or"
                    + " http://localhost:*")
    private List<String> origins = new ArrayList<>();

    @Option(names = "--any-origin", description = "Let the pages of every web site connect.")
    private boolean anyOrigin;

    @Option(
            names = "--trust-proxy",
            paramLabel = "CIDR",
            description = "Believe the X-Forwarded-* fields of these proxies, such as 10.0.0.0/8; may be repeated.")
    private List<String> trustedProxies = new ArrayList<>();

    @Option(names = "--static", paramLabel = "DIR", description = "Serve the files of this directory, too.")
    private @Nullable Path staticFiles;

    @Option(
            names = "--max-message",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            defaultValue = "1m",
            description = "Largest message, such as 64k or 1m; default: ${DEFAULT-VALUE}. Beyond it, close code 1009.")
    private long maxMessage;

    @Option(
            names = "--max-fragments",
            paramLabel = "N",
            defaultValue = "4096",
            description =
                    "Most frames that one message may come in; default: ${DEFAULT-VALUE}. Beyond it, close code 1008.")
    private int maxFragments;

    @Option(
            names = "--deflate",
            paramLabel = "on|off|dedicated|min:SIZE",
            converter = DeflateWords.class,
            completionCandidates = DeflateWords.Words.class,
            defaultValue = "on",
            description = "Compression (permessage-deflate); dedicated keeps a window for each connection; min:SIZE"
                    + " leaves shorter messages as they are (on: 1k); default: ${DEFAULT-VALUE}.")
    private DeflateOptions deflate = DeflateOptions.SHARED;

    @Option(
            names = "--ping",
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            defaultValue = "25s",
            description = "Silence after which a client is sent a ping, such as 30s; 0 for none;"
                    + " default: ${DEFAULT-VALUE}.")
    private Duration ping = Duration.ZERO;

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            converter = TransportName.class,
            completionCandidates = TransportName.Words.class,
            defaultValue = "auto",
            description = "auto, io-uring, epoll, kqueue or nio; default: ${DEFAULT-VALUE}.")
    private Transport transport = Transport.AUTO;

    @Option(
            names = "--event-loops",
            paramLabel = "N",
            description = "Threads that serve connections; default: one for each processor.")
    private @Nullable Integer eventLoops;

    @Option(
            names = {"--max-connections", "--max-conns"},
            paramLabel = "N",
            defaultValue = "100000",
            description = "Most connections at a time; default: ${DEFAULT-VALUE}.")
    private int maxConnections;

    @Option(
            names = {"-q", "--quiet"},
            description = "Say nothing but the address and warnings.")
    private boolean quiet;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and leave.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    boolean quiet() {
        return quiet;
    }

    Optional<Path> unix() {
        return Optional.ofNullable(unix);
    }

    /** Whether there is a TCP port, and not just a Unix socket. */
    boolean listensOnTcp() {
        return unix == null || host != null || port != null;
    }

    String host() {
        return host == null ? LOOPBACK : host;
    }

    int port(int fallback) {
        return port == null ? fallback : port;
    }

    boolean isEncrypted() {
        return tlsSelfSigned || tlsCert != null;
    }

    /** The directory of {@code --static}, whatever it is. */
    Optional<Path> staticDirectory() {
        return Optional.ofNullable(staticFiles);
    }

    /** The files of {@code --static}. */
    Optional<StaticFiles> staticFiles() {
        if (staticFiles == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(StaticFiles.directory(staticFiles));
        } catch (IllegalArgumentException e) {
            throw wrong("--static: " + e.getMessage());
        }
    }

    /**
     * A certificate, if one is asked for.
     *
     * @throws CommandFailure if the options contradict each other, or a file is not what it should be
     */
    Optional<Tls> tls() {
        if (tlsSelfSigned && (tlsCert != null || tlsKey != null || tlsClientCa != null)) {
            throw wrong("--tls-self-signed makes its own certificate: leave out --tls-cert, --tls-key and"
                    + " --tls-client-ca, or give those and leave out --tls-self-signed");
        }
        if (tlsSelfSigned) {
            Set<String> names = new LinkedHashSet<>(List.of("localhost", "127.0.0.1", "::1"));
            if (host != null && !isEveryInterface()) {
                names.add(host);
            }
            return Optional.of(Tls.selfSigned(names.toArray(String[]::new)));
        }
        if (tlsCert == null && tlsKey == null) {
            if (tlsClientCa != null) {
                throw wrong("--tls-client-ca needs --tls-cert and --tls-key");
            }
            return Optional.empty();
        }
        if (tlsCert == null || tlsKey == null) {
            throw wrong("--tls-cert and --tls-key belong together, but "
                    + (tlsCert == null ? "--tls-cert" : "--tls-key") + " is missing");
        }
        try {
            return Optional.of(Tls.pem(tlsCert, tlsKey, tlsClientCa));
        } catch (IllegalArgumentException e) {
            throw wrong("TLS: " + e.getMessage());
        }
    }

    boolean isEveryInterface() {
        return host().equals("0.0.0.0") || host().equals("::") || host().equals("[::]");
    }

    /**
     * Tells the builder everything but TLS.
     *
     * @param defaultPort where {@code --port} is not given
     * @throws CommandFailure for values that cannot be
     */
    void applyTo(WebSocketServer.Builder server, int defaultPort) {
        within("--port", port(defaultPort), 0, MAX_PORT);
        within("--max-message", maxMessage, 1, MAX_MESSAGE);
        within("--max-fragments", maxFragments, 1, Integer.MAX_VALUE);
        within("--max-connections", maxConnections, 1, Integer.MAX_VALUE);
        if (listensOnTcp()) {
            server.host(unbracketed(host())).port(port(defaultPort));
        }
        if (unix != null) {
            server.unixSocket(unix);
        }
        server.origins(originPolicy());
        trustedProxies().ifPresent(server::trustedProxies);
        server.limits(limits());
        server.compression(compression());
        server.transport(transport);
        server.maxConnections(maxConnections);
        if (eventLoops != null) {
            within("--event-loops", eventLoops, 1, MAX_EVENT_LOOPS);
            server.eventLoops(eventLoops);
        }
    }

    /** The proxies whose word is taken, if there are any. */
    Optional<TrustedProxies> trustedProxies() {
        if (trustedProxies.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(TrustedProxies.of(trustedProxies));
        } catch (IllegalArgumentException e) {
            throw wrong("--trust-proxy: " + e.getMessage());
        }
    }

    DeflateOptions compression() {
        return deflate;
    }

    Limits limits() {
        Limits defaults = Limits.DEFAULTS;
        return defaults.withMaxMessageBytes(maxMessage)
                .withMaxFragments(maxFragments)
                // An echo of the largest message has to find room while another one waits.
                .withMaxBufferedBytes(
                        (int) Math.min(Integer.MAX_VALUE, Math.max(defaults.maxBufferedBytes(), 2 * maxMessage)))
                .withKeepalive(ping, defaults.pongTimeout());
    }

    private OriginPolicy originPolicy() {
        if (anyOrigin && !origins.isEmpty()) {
            throw wrong("--any-origin and --origin contradict each other: leave one of them out");
        }
        if (anyOrigin) {
            return OriginPolicy.any();
        }
        try {
            return origins.isEmpty() ? OriginPolicy.sameOrigin() : OriginPolicy.allow(origins.toArray(String[]::new));
        } catch (IllegalArgumentException e) {
            throw wrong("--origin: " + e.getMessage());
        }
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    static void within(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw wrong(option + ": expected a number from " + least + " to " + most + " but got " + value);
        }
    }

    static CommandFailure wrong(String message) {
        return CommandFailure.usage(message);
    }
}
