package dev.duplex.server;

import dev.duplex.core.CloseCode;
import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DedicatedCount;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.server.internal.Health;
import dev.duplex.server.internal.Listener;
import dev.duplex.server.internal.LoopWatchdog;
import dev.duplex.server.internal.Pace;
import dev.duplex.server.internal.PathRouter;
import dev.duplex.server.internal.ServerCore;
import dev.duplex.server.internal.ServerSettings;
import dev.duplex.transport.SlowConsumerPolicy;
import dev.duplex.transport.Tls;
import dev.duplex.transport.Transport;
import dev.duplex.transport.internal.EventLoops;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running WebSocket server, with plain HTTP beside it on the same port.
 *
 * <pre>{@code
 * WebSocketServer server = WebSocketServer.builder()
 *         .port(8080)
 *         .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
 *         .start();
 * }</pre>
 *
 * <p>Secure unless told otherwise: it listens on loopback, and browsers may connect from its own origin only. Every
 * method may be called from any thread.
 */
public final class WebSocketServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketServer.class);
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(10);

    /** How long to wait for the event loops beyond the deadline of a shutdown. Only a handler that blocks takes it. */
    private static final Duration LOOPS_END = Duration.ofSeconds(5);

    private final ServerCore core;
    private final EventLoops eventLoops;
    private final LoopWatchdog watchdog;
    private final List<Listening> listening = new ArrayList<>();
    private final boolean secure;
    private final List<Runnable> shutdownListeners;
    private @Nullable CompletableFuture<Void> stopped;

    /** An address, with the port that was found for it, and what listens there. */
    private record Listening(SocketAddress address, Channel channel) {
        /** Returns when the port is free, or after a second if a handler holds the event loop that would free it. */
        void close() {
            channel.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
            if (address instanceof UnixDomainSocketAddress unix) {
                deleteQuietly(unix.getPath());
            }
        }
    }

    private WebSocketServer(Builder builder) {
        DedicatedCount dedicated = new DedicatedCount(builder.compression.maxDedicated());
        this.secure = builder.tls != null;
        this.shutdownListeners = List.copyOf(builder.shutdownListeners);
        this.eventLoops = EventLoops.open(
                builder.transport,
                builder.eventLoops,
                "duplex",
                () -> new DeflateResources(builder.compression.level(), dedicated));
        this.core = new ServerCore(this, builder.settings(), eventLoops);
        this.watchdog = LoopWatchdog.watch(core);
        try {
            builder.metrics.bytesBuffered(() ->
                    core.sessions().stream().mapToLong(Session::bufferedAmount).sum());
            Listener listener = new Listener(core);
            for (SocketAddress address : builder.addresses()) {
                listening.add(bind(listener, address));
            }
        } catch (RuntimeException e) {
            listening.forEach(Listening::close);
            watchdog.close();
            eventLoops.shutdown();
            throw e;
        }
    }

    private static Listening bind(Listener listener, SocketAddress address) {
        try {
            if (address instanceof UnixDomainSocketAddress unix) {
                Files.deleteIfExists(staleSocket(unix.getPath()));
            }
            Channel channel = listener.bind(address);
            // Netty has a type of its own for Unix sockets.
            return new Listening(
                    address instanceof UnixDomainSocketAddress ? address : channel.localAddress(), channel);
        } catch (Exception e) { // Netty throws the IOException as it is
            throw new UncheckedIOException(
                    "cannot listen on " + address + ": " + e.getMessage()
                            + (address instanceof InetSocketAddress
                                    ? "; choose another port, or 0 for any that is free"
                                    : ""),
                    e instanceof IOException io ? io : new IOException(e));
        }
    }

    /** A socket file that nobody listens on any more; a file of another kind, or one in use, is left alone. */
    private static Path staleSocket(Path path) throws IOException {
        if (!Files.exists(path)) {
            return path;
        }
        if (Files.isRegularFile(path) || Files.isDirectory(path) || isNoSocket(path)) {
            throw new IOException(path + " exists and is not a socket");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(path));
            throw new IOException("another program listens on " + path);
        } catch (ConnectException e) {
            return path;
        }
    }

    /** Whether the mode of the file, where the system has one, says that it is a pipe or a device. */
    private static boolean isNoSocket(Path path) throws IOException {
        int type = 0170000; // S_IFMT
        int socket = 0140000; // S_IFSOCK
        return path.getFileSystem().supportedFileAttributeViews().contains("unix")
                && ((int) Files.getAttribute(path, "unix:mode") & type) != socket;
    }

    /** Begins to describe a server. */
    public static Builder builder() {
        return new Builder();
    }

    // ----------------------------------------------------------------------------------------------------- where it is

    /** The port of the first TCP address. */
    public int port() {
        for (SocketAddress address : addresses()) {
            if (address instanceof InetSocketAddress inet) {
                return inet.getPort();
            }
        }
        throw new IllegalStateException("the server listens on no TCP port");
    }

    /** The addresses that it listens on. */
    public List<SocketAddress> addresses() {
        return listening.stream().map(Listening::address).toList();
    }

    /** The {@code ws:} or {@code wss:} address of a path, on the first TCP address. */
    public URI uri(String path) {
        return URI.create((secure ? "wss://" : "ws://") + authority() + path);
    }

    /** The {@code http:} or {@code https:} address of a path, on the first TCP address. */
    public URI httpUri(String path) {
        return URI.create((secure ? "https://" : "http://") + authority() + path);
    }

    private String authority() {
        for (SocketAddress address : addresses()) {
            if (address instanceof InetSocketAddress inet) {
                InetAddress host = inet.getAddress();
                String name = host.isAnyLocalAddress() ? "localhost" : host.getHostAddress();
                return (name.indexOf(':') >= 0 ? "[" + name + "]" : name) + ":" + inet.getPort();
            }
        }
        throw new IllegalStateException("the server listens on no TCP port");
    }

    /** What carries the bytes; never AUTO. */
    public Transport transport() {
        return eventLoops.transport();
    }

    // -------------------------------------------------------------------------------------------------------- sessions

    /** All open sessions, as of now. */
    public List<Session> sessions() {
        return core.sessions();
    }

    /** Sends a text message to all sessions. */
    public void broadcast(String text) {
        core.broadcast(true, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a binary message to all sessions. */
    public void broadcast(byte[] binary) {
        core.broadcast(false, binary.clone());
    }

    /**
     * Sends a text message to all members of a topic. Every member gets the messages of one publisher in the order of
     * its calls; if publishers agree on an order among themselves, with a lock around the call, every member gets that.
     * Between a publish and a {@link Session#send} no order is kept for sessions of other event loops.
     */
    public void publish(String topic, String text) {
        core.publish(topic, true, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a binary message to all members of a topic. */
    public void publish(String topic, byte[] binary) {
        core.publish(topic, false, binary.clone());
    }

    /** The members of a topic, as of now. */
    public List<Session> members(String topic) {
        return core.members(topic);
    }

    /** The topics that have members. */
    public Set<String> topics() {
        return core.topicNames();
    }

    // -------------------------------------------------------------------------------------------------------- shutdown

    /**
     * Accepts no more connections: its ports are free when this returns. The sessions there are go on until they end, or
     * until {@link #shutdown}.
     *
     * @throws IllegalStateException on an event loop
     */
    public void stopAccepting() {
        refuseOnEventLoop();
        listening.forEach(Listening::close);
    }

    /**
     * Stops by {@link #shutdown} with a deadline of 10 seconds, all sessions at once; returns when the ports are free.
     *
     * @throws IllegalStateException on an event loop
     */
    @Override
    public void close() {
        shutdown(CLOSE_DEADLINE, 0);
    }

    /**
     * Stops: no longer accepts, closes every session with 1001, waits for them to be gone, and cuts those that are not
     * when the deadline has passed. Requests in hand are answered within the deadline too. Returns when the ports are
     * free and the event loops have ended, or, if a handler holds one of them, 5 seconds after the deadline, with a
     * warning in the log. A second call waits for the end of the first.
     *
     * @param deadline for the closing handshakes
     * @param sessionsPerSecond how many sessions to close a second, so that not all come back at once elsewhere; 0 for
     *     all at once
     * @throws IllegalStateException on an event loop, where handlers run: it would wait for itself
     */
    public void shutdown(Duration deadline, int sessionsPerSecond) {
        refuseOnEventLoop();
        CompletableFuture<Void> done;
        synchronized (this) {
            if (stopped != null) {
                done = stopped;
            } else {
                stopped = new CompletableFuture<>();
                done = null;
            }
        }
        if (done != null) {
            done.join();
            return;
        }
        CompletableFuture<Void> end = Objects.requireNonNull(stopped);
        try {
            stop(System.nanoTime() + deadline.toNanos(), sessionsPerSecond);
        } finally {
            end.complete(null);
        }
    }

    private void refuseOnEventLoop() {
        if (core.inEventLoop()) {
            throw new IllegalStateException("an event loop cannot wait for its own end: call close() or shutdown() on"
                    + " another thread, such as by CompletableFuture.runAsync(server::close)");
        }
    }

    private void stop(long deadline, int sessionsPerSecond) {
        stopAccepting();
        for (Runnable listener : shutdownListeners) {
            try {
                listener.run();
            } catch (RuntimeException e) {
                LOG.warn("A listener of the shutdown has failed", e);
            }
        }
        CompletableFuture<Void> idle = new CompletableFuture<>();
        core.drain(() -> idle.complete(null));
        Pace pace = new Pace(System.nanoTime(), sessionsPerSecond, deadline);
        List<Session> open = core.sessions();
        for (int i = 0; i < open.size(); i++) {
            parkUntil(pace.due(i));
            open.get(i).close(CloseCode.GOING_AWAY, "the server goes away");
        }
        try {
            idle.get(left(deadline), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            core.sessions().forEach(Session::terminate);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            core.sessions().forEach(Session::terminate);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        watchdog.close();
        core.closeConnections();
        Future<?> loopsEnd = eventLoops.shutdown();
        if (!loopsEnd.awaitUninterruptibly(left(deadline) + LOOPS_END.toNanos(), TimeUnit.NANOSECONDS)) {
            LOG.warn("The server has not stopped in time, because a handler holds its event loop."
                    + " Use Route.blocking() or Route.executor(...) for a handler that blocks.");
        }
    }

    private static void parkUntil(long time) {
        for (long left = left(time); left > 0 && !Thread.currentThread().isInterrupted(); left = left(time)) {
            LockSupport.parkNanos(left);
        }
    }

    private static long left(long until) {
        return Math.max(0, until - System.nanoTime());
    }

    private static void deleteQuietly(Path socket) {
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            // The next server on this path removes it.
            socket.toFile().deleteOnExit();
        }
    }

    // --------------------------------------------------------------------------------------------------------- builder

    /** Describes a server. What is not said has the defaults of {@link Limits#DEFAULTS}. Not thread-safe. */
    public static final class Builder {
        private static final int DEFAULT_PORT = 8080;
        private static final int DEFAULT_MAX_CONNECTIONS = 100_000;
        private static final int DEFAULT_MAX_BODY = 1024 * 1024;

        private @Nullable String host;
        private @Nullable Integer port;
        private final List<SocketAddress> addresses = new ArrayList<>();
        private final PathRouter.Builder<Route> routes = PathRouter.builder();
        private final PathRouter.Builder<HttpRoute> http = PathRouter.builder();
        private @Nullable HttpRoute fallback;
        private final List<Runnable> shutdownListeners = new ArrayList<>();
        private OriginPolicy origins = OriginPolicy.sameOrigin();
        private Limits limits = Limits.DEFAULTS;
        private DeflateOptions compression = DeflateOptions.SHARED;
        private SlowConsumerPolicy slowConsumers = SlowConsumerPolicy.CLOSE;
        private TrustedProxies trustedProxies = TrustedProxies.NONE;
        private ServerMetrics metrics = ServerMetrics.NONE;
        private int maxConnections = DEFAULT_MAX_CONNECTIONS;
        private int maxHttpBodyBytes = DEFAULT_MAX_BODY;
        private Transport transport = Transport.AUTO;
        private int eventLoops;
        private @Nullable Tls tls;

        private Builder() {}

        /** The host name or address to listen on; 127.0.0.1 if nothing is said, 0.0.0.0 or :: for every interface. */
        public Builder host(String name) {
            host = Objects.requireNonNull(name, "name");
            return this;
        }

        /** The port to listen on; 8080 if nothing is said, 0 for any that is free. */
        public Builder port(int number) {
            port = inRange("port", number, 0, 65_535);
            return this;
        }

        /** A further address to listen on, in place of host and port if those are not set. */
        public Builder bind(SocketAddress address) {
            addresses.add(Objects.requireNonNull(address, "address"));
            return this;
        }

        /** A Unix socket to listen on. A stale socket file is removed, and ours when the server stops. */
        public Builder unixSocket(Path path) {
            return bind(UnixDomainSocketAddress.of(path));
        }

        /** Encrypts every connection. */
        public Builder tls(Tls identity) {
            tls = Objects.requireNonNull(identity, "identity");
            return this;
        }

        /**
         * A WebSocket endpoint.
         *
         * @param path such as {@code /echo}, {@code /room/{name}} or {@code /files/*}
         * @throws IllegalArgumentException if the path is malformed, or fits the same paths as one already there
         */
        public Builder webSocket(String path, WebSocketHandler handler) {
            return webSocket(path, Route.to(handler));
        }

        /** A WebSocket endpoint with settings of its own. */
        public Builder webSocket(String path, Route route) {
            routes.add(path, route);
            return this;
        }

        /** Plain HTTP, see {@link HttpHandler#of}; it may share its path with a WebSocket endpoint, which gets the opening handshakes. */
        public Builder http(String path, HttpHandler handler) {
            return http(path, HttpRoute.to(handler));
        }

        /** Plain HTTP with settings of its own. */
        public Builder http(String path, HttpRoute route) {
            http.add(path, route);
            return this;
        }

        /** Answers 200 at this path, and 503 once the server goes away. */
        public Builder health(String path) {
            return http(path, new Health());
        }

        /** Plain HTTP for all other paths, in place of 404. */
        public Builder fallback(HttpHandler handler) {
            fallback = HttpRoute.to(handler);
            return this;
        }

        /** Who may connect from a browser, where a route says nothing else: the server's own origin by default. */
        public Builder origins(OriginPolicy policy) {
            origins = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /** The bounds of every connection. */
        public Builder limits(Limits bounds) {
            limits = Objects.requireNonNull(bounds, "bounds");
            return this;
        }

        /** permessage-deflate: on, with compressors shared by the connections of an event loop, by default. */
        public Builder compression(DeflateOptions options) {
            compression = Objects.requireNonNull(options, "options");
            return this;
        }

        /** What happens to those who read too slowly: closed with 1013 by default. */
        public Builder slowConsumers(SlowConsumerPolicy policy) {
            slowConsumers = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Told once when the server begins to stop, before any session is closed: the time to answer requests that are
         * still waiting. On the thread that stops the server, which goes on when this returns.
         */
        public Builder onShutdown(Runnable listener) {
            shutdownListeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** Proxies whose word about the client is taken; none by default. */
        public Builder trustedProxies(TrustedProxies proxies) {
            trustedProxies = Objects.requireNonNull(proxies, "proxies");
            return this;
        }

        /** Who is told what happens. */
        public Builder metrics(ServerMetrics listener) {
            metrics = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Most TCP connections at a time, 100,000 by default; those beyond get 503.
         *
         * @throws IllegalArgumentException for less than 1
         */
        public Builder maxConnections(int most) {
            maxConnections = inRange("maxConnections", most, 1, Integer.MAX_VALUE);
            return this;
        }

        /**
         * Largest body of a plain HTTP request, in bytes: 1 MiB by default; 413 beyond.
         *
         * @throws IllegalArgumentException for less than 0
         */
        public Builder maxHttpBodyBytes(int most) {
            maxHttpBodyBytes = inRange("maxHttpBodyBytes", most, 0, Integer.MAX_VALUE);
            return this;
        }

        /** How bytes get between the kernel and us: the best that works here by default. */
        public Builder transport(Transport kind) {
            transport = Objects.requireNonNull(kind, "kind");
            return this;
        }

        /** How many event loops, each a thread: one per processor by default, and for 0. */
        public Builder eventLoops(int number) {
            eventLoops = inRange("eventLoops", number, 0, Integer.MAX_VALUE);
            return this;
        }

        private static int inRange(String name, int value, int least, int most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(name + " must be " + least + " to " + most + " but was " + value);
            }
            return value;
        }

        private List<SocketAddress> addresses() {
            List<SocketAddress> all = new ArrayList<>(addresses);
            if (all.isEmpty() || host != null || port != null) {
                InetSocketAddress address =
                        new InetSocketAddress(host != null ? host : "127.0.0.1", port != null ? port : DEFAULT_PORT);
                if (address.isUnresolved()) {
                    throw new IllegalArgumentException(
                            "the host " + host + " is not known; give a name or an address" + " of this machine");
                }
                all.add(0, address);
            }
            return all;
        }

        private ServerSettings settings() {
            return new ServerSettings(
                    routes.build(),
                    http.build(),
                    fallback,
                    origins,
                    limits,
                    compression,
                    slowConsumers,
                    trustedProxies,
                    metrics,
                    maxConnections,
                    maxHttpBodyBytes,
                    tls == null ? null : tls.context());
        }

        /**
         * Starts the server; returns when it listens.
         *
         * @throws UncheckedIOException if an address cannot be bound
         * @throws IllegalArgumentException if the host is not known
         * @throws IllegalStateException if the transport asked for does not work on this machine
         */
        public WebSocketServer start() {
            return new WebSocketServer(this);
        }
    }
}
