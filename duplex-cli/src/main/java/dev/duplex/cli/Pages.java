package dev.duplex.cli;

import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.StaticFiles;
import dev.duplex.server.WebSocketServer;
import java.util.List;

/** The web pages that come with the commands. */
final class Pages {
    private static final String POLICY = "default-src 'self'; connect-src *; style-src 'self'; script-src 'self';"
            + " img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

    private final StaticFiles files = StaticFiles.resources(Pages.class, "dev/duplex/cli/pages")
            .htmlHeader("Content-Security-Policy", POLICY)
            .htmlHeader("Referrer-Policy", "no-referrer");

    /** What the pages load, at {@code /assets}. */
    void addAssets(WebSocketServer.Builder server) {
        server.http("/assets/*", files);
    }

    /** A handler that answers every path with this page. */
    HttpHandler page(String name) {
        return request -> files.handle(HttpRequest.builder(request.method(), "/" + name)
                .fields(request.fields())
                .tail(List.of(name))
                .build());
    }
}
