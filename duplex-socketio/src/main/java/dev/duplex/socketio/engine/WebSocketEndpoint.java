package dev.duplex.socketio.engine;

import dev.duplex.core.Limits;
import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.Message;
import dev.duplex.server.OriginPolicy;
import dev.duplex.server.Route;
import dev.duplex.server.Session;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.UpgradeResponse;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.transport.CloseEvent;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The WebSockets: those that sessions begin with, and those that take over from polling. */
final class WebSocketEndpoint implements WebSocketHandler {
    static final String LINK = "dev.duplex.socketio.link";

    private static final String OPENING = "dev.duplex.socketio.opening";

    private final EngineServer server;
    private final EngineBuilder<?> settings;
    private final Doorkeeper doorkeeper;

    WebSocketEndpoint(EngineServer server, Doorkeeper doorkeeper) {
        this.server = server;
        this.settings = server.settings();
        this.doorkeeper = doorkeeper;
    }

    Route route() {
        // Engine.IO has a heartbeat of its own.
        Limits limits = Limits.DEFAULTS
                .withMaxMessageBytes(settings.maxHttpBufferSize)
                .withMaxBufferedBytes(settings.maxBufferedBytes)
                .withKeepalive(Duration.ZERO, Limits.DEFAULTS.pongTimeout());
        Route route = Route.to(this)
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
        return doorkeeper.decide(request, true).thenApply(refused -> {
            if (refused.isPresent()) {
                Refusal refusal = refused.get();
                doorkeeper.report(request, refusal);
                return UpgradeResponse.reject(
                        HttpResponse.bytes(400, "text/html", refusal.message().getBytes(StandardCharsets.UTF_8)));
            }
            boolean begins = !EngineQuery.has(request, "sid");
            if (begins && server.isFull()) {
                return UpgradeResponse.reject(server.unavailable());
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

    @Override
    public void onOpen(Session session) {
        if (!(session.attributes().remove(OPENING) instanceof HttpRequest request)) {
            session.close();
            return;
        }
        String id = EngineQuery.last(request, "sid").orElse("");
        LiveSocket socket = id.isEmpty() ? server.create(request) : server.find(id);
        if (socket == null) {
            // It has ended since, or its id will not do.
            session.close();
        } else if (id.isEmpty()) {
            socket.open(session);
            server.endIfClosed(socket);
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
