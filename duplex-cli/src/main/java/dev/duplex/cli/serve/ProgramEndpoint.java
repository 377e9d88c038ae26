package dev.duplex.cli.serve;

import dev.duplex.server.HttpResponse;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.UpgradeResponse;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** A program for each session: started before the session opens, and brought to its end with it. */
public final class ProgramEndpoint extends BridgedEndpoint {
    private final Launcher launcher;
    private final BiFunction<UpgradeRequest, Visitor, Program> program;
    private final Supplier<Optional<CompletableFuture<ProgramProcess>>> ready;
    private final ProcessLimit limit;
    private final ServeLog log;

    /**
     * How many programs there may be, of all endpoints with the same launcher.
     *
     * @param most at a time
     * @param status of the answer to those beyond
     */
    public record ProcessLimit(int most, int status) {}

    /** @param program what to start for a request */
    public ProgramEndpoint(
            Launcher launcher,
            BiFunction<UpgradeRequest, Visitor, Program> program,
            ProcessLimit limit,
            BridgeOptions options,
            ServeLog log) {
        this(launcher, program, Optional::empty, limit, options, log);
    }

    /** @param ready gives one that runs already or is being started, if there is any */
    ProgramEndpoint(
            Launcher launcher,
            BiFunction<UpgradeRequest, Visitor, Program> program,
            Supplier<Optional<CompletableFuture<ProgramProcess>>> ready,
            ProcessLimit limit,
            BridgeOptions options,
            ServeLog log) {
        super(options, log);
        this.launcher = launcher;
        this.program = program;
        this.ready = ready;
        this.limit = limit;
        this.log = log;
    }

    @Override
    public CompletionStage<UpgradeResponse> enter(UpgradeRequest request, Visitor visitor) {
        Optional<CompletableFuture<ProgramProcess>> running = ready.get();
        if (running.isEmpty() && !launcher.reserve(limit.most())) {
            log.line(visitor.connection() + " refused with " + limit.status() + ": " + limit.most()
                    + " programs run, the most there may be (--max-procs)");
            return CompletableFuture.completedFuture(
                    UpgradeResponse.reject(HttpResponse.text(limit.status(), "Too many programs run already.\n")
                            .header("Retry-After", "5")));
        }
        return running.orElseGet(() -> launcher.launchReserved(program.apply(request, visitor)))
                .handle((started, error) -> {
                    if (started == null) {
                        return BackendFailure.response(500, visitor, "The program could not be started", error, log);
                    }
                    visitor.runs(started.pid());
                    return accept(started);
                });
    }
}
