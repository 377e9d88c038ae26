package dev.duplex.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Answers plain HTTP requests on the server's port. */
@FunctionalInterface
public interface HttpHandler {
    /**
     * Answers a request. Called on the event loop of the connection, so it must not block; one handler may be called by
     * several event loops at once.
     *
     * <p>In answer to HEAD the server sends the fields of the response and leaves its body out. What the handler throws,
     * or its stage ends with, becomes 400 with the message if it is a {@link BadRequestException}, and otherwise 500
     * without details, which are logged.
     *
     * @param request the request, its body already read
     * @return the response, at once or later; never null
     */
    CompletionStage<HttpResponse> handle(HttpRequest request);

    /**
     * Nobody waits for the answer to this request any more: the client has ended the connection, or the time to answer
     * is over. Called at most once, on the event loop, for a request whose answer the server has not got; what the stage
     * ends with afterwards is dropped.
     *
     * @param request the same object that {@link #handle} was called with
     */
    default void onAbort(HttpRequest request) {}

    /** A handler that answers at once. The function must not block. */
    static HttpHandler of(Function<? super HttpRequest, HttpResponse> function) {
        return request -> CompletableFuture.completedFuture(function.apply(request));
    }

    /** A handler whose function runs on an executor, where it may block. */
    static HttpHandler on(Executor executor, Function<? super HttpRequest, HttpResponse> function) {
        return request -> CompletableFuture.supplyAsync(() -> function.apply(request), executor);
    }
}
