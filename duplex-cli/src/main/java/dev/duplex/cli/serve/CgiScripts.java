package dev.duplex.cli.serve;

import dev.duplex.server.BadRequestException;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.transport.pipe.PipeReader;
import dev.duplex.transport.pipe.PipeWriter;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Programs of a directory that answer plain HTTP requests, by RFC 3875 (CGI/1.1). A file that may not be executed is not
 * shown either: nothing here ever sends a source.
 */
public final class CgiScripts {
    private static final int MAX_LOCAL_REDIRECTS = 5;

    private final ScriptDirectory scripts;
    private final Launcher launcher;
    private final Environment environment;
    private final ProgramEndpoint.ProcessLimit most;
    private final Limits limits;
    private final ServeLog log;
    private final AtomicLong failures = new AtomicLong();

    /**
     * The bounds of each run.
     *
     * @param outputBytes the most that a script may write, since it is kept until the script has ended
     * @param time from its start to its end
     */
    public record Limits(int outputBytes, Duration time) {
        public static final Limits DEFAULT = new Limits(16 * 1024 * 1024, Duration.ofSeconds(30));
    }

    /** @param most how many programs there may be, with those of the same launcher */
    public CgiScripts(
            ScriptDirectory scripts,
            Launcher launcher,
            Environment environment,
            ProgramEndpoint.ProcessLimit most,
            Limits limits,
            ServeLog log) {
        this.scripts = scripts;
        this.launcher = launcher;
        this.environment = environment;
        this.most = most;
        this.limits = limits;
        this.log = log;
    }

    /**
     * The answer of the script that the request names, or empty if it names none.
     *
     * @param redirected who answers where the script sends the request to another path of this server
     */
    public Optional<CompletionStage<HttpResponse>> answer(HttpRequest request, HttpHandler redirected) {
        return scripts.find(request.segments()).map(script -> run(script, request, redirected));
    }

    private CompletionStage<HttpResponse> run(
            ScriptDirectory.Script script, HttpRequest request, HttpHandler redirected) {
        if (!launcher.reserve(most.most())) {
            log.line(script.name() + ": refused with " + most.status() + ", since " + most.most()
                    + " programs run, the most there may be");
            return CompletableFuture.completedFuture(
                    HttpResponse.text(most.status(), "Too many programs run already.\n")
                            .header("Retry-After", "5"));
        }
        return launcher.launchReserved(program(request, script))
                .thenCompose(process -> new Run(script, process).begin(request.body()))
                .thenCompose(answer -> answer.localRedirect()
                        .map(target -> again(target, request, redirected))
                        .orElseGet(() -> CompletableFuture.completedFuture(answer.response())))
                .exceptionally(error -> failed(script, error));
    }

    // §7.2: it runs where its file is.
    private Program program(HttpRequest request, ScriptDirectory.Script script) {
        return new Program(
                List.of(script.file().toString()),
                environment.of(request, script, scripts.root()),
                Optional.ofNullable(script.file().getParent()),
                Program.Errors.log);
    }

    // RFC 3875 §6.2.2: as if the client had asked for it.
    private CompletionStage<HttpResponse> again(String target, HttpRequest request, HttpHandler redirected) {
        int times = redirects(request) + 1;
        if (times > MAX_LOCAL_REDIRECTS) {
            return CompletableFuture.failedFuture(
                    new CgiException("it was redirected locally more than " + MAX_LOCAL_REDIRECTS + " times"));
        }
        try {
            return redirected.handle(HttpRequest.builder("GET", target)
                    .fields(request.fields().toBuilder()
                            .remove("Content-Type")
                            .remove("Content-Length")
                            .build())
                    .remoteAddress(request.remoteAddress())
                    .secure(request.secure())
                    .pathParameters(Map.of(REDIRECTS, Integer.toString(times)))
                    .build());
        } catch (BadRequestException e) {
            return CompletableFuture.failedFuture(new CgiException("its Location cannot be used: " + e.getMessage()));
        }
    }

    /** Not a name that a route could have. */
    private static final String REDIRECTS = "cgi redirects";

    private static int redirects(HttpRequest request) {
        return Integer.parseInt(request.pathParameters().getOrDefault(REDIRECTS, "0"));
    }

    private HttpResponse failed(ScriptDirectory.Script script, Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        String id = "cgi-" + failures.incrementAndGet();
        boolean late = cause instanceof TimeoutException;
        log.line(id + " " + script.name() + ": "
                + (late
                        ? "it has not ended within " + limits.time().toSeconds() + " s"
                        : cause instanceof CgiException || cause instanceof ProgramException
                                ? cause.getMessage()
                                : cause.toString()));
        return HttpResponse.text(
                late ? 504 : 500,
                late
                        ? "The script has not answered in time.\n"
                        : "The script could not answer; the server's log says why at " + id + ".\n");
    }

    /** One run of a script: its output is collected until it ends. */
    private final class Run implements PipeReader.Listener {
        private final ScriptDirectory.Script script;
        private final ProgramProcess process;
        private final ByteArrayOutputStream output = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> all = new CompletableFuture<>();

        Run(ScriptDirectory.Script script, ProgramProcess process) {
            this.script = script;
            this.process = process;
        }

        CompletionStage<CgiResponse> begin(byte[] body) {
            process.in().start(new Ignored());
            if (body.length > 0) {
                process.in().write(body);
            }
            process.in().end();
            process.err().ifPresent(err -> err.start(new LogLines(line -> log.line(script.name() + ": " + line))));
            process.out().start(this);
            // A child that the script leaves behind may hold its output open.
            process.exit().thenRun(() -> process.out().finish());
            all.orTimeout(limits.time().toNanos(), TimeUnit.NANOSECONDS).whenComplete((done, error) -> process.stop());
            return all.thenApply(written -> {
                try {
                    return CgiResponse.read(written);
                } catch (CgiException e) {
                    throw new CompletionException(e);
                }
            });
        }

        @Override
        public void bytes(byte[] buffer, int length) {
            if (output.size() + length > limits.outputBytes()) {
                all.completeExceptionally(
                        new CgiException("it has written more than " + limits.outputBytes() + " bytes"));
            } else {
                output.write(buffer, 0, length);
            }
        }

        @Override
        public void end() {
            all.complete(output.toByteArray());
        }
    }

    /** A script need not read what it was sent. */
    private static final class Ignored implements PipeWriter.Listener {
        @Override
        public void drained() {}

        @Override
        public void broken() {}
    }
}
