package dev.duplex.socketio.engine;

import dev.duplex.core.Limits;
import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.HttpRoute;
import dev.duplex.server.Message;
import dev.duplex.server.OriginPolicy;
import dev.duplex.server.Route;
import dev.duplex.server.Session;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.UpgradeResponse;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.internal.Timers;
import dev.duplex.socketio.internal.engine.SessionSettings;
import dev.duplex.transport.CloseEvent;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
    static final String LINK = "dev.duplex.socketio.link";

    private static final String OPENING = "dev.duplex.socketio.opening";
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
        HttpRoute http = HttpRoute.to(settings.shared(new Http()))
                .maxBodyBytes(settings.maxHttpBufferSize)
                .answerTimeout(parked)
                .tooLarge(answers::tooLarge);
        Route webSocket = webSocketRoute();
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

    /** It has ended; false if that was known. */
    boolean remove(LiveSocket socket) {
        if (sockets.remove(socket.id(), socket)) {
            count.decrementAndGet();
            return true;
        }
        return false;
    }

    // -------------------------------------------------------------------------------------------------------- requests

    /** Why a request is refused, in words of its own if those of the error do not do. */
    private record Refusal(EngineError error, String message, Map<String, String> context) {
        static Refusal of(EngineError error, String... context) {
            return new Refusal(error, error.message(), context.length == 0 ? Map.of() : Map.of(context[0], context[1]));
        }

        static Refusal badRequest(String name) {
            return of(EngineError.BAD_REQUEST, "name", name);
        }
    }

    private void report(HttpRequest request, Refusal refusal) {
        try {
            settings.connectionErrors.accept(
                    new ConnectionError(request, refusal.error(), refusal.message(), refusal.context()));
        } catch (RuntimeException e) {
            LOG.warn("A listener of connection errors has failed", e);
        }
    }

    /** What Node's server checks, in its order; null if the request may go on. */
    private @Nullable Refusal verify(HttpRequest request, boolean upgrade) {
        String named = EngineQuery.last(request, "transport").orElse("");
        TransportName transport = TransportName.of(named).orElse(null);
        if (transport == null || !settings.transports.contains(transport)) {
            return Refusal.of(EngineError.UNKNOWN_TRANSPORT, "transport", named);
        }
        String id = EngineQuery.last(request, "sid").orElse("");
        int revision = EngineQuery.revision(request);
        if (!id.isEmpty()) {
            LiveSocket socket = sockets.get(id);
            if (socket == null) {
                return Refusal.of(EngineError.UNKNOWN_SID);
            }
            if (!upgrade && (socket.transport() != transport || transport != TransportName.POLLING)) {
                return Refusal.badRequest("TRANSPORT_MISMATCH");
            }
            if (socket.protocol() != revision) {
                return Refusal.badRequest("PROTOCOL_MISMATCH");
            }
        } else {
            if (!request.method().equals("GET")) {
                return Refusal.of(EngineError.BAD_HANDSHAKE_METHOD, "method", request.method());
            }
        }
        if (upgrade != (transport == TransportName.WEBSOCKET)) {
            return Refusal.badRequest("TRANSPORT_HANDSHAKE_ERROR");
        }
        return null;
    }

    /** What is checked of a request for a new session after the application has let it pass. */
    private @Nullable Refusal verifyNew(HttpRequest request) {
        if (EngineQuery.revision(request) == 3 && !settings.allowEIO3) {
            return Refusal.of(EngineError.UNSUPPORTED_PROTOCOL_VERSION, "protocol", "3");
        }
        return null;
    }

    private CompletionStage<Optional<Refusal>> admission(HttpRequest request, @Nullable Refusal refused) {
        if (refused != null) {
            return CompletableFuture.completedFuture(Optional.of(refused));
        }
        if (EngineQuery.has(request, "sid")) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return settings.allowRequest.apply(request).thenApply(admission -> {
            if (!admission.allowed()) {
                String message = admission.message().isEmpty() ? EngineError.FORBIDDEN.message() : admission.message();
                return Optional.of(new Refusal(EngineError.FORBIDDEN, message, Map.of("message", message)));
            }
            return Optional.ofNullable(verifyNew(request));
        });
    }

    /** A new session, or null if the id that was made for it will not do. */
    private @Nullable LiveSocket create(HttpRequest request) {
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
    private void endIfClosed(LiveSocket socket) {
        if (closed) {
            socket.close(true);
        }
    }

    private boolean isFull() {
        return closed || count.get() >= settings.maxClients;
    }

    private HttpResponse unavailable() {
        return HttpResponse.text(503, closed ? "The server is going away.\n" : "The server is full (maxClients).\n")
                .header("Retry-After", "5");
    }

    // --------------------------------------------------------------------------------------------------------- polling

    private final class Http implements HttpHandler {
        private final ConcurrentMap<HttpRequest, Parked> parked = new ConcurrentHashMap<>();

        private record Parked(LiveSocket socket, ParkedPoll poll) {}

        @Override
        public CompletionStage<HttpResponse> handle(HttpRequest request) {
            return admission(request, verify(request, false)).thenCompose(refused -> {
                if (refused.isPresent()) {
                    return CompletableFuture.completedFuture(refuse(request, refused.get()));
                }
                String id = EngineQuery.last(request, "sid").orElse("");
                return id.isEmpty() ? begin(request) : goOn(request, sockets.get(id));
            });
        }

        private HttpResponse refuse(HttpRequest request, Refusal refusal) {
            report(request, refusal);
            return PollingAnswers.error(refusal.error(), refusal.message());
        }

        private CompletionStage<HttpResponse> begin(HttpRequest request) {
            if (isFull()) {
                return CompletableFuture.completedFuture(unavailable());
            }
            LiveSocket socket = create(request);
            if (socket == null) {
                return CompletableFuture.completedFuture(refuse(request, Refusal.badRequest("ID_GENERATION_ERROR")));
            }
            CompletionStage<HttpResponse> response = socket.open();
            endIfClosed(socket);
            return response;
        }

        private CompletionStage<HttpResponse> goOn(HttpRequest request, @Nullable LiveSocket socket) {
            if (socket == null) {
                return CompletableFuture.completedFuture(refuse(request, Refusal.of(EngineError.UNKNOWN_SID)));
            }
            if (request.method().equals("GET")) {
                ParkedPoll poll = socket.poll(request);
                if (!poll.response().isDone()) {
                    parked.put(request, new Parked(socket, poll));
                    poll.response().whenComplete((response, error) -> parked.remove(request));
                }
                return poll.response();
            }
            if (request.method().equals("POST")) {
                return post(request, socket);
            }
            return CompletableFuture.completedFuture(
                    refuse(request, Refusal.of(EngineError.BAD_REQUEST, "method", request.method())));
        }

        private CompletionStage<HttpResponse> post(HttpRequest request, LiveSocket socket) {
            boolean binary = request.fields()
                    .first("Content-Type")
                    .map(type -> type.strip().equalsIgnoreCase("application/octet-stream"))
                    .orElse(false);
            if (EngineQuery.jsonp(request).isEmpty()) {
                return socket.post(request, request.body(), binary);
            }
            byte[] body = Jsonp.payload(request.body())
                    .map(text -> text.getBytes(StandardCharsets.UTF_8))
                    .orElse(new byte[0]);
            return socket.post(request, body, false);
        }

        @Override
        public void onAbort(HttpRequest request) {
            Parked gone = parked.remove(request);
            if (gone != null) {
                gone.socket().aborted(gone.poll());
            }
        }
    }

    // ------------------------------------------------------------------------------------------------------- WebSocket

    private Route webSocketRoute() {
        // Engine.IO has a heartbeat of its own.
        Limits limits = Limits.DEFAULTS
                .withMaxMessageBytes(settings.maxHttpBufferSize)
                .withMaxBufferedBytes(settings.maxBufferedBytes)
                .withKeepalive(Duration.ZERO, Limits.DEFAULTS.pongTimeout());
        Route route = Route.to(new WebSockets())
                .limits(limits)
                .compression(settings.perMessageDeflate)
                .onUpgradeAsync(this::upgrade);
        if (settings.origins != null) {
            return route.origins(settings.origins);
        }
        return settings.cors == null ? route : route.origins(OriginPolicy.any());
    }

    private CompletionStage<UpgradeResponse> upgrade(UpgradeRequest asked) {
        HttpRequest request = asked.http();
        OriginPolicy.Decision decision = originDecision(asked);
        if (!decision.allowed()) {
            return CompletableFuture.completedFuture(UpgradeResponse.reject(403, decision.explanation() + "\n"));
        }
        return admission(request, verify(request, true)).thenApply(refused -> {
            if (refused.isPresent()) {
                Refusal refusal = refused.get();
                report(request, refusal);
                return UpgradeResponse.reject(
                        HttpResponse.bytes(400, "text/html", refusal.message().getBytes(StandardCharsets.UTF_8)));
            }
            boolean begins = !EngineQuery.has(request, "sid");
            if (begins && isFull()) {
                return UpgradeResponse.reject(unavailable());
            }
            HttpFields.Builder fields = HttpFields.builder();
            if (settings.cors != null) {
                fields.addAll(settings.cors.fields(request));
            }
            if (begins) {
                settings.initialHeaders.accept(fields, request);
            }
            settings.headers.accept(fields, request);
            UpgradeResponse.Accept accept = UpgradeResponse.accept().withAttribute(OPENING, request);
            for (HttpFields.Field field : fields.build()) {
                accept = accept.withHeader(field.name(), field.value());
            }
            return accept;
        });
    }

    private OriginPolicy.Decision originDecision(UpgradeRequest asked) {
        Cors cors = settings.cors;
        String origin = asked.origin().orElse("");
        OriginPolicy.Decision allowed =
                OriginPolicy.any().decide(HttpFields.EMPTY, asked.host(), asked.secure(), false);
        if (settings.origins != null || cors == null || origin.isEmpty() || cors.allows(origin)) {
            return allowed;
        }
        boolean loopback = asked.remoteAddress() instanceof InetSocketAddress address
                && address.getAddress() != null
                && address.getAddress().isLoopbackAddress();
        return OriginPolicy.sameOrigin().decide(asked.headers(), asked.host(), asked.secure(), loopback);
    }

    private final class WebSockets implements WebSocketHandler {
        @Override
        public void onOpen(Session session) {
            if (!(session.attributes().remove(OPENING) instanceof HttpRequest request)) {
                session.close();
                return;
            }
            String id = EngineQuery.last(request, "sid").orElse("");
            LiveSocket socket = id.isEmpty() ? create(request) : sockets.get(id);
            if (socket == null) {
                // It has ended since, or its id will not do.
                session.close();
            } else if (id.isEmpty()) {
                socket.open(session);
                endIfClosed(socket);
            } else {
                socket.upgrade(session);
            }
        }

        private LiveSocket.@Nullable Linked linked(Session session) {
            return (LiveSocket.Linked) session.attributes().get(LINK);
        }

        @Override
        public void onMessage(Session session, Message message) {
            LiveSocket.Linked linked = linked(session);
            if (linked != null) {
                linked.received(message);
            }
        }

        @Override
        public void onDrain(Session session) {
            LiveSocket.Linked linked = linked(session);
            if (linked != null) {
                linked.drained();
            }
        }

        @Override
        public void onClose(Session session, CloseEvent event) {
            LiveSocket.Linked linked = linked(session);
            if (linked != null) {
                linked.closed(event);
            }
        }
    }
}
