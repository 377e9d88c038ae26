package dev.duplex.socketio.engine;

import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The requests of polling: begins sessions, and brings GETs and POSTs to them. */
final class PollingEndpoint implements HttpHandler {
    private final EngineServer server;
    private final Doorkeeper doorkeeper;

    /** The GETs that wait. */
    private final ConcurrentMap<HttpRequest, Parked> parked = new ConcurrentHashMap<>();

    private record Parked(LiveSocket socket, ParkedPoll poll) {}

    PollingEndpoint(EngineServer server, Doorkeeper doorkeeper) {
        this.server = server;
        this.doorkeeper = doorkeeper;
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        return doorkeeper.decide(request, false).thenCompose(refused -> {
            if (refused.isPresent()) {
                return CompletableFuture.completedFuture(refuse(request, refused.get()));
            }
            String id = EngineQuery.last(request, "sid").orElse("");
            return id.isEmpty() ? begin(request) : goOn(request, server.find(id));
        });
    }

    private HttpResponse refuse(HttpRequest request, Refusal refusal) {
        doorkeeper.report(request, refusal);
        return PollingAnswers.error(refusal.error(), refusal.message());
    }

    private CompletionStage<HttpResponse> begin(HttpRequest request) {
        if (server.isFull()) {
            return CompletableFuture.completedFuture(server.unavailable());
        }
        LiveSocket socket = server.create(request);
        if (socket == null) {
            return CompletableFuture.completedFuture(refuse(request, Refusal.badRequest("ID_GENERATION_ERROR")));
        }
        CompletionStage<HttpResponse> response = socket.open();
        server.endIfClosed(socket);
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
