package dev.duplex.cli.serve;

import dev.duplex.server.UpgradeRequest;
import dev.duplex.transport.pipe.PipeReader;
import dev.duplex.transport.pipe.PipeWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A program decides: it finds the request in its environment, and exits with 0 if the client may come in. The first line
 * that it prints is then the name of the user.
 */
final class ProgramAuthenticator implements Authenticator {
    private static final int LONGEST_NAME = 1024;

    private final Launcher launcher;
    private final Function<UpgradeRequest, Program> program;
    private final int most;
    private final Duration timeout;
    private final ServeLog log;

    /** @param most how many programs there may be, with those of clients that are in: anybody can have one started */
    ProgramAuthenticator(
            Launcher launcher, Function<UpgradeRequest, Program> program, int most, Duration timeout, ServeLog log) {
        this.launcher = launcher;
        this.program = program;
        this.most = most;
        this.timeout = timeout;
        this.log = log;
    }

    @Override
    public CompletionStage<Verdict> judge(UpgradeRequest request) {
        Program asked = program.apply(request);
        if (!launcher.reserve(most)) {
            log.line("auth refused with 503: " + most + " programs run, the most there may be (--max-procs)");
            return CompletableFuture.completedFuture(Refused.busy());
        }
        return launcher.launchReserved(asked).thenCompose(this::verdict).exceptionally(error -> {
            log.line("auth " + BackendFailure.reason(error));
            return Refused.failed();
        });
    }

    private CompletableFuture<Verdict> verdict(ProgramProcess process) {
        Answer answer = new Answer();
        process.in().start(new PipeWriter.Listener() {
            @Override
            public void drained() {}

            @Override
            public void broken() {}
        });
        process.in().end();
        process.out().start(answer);
        process.err().ifPresent(err -> err.start(new LogLines(line -> log.line("auth stderr: " + line))));
        process.exit().thenAccept(how -> {
            process.out().finish();
            process.err().ifPresent(PipeReader::finish);
        });
        return answer.all
                .<ExitStatus, Verdict>thenCombine(
                        process.exit(), (said, how) -> how.value() == 0 ? allowed(said) : Refused.forbidden())
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((verdict, late) -> process.stop())
                .thenCompose(verdict -> settled(process, verdict));
    }

    /** Who may come in may need the place for a program of its own. */
    private static CompletableFuture<Verdict> settled(ProgramProcess process, Verdict verdict) {
        return verdict instanceof Allowed
                ? process.gone().thenApply(gone -> verdict)
                : CompletableFuture.completedFuture(verdict);
    }

    private static Verdict allowed(String said) {
        Optional<String> name = said.lines().findFirst().map(String::strip).filter(line -> !line.isEmpty());
        return new Allowed(name.map(user -> new Environment.User(user, "Program")));
    }

    /** The beginning of what it prints. */
    private static final class Answer implements PipeReader.Listener {
        private final CompletableFuture<String> all = new CompletableFuture<>();
        private final StringBuilder said = new StringBuilder();

        @Override
        public void bytes(byte[] buffer, int length) {
            int room = LONGEST_NAME - said.length();
            said.append(new String(buffer, 0, Math.min(length, room), StandardCharsets.UTF_8));
        }

        @Override
        public void end() {
            all.complete(said.toString());
        }
    }
}
