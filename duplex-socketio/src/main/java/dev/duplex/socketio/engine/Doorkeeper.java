package dev.duplex.socketio.engine;

import dev.duplex.server.HttpRequest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides which requests may go on: by the protocol, by the settings, and by what the application says. */
final class Doorkeeper {
    private static final Logger LOG = LoggerFactory.getLogger(EngineServer.class);

    private final EngineServer server;
    private final EngineBuilder<?> settings;

    Doorkeeper(EngineServer server) {
        this.server = server;
        this.settings = server.settings();
    }

    /** Why a request is refused, now or later; empty if it may go on. */
    CompletionStage<Optional<Refusal>> decide(HttpRequest request, boolean upgrade) {
        Refusal refused = verify(request, upgrade);
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
            LiveSocket socket = server.find(id);
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

    /** Tells the application that a request is refused. */
    void report(HttpRequest request, Refusal refusal) {
        try {
            settings.connectionErrors.accept(
                    new ConnectionError(request, refusal.error(), refusal.message(), refusal.context()));
        } catch (RuntimeException e) {
            LOG.warn("A listener of connection errors has failed", e);
        }
    }
}
