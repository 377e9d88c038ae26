package dev.duplex.cli;

import dev.duplex.cli.common.LengthOfTime;
import dev.duplex.cli.serve.CgiScripts;
import dev.duplex.cli.serve.Endpoints;
import dev.duplex.cli.serve.ScriptDirectory;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.StaticFiles;
import dev.duplex.server.WebSocketServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code duplex serve} for programs of a directory, and for what stands beside them over plain HTTP. */
final class ServePageOptions {
    private static final String NOT_FOUND =
            "Not found. This is a WebSocket service, too: connect with ws: or wss:, such as by duplex connect.\n";

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Each program of this directory at its own path; what follows in the path is its PATH_INFO.")
    private @Nullable Path directory;

    @Option(
            names = "--cgi",
            paramLabel = "DIR",
            description = "The programs of this directory answer plain HTTP requests, as CGI scripts (RFC 3875).")
    private @Nullable Path cgi;

    @Option(
            names = "--cgi-timeout",
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            defaultValue = "30s",
            description = "A script that takes longer is ended, and the client gets 504; default: ${DEFAULT-VALUE}.")
    private Duration cgiTimeout = Duration.ZERO;

    @Option(
            names = "--console",
            paramLabel = "/path",
            arity = "0..1",
            fallbackValue = "",
            description = "A page to try the endpoints with: where a browser asks for one of them, or at this path."
                    + " For development.")
    private @Nullable String console;

    /** The programs of {@code --dir}. */
    Optional<ScriptDirectory> directory() {
        return scripts("--dir", directory);
    }

    private static Optional<ScriptDirectory> scripts(String option, @Nullable Path path) {
        try {
            return path == null ? Optional.empty() : Optional.of(new ScriptDirectory(path));
        } catch (IllegalArgumentException e) {
            throw ServerOptions.wrong(option + ": " + e.getMessage());
        }
    }

    /**
     * Adds the console where it has a path of its own, and answers with what is to be asked for all plain requests, if
     * there is anything.
     *
     * @param authenticated whether clients have to log in, which scripts know nothing of
     * @param paths of the endpoints
     */
    Optional<HttpHandler> pages(
            WebSocketServer.Builder builder,
            Endpoints endpoints,
            ServerOptions server,
            boolean authenticated,
            List<String> paths) {
        if (cgi != null && authenticated) {
            throw ServerOptions.wrong("--auth does not guard the scripts of --cgi, which anybody could run:"
                    + " leave one of the two out, or let a proxy in front ask for credentials");
        }
        Optional<CgiScripts> scripts = scripts("--cgi", cgi)
                .map(directory -> endpoints.cgi(
                        directory, new CgiScripts.Limits(CgiScripts.Limits.DEFAULT.outputBytes(), cgiTimeout)));
        keepSourcesPrivate(server.staticDirectory());
        boolean everywhere = console != null && console.isEmpty();
        if (console != null && !everywhere) {
            try {
                builder.http(console, new ConsolePage(false, paths));
            } catch (IllegalArgumentException e) {
                throw ServerOptions.wrong("--console: " + e.getMessage());
            }
        }
        if (!everywhere && scripts.isEmpty() && server.staticDirectory().isEmpty()) {
            return Optional.empty();
        }
        HttpHandler last = everywhere
                ? new ConsolePage(true, paths)
                : HttpHandler.of(request -> HttpResponse.text(404, NOT_FOUND));
        return Optional.of(new Chain(scripts, server.staticFiles(), last));
    }

    /** A file that is served is not run: the scripts would be shown to everybody. */
    private void keepSourcesPrivate(Optional<Path> files) {
        try {
            if (cgi != null
                    && files.isPresent()
                    && cgi.toRealPath().startsWith(files.get().toRealPath())) {
                throw ServerOptions.wrong("--cgi is within the directory of --static, which would show the sources of"
                        + " its scripts: move one of them");
            }
        } catch (IOException e) {
            throw ServerOptions.wrong("--cgi, --static: " + e.getMessage());
        }
    }

    /** A script, else a file, else what is there for all others. */
    private record Chain(Optional<CgiScripts> scripts, Optional<StaticFiles> files, HttpHandler last)
            implements HttpHandler {
        @Override
        public CompletionStage<HttpResponse> handle(HttpRequest request) {
            return scripts.flatMap(all -> all.answer(request, this)).orElseGet(() -> fileOrLast(request));
        }

        private CompletionStage<HttpResponse> fileOrLast(HttpRequest request) {
            if (files.isEmpty()) {
                return last.handle(request);
            }
            return files.get()
                    .handle(request)
                    .thenCompose(response -> response.status() == 404
                            ? last.handle(request)
                            : CompletableFuture.completedFuture(response));
        }
    }
}
