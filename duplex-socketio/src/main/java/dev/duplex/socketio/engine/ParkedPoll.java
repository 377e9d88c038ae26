package dev.duplex.socketio.engine;

import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.socketio.internal.engine.Packet;
import dev.duplex.socketio.internal.engine.Poll;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A GET of polling, and the answer that the HTTP server waits for. */
final class ParkedPoll implements Poll {
    private final HttpRequest request;
    private final String id;
    private final PollingAnswers answers;
    private final CompletableFuture<HttpResponse> response = new CompletableFuture<>();

    ParkedPoll(HttpRequest request, String id, PollingAnswers answers) {
        this.request = request;
        this.id = id;
        this.answers = answers;
    }

    CompletableFuture<HttpResponse> response() {
        return response;
    }

    @Override
    public void answer(List<Packet> packets) {
        response.complete(answers.payload(request, id, packets));
    }

    @Override
    public void refuse() {
        response.complete(PollingAnswers.error(EngineError.BAD_REQUEST, EngineError.BAD_REQUEST.message()));
    }
}
