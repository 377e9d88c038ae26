package dev.duplex.cli.echo;

import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.StaticFiles;
import dev.duplex.server.WebSocketServer;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** Which endpoint is where. Closing it ends the thread behind their timers. */
public final class EchoRoutes implements AutoCloseable {
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "duplex-echo-timer");
        thread.setDaemon(true);
        return thread;
    });

    /** Endpoints for one server. */
    public EchoRoutes() {
        timer.setRemoveOnCancelPolicy(true);
        // Loads what the first such request would otherwise wait for, and the others of its event loop.
        RequestJson.answer(HttpRequest.builder("GET", "/").build());
    }

    /**
     * Adds the endpoints, and the answer to plain HTTP.
     *
     * @param files what is served before requests are answered with themselves
     */
    public void addTo(WebSocketServer.Builder server, Optional<StaticFiles> files) {
        server.webSocket("/", PerSession.route(request -> new Echo()))
                .webSocket("/echo", PerSession.route(request -> new Echo()))
                .webSocket(
                        "/reverse",
                        // To find the characters of a large text takes its time.
                        PerSession.route(request -> new Reverse()).blocking())
                .webSocket("/broadcast", PerSession.route(request -> Broadcast.toAll()))
                .webSocket("/room/{name}", PerSession.route(Broadcast::toRoom))
                .webSocket("/time", PerSession.route(request -> new Ticker(request.query(), timer, Clock.systemUTC())))
                .webSocket("/close", PerSession.route(request -> CloseAfter.closing(request.query(), timer)))
                .webSocket("/drop", PerSession.route(request -> CloseAfter.cutting(request.query(), timer)))
                .webSocket("/delay", PerSession.route(request -> new Delay(request.query(), timer)))
                .webSocket("/slow", PerSession.route(request -> new Slow(request.query(), timer)))
                .webSocket(
                        "/flood",
                        PerSession.route(request -> new Flood(request.query())).blocking())
                .webSocket("/count", PerSession.route(request -> new Count()))
                .webSocket("/headers", PerSession.route(request -> new Headers()))
                .webSocket("/reject", Reject.route())
                .webSocket(
                        "/badframe",
                        // With permessage-deflate, RSV1 would have a meaning.
                        PerSession.route(request -> new BadFrame(request.query()))
                                .compression(DeflateOptions.DISABLED));
        server.fallback(files.map(EchoRoutes::filesOrRequest).orElse(HttpHandler.of(RequestJson::answer)));
    }

    private static HttpHandler filesOrRequest(StaticFiles files) {
        return request ->
                files.handle(request).thenApply(response -> isFile(response) ? response : RequestJson.answer(request));
    }

    private static boolean isFile(HttpResponse response) {
        return response.status() != NOT_FOUND && response.status() != METHOD_NOT_ALLOWED;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
