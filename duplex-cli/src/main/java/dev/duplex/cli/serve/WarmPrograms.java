package dev.duplex.cli.serve;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Programs that run before there is a client for them, so that one who comes need not wait for a start. They count among
 * those that there may be.
 */
final class WarmPrograms {
    private final Launcher launcher;
    private final Program program;
    private final int number;
    private final int most;
    private final ServeLog log;

    // Guarded by this.
    private final ArrayDeque<ProgramProcess> ready = new ArrayDeque<>();

    /** Clients for those that are being started; never more of them. */
    private final ArrayDeque<CompletableFuture<ProgramProcess>> waiting = new ArrayDeque<>();

    private int starting;
    private final RestartPause pause = new RestartPause();

    /**
     * @param number how many
     * @param most how many programs there may be, with these
     */
    WarmPrograms(Launcher launcher, Program program, int number, int most, ServeLog log) {
        this.launcher = launcher;
        this.program = program;
        this.number = number;
        this.most = most;
        this.log = log;
    }

    /**
     * Starts the first of them, and returns when it runs; the others come by themselves.
     *
     * @throws ProgramException if it cannot be started
     */
    void startNow() throws ProgramException {
        if (!oneMore()) {
            throw new ProgramException("there is no room for a program that is kept warm (--max-procs)");
        }
        Launcher.await(launcher.launchReserved(program).thenAccept(this::isReady));
        fill();
    }

    /** One that runs or is being started, which is then no longer ours; empty if there is none at the moment. */
    Optional<CompletableFuture<ProgramProcess>> take() {
        Optional<CompletableFuture<ProgramProcess>> taken = one();
        if (taken.isEmpty()) {
            // There may be room by now; what is started in it is for this client, which would find none for its own.
            fill();
            taken = one();
        }
        fill();
        return taken.map(running -> running.thenApply(this::given));
    }

    private synchronized Optional<CompletableFuture<ProgramProcess>> one() {
        if (!ready.isEmpty()) {
            pause.reset();
            return Optional.of(CompletableFuture.completedFuture(ready.remove()));
        }
        if (waiting.size() >= starting) {
            return Optional.empty();
        }
        CompletableFuture<ProgramProcess> next = new CompletableFuture<>();
        waiting.add(next);
        return Optional.of(next);
    }

    /** A client has it from here on, and leaves room for another one. */
    private ProgramProcess given(ProgramProcess process) {
        process.gone().thenRun(this::fill);
        return process;
    }

    private void fill() {
        while (!launcher.isClosing() && oneMore()) {
            launcher.launchReserved(program).thenAccept(this::isReady).exceptionally(error -> {
                failed(error);
                return null;
            });
        }
    }

    private synchronized boolean oneMore() {
        if (ready.size() + starting - waiting.size() >= number || !launcher.reserve(most)) {
            return false;
        }
        starting++;
        return true;
    }

    private void isReady(ProgramProcess process) {
        CompletableFuture<ProgramProcess> client;
        synchronized (this) {
            starting--;
            client = waiting.poll();
            if (client == null) {
                ready.add(process);
            }
        }
        if (client != null) {
            client.complete(process);
            return;
        }
        process.exit().thenAccept(how -> {
            boolean unused;
            synchronized (this) {
                unused = ready.remove(process);
            }
            if (unused && !launcher.isClosing()) {
                log.line("warm program ended before a client came: " + how);
                process.discard();
                fillLater();
            }
        });
    }

    private void failed(Throwable error) {
        CompletableFuture<ProgramProcess> client;
        synchronized (this) {
            starting--;
            client = waiting.size() > starting ? waiting.poll() : null;
        }
        if (client != null) {
            client.completeExceptionally(error);
        } else {
            log.line("warm " + BackendFailure.reason(error));
        }
        fillLater();
    }

    /** One that ends at once shall not be started as fast as the machine can. */
    private void fillLater() {
        Duration wait;
        synchronized (this) {
            wait = pause.take();
        }
        CompletableFuture.delayedExecutor(wait.toNanos(), TimeUnit.NANOSECONDS).execute(this::fill);
    }
}
