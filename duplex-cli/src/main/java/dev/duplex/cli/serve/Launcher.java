package dev.duplex.cli.serve;

import dev.duplex.transport.pipe.Pipes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Starts programs, each in a group of its own, and sees to it that none is left when it is closed. */
public final class Launcher implements AutoCloseable {
    private static final int THREADS = 4;
    private static final Duration CONFIRMATION = Duration.ofSeconds(2);
    private static final long LOOK_NANOS = 100_000;
    private static final Path PROC = Path.of("/proc/self/cmdline");

    /** Exit codes of what could not be executed, as shells, setsid and our Perl have them. */
    private static final Set<Integer> NOT_EXECUTED = Set.of(126, 127);

    private final GroupStarter starter;
    private final Identity identity;
    private final Pipes pipes;
    private final Warden warden;
    private final StopLadder ladder;
    private final ThreadPoolExecutor threads;
    private final Set<ProgramProcess> running = ConcurrentHashMap.newKeySet();
    private final AtomicInteger reserved = new AtomicInteger();
    private final Stats stats;
    private volatile boolean closing;

    Launcher(GroupStarter starter, Identity identity, Pipes pipes, Warden warden, StopLadder ladder, Stats stats) {
        this.starter = starter;
        this.identity = identity;
        this.pipes = pipes;
        this.warden = warden;
        this.ladder = ladder;
        this.stats = stats;
        stats.running(running::size);
        this.threads =
                new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "duplex-start");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** As the other, where nobody asks what was counted. */
    public static Launcher open(StopLadder ladder) throws IOException {
        return open(ladder, Identity.OURS, new Stats());
    }

    /**
     * With the best that this machine has.
     *
     * @param identity who all programs are
     */
    public static Launcher open(StopLadder ladder, Identity identity, Stats stats) throws IOException {
        GroupStarter starter = GroupStarter.find();
        return new Launcher(starter, identity, Pipes.open("duplex-pipes"), Warden.start(starter), ladder, stats);
    }

    /** Whether signals reach what programs start, too. */
    public boolean makesGroups() {
        return starter.makesGroups();
    }

    /**
     * Reserves the place of one of so many programs; false if all are taken. What is reserved is taken by the next launch,
     * and free again when its program is gone or could not be started.
     */
    boolean reserve(int most) {
        if (reserved.incrementAndGet() > most) {
            reserved.decrementAndGet();
            return false;
        }
        return true;
    }

    /** Starts a program on another thread, in a place that was reserved; fails with a {@link ProgramException}. */
    CompletableFuture<ProgramProcess> launchReserved(Program program) {
        return launch(program, reserved::decrementAndGet);
    }

    /** As {@link #launchReserved}, but not counted. */
    CompletableFuture<ProgramProcess> launch(Program program) {
        return launch(program, () -> {});
    }

    private CompletableFuture<ProgramProcess> launch(Program program, Runnable free) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        ProgramProcess process = start(program, free);
                        stats.started();
                        process.exit().thenAccept(stats::ended);
                        return process;
                    } catch (ProgramException e) {
                        stats.notStarted();
                        throw new CompletionException(e);
                    }
                },
                threads);
    }

    /**
     * Waits for what is started.
     *
     * @throws ProgramException if it could not be
     */
    static void await(CompletableFuture<?> started) throws ProgramException {
        try {
            started.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ProgramException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Starts a program, and returns when it really runs. Blocks for some milliseconds. */
    private ProgramProcess start(Program program, Runnable free) throws ProgramException {
        Pipes.Piped piped;
        try {
            piped = begin(program);
        } catch (ProgramException | RuntimeException e) {
            free.run();
            throw e;
        }
        ProgramProcess started = new ProgramProcess(piped, starter.makesGroups(), warden, ladder, () -> closing, free);
        running.add(started);
        started.gone().thenRun(() -> running.remove(started));
        if (closing) {
            started.stop();
        }
        try {
            confirm(program, piped.process());
        } catch (ProgramException e) {
            started.discard(); // nobody else closes our ends of its pipes
            throw e;
        }
        return started;
    }

    private Pipes.Piped begin(Program program) throws ProgramException {
        Executables.check(program);
        List<String> command = starter.of(identity.of(program.words()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(program.environment());
        program.directory().ifPresent(directory -> builder.directory(directory.toFile()));
        switch (program.errors()) {
            case merge -> builder.redirectErrorStream(true);
            case none -> builder.redirectError(ProcessBuilder.Redirect.DISCARD);
            case log, tag -> {}
        }
        boolean err = program.errors() == Program.Errors.log || program.errors() == Program.Errors.tag;
        try {
            return pipes.start(builder, err);
        } catch (IOException e) {
            throw new ProgramException("cannot start " + program.name() + ": " + e.getMessage());
        }
    }

    /**
     * Waits until the starter has become the program. If that fails, it ends: everything that can be known before has been
     * looked at, but not a noexec mount or a loader that is missing.
     */
    private void confirm(Program program, Process process) throws ProgramException {
        if (!starter.makesGroups() || !Files.isReadable(PROC)) {
            return;
        }
        Path words = Path.of("/proc/" + process.pid() + "/cmdline");
        long deadline = System.nanoTime() + CONFIRMATION.toNanos();
        while (System.nanoTime() - deadline < 0) {
            if (!process.isAlive()) {
                if (NOT_EXECUTED.contains(process.exitValue())) {
                    throw new ProgramException("cannot start " + program.name() + ": it could not be executed (exit "
                            + process.exitValue() + ")");
                }
                return;
            }
            String first = firstWord(words);
            if (!first.isEmpty() && !isStarter(first, program)) {
                return;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private boolean isStarter(String word, Program program) {
        return Stream.of(starter.words(), identity.words(), program.starter())
                .anyMatch(words -> !words.isEmpty() && word.equals(words.get(0)));
    }

    /** Empty while there is none, or not yet all of it; and what cannot be read is not the starter any more. */
    private static String firstWord(Path words) {
        try {
            String all = Files.readString(words, StandardCharsets.ISO_8859_1);
            int end = all.indexOf('\0');
            return end < 0 ? "" : all.substring(0, end); // seen: "/" while a shell had just been executed
        } catch (IOException e) {
            return Files.exists(words) ? "?" : "";
        }
    }

    /** Whether nothing is started any more. */
    boolean isClosing() {
        return closing;
    }

    /** How many programs run, with those that are being ended. */
    int running() {
        return running.size();
    }

    /** Brings all to their end; done when they are gone. What is started from here on is ended at once. */
    public CompletableFuture<Void> stopAll() {
        closing = true;
        List<ProgramProcess> all = List.copyOf(running);
        all.forEach(ProgramProcess::stop);
        return CompletableFuture.allOf(all.stream().map(ProgramProcess::gone).toArray(CompletableFuture[]::new));
    }

    /** Returns when all programs are gone: within the time of the ladder. */
    @Override
    public void close() {
        long most = ladder.total().multipliedBy(2).plusSeconds(1).toNanos();
        try {
            stopAll().get(most, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // the warden does the rest
        }
        threads.shutdown();
        warden.close();
        pipes.close();
    }
}
