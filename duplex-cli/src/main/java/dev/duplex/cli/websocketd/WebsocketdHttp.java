package dev.duplex.cli.websocketd;

import dev.duplex.cli.serve.CgiScripts;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.StaticFiles;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What is answered to requests that are no opening handshakes: a CGI script, a file, the console, or 404. */
final class WebsocketdHttp implements HttpHandler {
    private final WebsocketdFlags flags;
    private final Optional<CgiScripts> scripts;
    private final Optional<StaticFiles> files;
    private final Optional<HttpHandler> console;
    private final WebsocketdLog log;

    WebsocketdHttp(
            WebsocketdFlags flags, Optional<CgiScripts> scripts, Optional<HttpHandler> console, WebsocketdLog log) {
        this.flags = flags;
        this.scripts = scripts;
        this.files = flags.staticDirectory().map(StaticFiles::directory);
        this.console = console;
        this.log = log;
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        return answer(request).thenApply(this::withHeaders);
    }

    private CompletionStage<HttpResponse> answer(HttpRequest request) {
        Optional<CompletionStage<HttpResponse>> run = scripts.flatMap(all -> all.answer(request, this::answer));
        if (run.isPresent()) {
            access(request, "CGI");
            return run.get();
        }
        if (files.isPresent()) {
            return files.get().handle(request).thenCompose(response -> {
                if (response.status() == 404 && console.isPresent()) {
                    return console(request, console.get());
                }
                access(request, "STATIC");
                return CompletableFuture.completedFuture(response);
            });
        }
        if (console.isPresent()) {
            return console(request, console.get());
        }
        access(request, "NOT FOUND");
        return CompletableFuture.completedFuture(HttpResponse.text(
                404, "404 page not found\nThis is for WebSocket clients: connect with ws:// or wss://.\n"));
    }

    private CompletionStage<HttpResponse> console(HttpRequest request, HttpHandler page) {
        access(request, "DEVCONSOLE");
        return page.handle(request);
    }

    private HttpResponse withHeaders(HttpResponse response) {
        HttpResponse all = response;
        for (String[] header : WebsocketdHeaders.of(flags.headers(), flags.httpHeaders())) {
            all = all.addHeader(header[0], header[1]);
        }
        return all;
    }

    private void access(HttpRequest request, String what) {
        String host = request.fields().first("Host").orElse("");
        log.log(
                WebsocketdLevel.access,
                "http",
                WebsocketdLog.associated("url", (request.secure() ? "https://" : "http://") + host + request.target()),
                what);
    }
}
