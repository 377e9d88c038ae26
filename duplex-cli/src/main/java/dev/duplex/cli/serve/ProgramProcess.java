package dev.duplex.cli.serve;

import dev.duplex.transport.pipe.PipeReader;
import dev.duplex.transport.pipe.PipeWriter;
import dev.duplex.transport.pipe.Pipes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** One running program and all that it starts. */
final class ProgramProcess implements Backend {
    /** How long what a program leaves behind has from TERM to KILL, where the ladder says nothing. */
    private static final Duration LEFT_BEHIND = Duration.ofSeconds(1);

    private final Pipes.Piped piped;
    private final Process process;
    private final boolean leadsGroup;
    private final Warden warden;
    private final StopLadder ladder;
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final AtomicBoolean leaving = new AtomicBoolean();
    private final BooleanSupplier serverStops;
    private final Runnable free;
    private volatile boolean signalled;

    /** @param free gives its place back, once it is gone and before anybody learns of that */
    ProgramProcess(
            Pipes.Piped piped,
            boolean leadsGroup,
            Warden warden,
            StopLadder ladder,
            BooleanSupplier serverStops,
            Runnable free) {
        this.serverStops = serverStops;
        this.free = free;
        this.piped = piped;
        this.process = piped.process();
        this.leadsGroup = leadsGroup;
        this.warden = warden;
        this.ladder = ladder;
        warden.guard(target());
        process.onExit().thenAccept(ended -> ended(new ExitStatus(ended.exitValue())));
    }

    private void ended(ExitStatus status) {
        piped.in().close();
        exit.complete(status);
        Duration grace = ladder.steps().stream()
                .filter(step -> step.signal().equals("TERM"))
                .map(StopLadder.Step::grace)
                .findFirst()
                .orElse(LEFT_BEHIND);
        climb(List.of(new StopLadder.Step("TERM", grace), new StopLadder.Step("KILL", Duration.ZERO)), 0);
    }

    long pid() {
        return process.pid();
    }

    @Override
    public PipeWriter in() {
        return piped.in();
    }

    @Override
    public PipeReader out() {
        return piped.out();
    }

    @Override
    public Optional<PipeReader> err() {
        return piped.err();
    }

    @Override
    public CompletionStage<ExitStatus> exit() {
        return exit;
    }

    @Override
    public boolean serverStops() {
        return serverStops.getAsBoolean();
    }

    @Override
    public boolean wasSignalled() {
        return signalled;
    }

    /** Done when it and all that it has started have ended, or were sent KILL; its place is free then. */
    CompletableFuture<Void> gone() {
        return gone;
    }

    private void leave() {
        if (leaving.compareAndSet(false, true)) {
            warden.release(target());
            free.run();
            gone.complete(null);
        }
    }

    @Override
    public void stop() {
        if (stopping.compareAndSet(false, true) && !exit.isDone()) {
            climb(ladder.steps(), 0);
        }
    }

    /** Takes this step, and the next one when its time is over. */
    private void climb(List<StopLadder.Step> steps, int number) {
        if (gone.isDone()) {
            return;
        }
        if (number == steps.size()) {
            if (exit.isDone()) {
                leave();
            }
            return;
        }
        StopLadder.Step step = steps.get(number);
        if (step.endsInput()) {
            piped.in().end();
        } else {
            signalled |= !exit.isDone();
            signal(step.signal()).thenAccept(anybody -> {
                if (!anybody && exit.isDone()) {
                    leave();
                }
            });
        }
        if (step.grace().isZero()) {
            climb(steps, number + 1);
        } else {
            CompletableFuture.delayedExecutor(step.grace().toNanos(), TimeUnit.NANOSECONDS)
                    .execute(() -> climb(steps, number + 1));
        }
    }

    /** Sends it to all; whether there was anybody. */
    private CompletableFuture<Boolean> signal(String name) {
        if (leadsGroup) {
            return warden.signal(target(), name);
        }
        // Those that it has started and that have not yet lost it as their parent: the best that can be done.
        List<CompletableFuture<Boolean>> sent = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .filter(ProcessHandle::isAlive)
                .map(each -> warden.signal(each.pid(), name))
                .toList();
        return CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new))
                .thenApply(done -> sent.stream().anyMatch(CompletableFuture::join));
    }

    /** As for kill(2). */
    private long target() {
        return leadsGroup ? -process.pid() : process.pid();
    }

    @Override
    public String toString() {
        return "process " + pid();
    }
}
