package dev.duplex.server.internal;

import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Answers 200; while the server goes away, {@link HttpConnection} answers 503 in its place. */
public final class Health implements HttpHandler {
    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        return CompletableFuture.completedFuture(HttpResponse.text(200, "ok\n"));
    }
}
