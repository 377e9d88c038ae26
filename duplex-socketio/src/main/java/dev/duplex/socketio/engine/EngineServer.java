package dev.duplex.socketio.engine;

import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.HttpRoute;
import dev.duplex.server.Route;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.internal.Timers;
import dev.duplex.socketio.internal.engine.SessionSettings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An Engine.IO server: messages in both directions for {@code engine.io-client}, over polling and WebSocket, on a path of
 * a {@link WebSocketServer}.
 *
 * <pre>{@code
 * EngineServer engine = EngineServer.builder(handler).build();
 * WebSocketServer server = engine.attach(WebSocketServer.builder().port(3000)).start();
 * }</pre>
 *
 * <p>It ends with the WebSocket server. Every method may be called from any thread.
 */
public final class EngineServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineServer.class);
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");

    private final EngineBuilder<?> settings;
    private final EngineHandler handler;
    private final SessionSettings sessionSettings;
    private final PollingAnswers answers;
    private final Timers timers;
    private final @Nullable Executor executor;
    private final ConcurrentMap<String, LiveSocket> sockets = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean closed;

    EngineServer(EngineBuilder<?> builder, EngineHandler handler) {
        this.settings = builder;
        this.handler = Objects.requireNonNull(handler, "handler");
        this.sessionSettings = new SessionSettings(
                builder.pingInterval.toMillis(),
                builder.pingTimeout.toMillis(),
                builder.upgradeTimeout.toMillis(),
                builder.maxHttpBufferSize,
                builder.maxBufferedBytes,
                builder.allowUpgrades && builder.transports.contains(TransportName.WEBSOCKET));
        this.answers = new PollingAnswers(builder);
        this.timers = new Timers("duplex-socketio");
        this.executor = builder.executor != null
                ? builder.executor
                : builder.blocking
                        ? Route.to(new WebSocketHandler() {})
                                .blocking()
                                .executor()
                                .orElseThrow()
                        : null;
    }

    /** Describes a server on the path {@code /engine.io}. */
    public static Builder builder(EngineHandler handler) {
        return new Builder(handler);
    }

    /** Describes an {@link EngineServer}. */
    public static final class Builder extends EngineBuilder<Builder> {
        private final EngineHandler handler;

        private Builder(EngineHandler handler) {
            super("/engine.io");
            this.handler = Objects.requireNonNull(handler, "handler");
        }

        @Override
        protected Builder self() {
            return this;
        }

        /** The server; the builder is not to be used any more. */
        public EngineServer build() {
            return engine(handler);
        }
    }

    // --------------------------------------------------------------------------------------------------------- the API

    /** Adds this server's path to a WebSocket server, which it ends with. To be called once. */
    public WebSocketServer.Builder attach(WebSocketServer.Builder server) {
        Duration parked = settings.pingInterval.plus(settings.pingTimeout).plus(Duration.ofSeconds(60));
        Doorkeeper doorkeeper = new Doorkeeper(this);
        HttpRoute http = HttpRoute.to(settings.shared(new PollingEndpoint(this, doorkeeper)))
                .maxBodyBytes(settings.maxHttpBufferSize)
                .answerTimeout(parked)
                .tooLarge(answers::tooLarge);
        Route webSocket = new WebSocketEndpoint(this, doorkeeper).route();
        String prefix = settings.path;
        if (!settings.trailingSlash && !prefix.isEmpty()) {
            server.http(prefix, http).webSocket(prefix, webSocket);
        }
        return server.http(prefix + "/*", http)
                .webSocket(prefix + "/*", webSocket)
                .onShutdown(this::close);
    }

    /** The path. */
    public String path() {
        return settings.path;
    }

    /** How many sessions there are. */
    public int clientsCount() {
        return count.get();
    }

    /** The sessions there are, as of now. */
    public List<EngineSocket> clients() {
        return List.copyOf(sockets.values());
    }

    /** Ends every session at once; new ones are refused. */
    @Override
    public void close() {
        closed = true;
        sockets.values().forEach(socket -> socket.close(true));
        timers.close();
    }

    // ---------------------------------------------------------------------------------------------------- for sockets

    EngineBuilder<?> settings() {
        return settings;
    }

    SessionSettings sessionSettings() {
        return sessionSettings;
    }

    PollingAnswers answers() {
        return answers;
    }

    Timers timers() {
        return timers;
    }

    @Nullable
    Executor executor() {
        return executor;
    }

    EngineHandler handler() {
        return handler;
    }

    /** The session of this id, or null if there is none. */
    @Nullable
    LiveSocket find(String id) {
        return sockets.get(id);
    }

    /** It has ended; false if that was known. */
    boolean remove(LiveSocket socket) {
        if (sockets.remove(socket.id(), socket)) {
            count.decrementAndGet();
            return true;
        }
        return false;
    }

    /** A new session, or null if the id that was made for it will not do. */
    @Nullable
    LiveSocket create(HttpRequest request) {
        String id = settings.generateId.apply(request);
        if (id == null || !ID.matcher(id).matches()) {
            LOG.warn("generateId must make 1 to 128 letters, digits, _ and - but has made something else");
            return null;
        }
        LiveSocket socket = new LiveSocket(this, id, request);
        if (sockets.putIfAbsent(id, socket) != null) {
            LOG.warn("generateId has made an id that is in use");
            return null;
        }
        count.incrementAndGet();
        return socket;
    }

    /** It was not there yet when all were ended. */
    void endIfClosed(LiveSocket socket) {
        if (closed) {
            socket.close(true);
        }
    }

    boolean isFull() {
        return closed || count.get() >= settings.maxClients;
    }

    HttpResponse unavailable() {
        return HttpResponse.text(503, closed ? "The server is going away.\n" : "The server is full (maxClients).\n")
                .header("Retry-After", "5");
    }
}
