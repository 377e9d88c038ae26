package dev.duplex.cli.serve;

import dev.duplex.core.CloseCode;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.pipe.PipeReader;
import dev.duplex.transport.pipe.PipeWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A program that several sessions talk with, started again when it ends if that is wanted. */
public final class SharedProgram {
    /** A program that has run for so long is not one that cannot start. */
    private static final Duration STABLE = Duration.ofSeconds(10);

    private final Launcher launcher;
    private final Program program;
    private final BridgeOptions options;
    private final SharedOptions shared;
    private final ServeLog log;
    private final LongSupplier clock;
    private final Encoder encoder;

    // Guarded by this.
    private final Map<String, Outlet> members = new LinkedHashMap<>();
    private final ArrayDeque<ProgramMessage> last = new ArrayDeque<>();

    /** Those that do not read, for which the program waits. */
    private final Set<String> slow = new HashSet<>();

    /** Whether no client is read, whoever it is: what they say would wait in our memory. */
    private boolean held;

    private @Nullable Run run;
    private final RestartPause pause = new RestartPause();
    private boolean over;

    public SharedProgram(
            Launcher launcher, Program program, BridgeOptions options, SharedOptions shared, ServeLog log) {
        this(launcher, program, options, shared, log, System::nanoTime);
    }

    /** @param clock nanoseconds since any time */
    SharedProgram(
            Launcher launcher,
            Program program,
            BridgeOptions options,
            SharedOptions shared,
            ServeLog log,
            LongSupplier clock) {
        this.launcher = launcher;
        this.program = program;
        this.options = options;
        this.shared = shared;
        this.log = log;
        this.clock = clock;
        this.encoder = new Encoder(options.frames(), shared.tagged());
    }

    /** From its start to its end. */
    private final class Run implements PipeReader.Listener, PipeWriter.Listener {
        private final Backend backend;
        private final Decoder decoder =
                shared.tagged() ? Decoder.addressed(options.frames()) : Decoder.of(options.frames());
        private final long begun = clock.getAsLong();
        private boolean pumping;
        private boolean ended;

        /** Why what it writes is of no use any more, and it is being ended. */
        private @Nullable FramingException failure;

        private @Nullable ExitStatus status;

        Run(Backend backend) {
            this.backend = backend;
        }

        @Override
        public void bytes(byte[] buffer, int length) {
            synchronized (SharedProgram.this) {
                if (failure == null) { // else it is read so that it can come to its end
                    decoder.add(buffer, length);
                    pump(this);
                }
            }
        }

        @Override
        public void end() {
            synchronized (SharedProgram.this) {
                ended = true;
                pump(this);
            }
        }

        @Override
        public void drained() {
            holdOrRelease();
        }

        @Override
        public void broken() {
            holdOrRelease();
        }
    }

    /**
     * Starts it; returns when it runs.
     *
     * @throws ProgramException if it cannot be started
     */
    void startNow() throws ProgramException {
        Launcher.await(start());
    }

    private CompletableFuture<Void> start() {
        return launcher.launch(program).thenAccept(this::begin);
    }

    private void begin(ProgramProcess started) {
        Run now = new Run(started);
        synchronized (this) {
            run = now;
            started.in().start(now);
            members.values().forEach(member -> tellOpen(member.session()));
            holdOrRelease();
        }
        started.err().ifPresent(err -> err.start(new LogLines(line -> log.line("shared stderr: " + line))));
        started.out().start(now);
        started.exit().thenAccept(how -> exited(now, how));
    }

    private void exited(Run ended, ExitStatus how) {
        log.line("shared program ended: " + how);
        ended.backend.err().ifPresent(PipeReader::finish);
        synchronized (this) {
            ended.status = how;
            ended.backend.out().finish();
            pump(ended);
        }
    }

    // ----------------------------------------------------------------------------------------------------------
    // sessions

    /** What a newcomer is answered that may not come in; empty for one that may. */
    synchronized Optional<HttpResponse> refusal() {
        if (over) {
            return Optional.of(
                    HttpResponse.text(503, "The program has ended.\n").header("Retry-After", "60"));
        }
        // Each who comes and goes is something that the program is told, and that would wait. One of whom it is told
        // nothing may come and listen.
        return encoder.told() && isFull()
                ? Optional.of(HttpResponse.text(503, "The program does not keep up with what it is told.\n")
                        .header("Retry-After", "5"))
                : Optional.empty();
    }

    synchronized void opened(Session session) {
        Outlet member = new Outlet(session, options);
        members.put(name(session), member);
        if (held) {
            member.visitor().hold(session);
        }
        member.replay(last);
        waitFor(member);
        tellOpen(session);
        if (over) {
            member.send(new ProgramMessage.Close(CloseCode.INTERNAL_ERROR, "the program has ended"));
        }
    }

    private void tellOpen(Session session) {
        Visitor visitor = Visitor.of(session);
        encoder.open(
                        visitor.connection(),
                        session.path(),
                        String.valueOf(session.remoteAddress()),
                        visitor.user().map(Environment.User::name).orElse(""))
                .ifPresent(this::write);
    }

    void received(Session session, Message message) {
        byte[] bytes = encoder.message(name(session), message.isText(), message.bytes());
        if (bytes == null) {
            session.close(CloseCode.POLICY_VIOLATION, "expected no newline within a message");
        } else {
            write(bytes);
        }
    }

    void pinged(Session session, Message payload) {
        encoder.ping(name(session), payload.bytes()).ifPresent(this::write);
    }

    /** What is said between two runs nobody hears; those who are there then, the next one is told of. */
    private synchronized void write(byte[] bytes) {
        Run now = run;
        if (now != null) {
            now.backend.in().write(bytes);
            holdOrRelease();
        }
    }

    private boolean isFull() {
        Run now = run;
        return now != null && now.backend.in().waiting() > options.queueBytes();
    }

    /** Reads what clients say while there is a program with room for it: all of them or none, for they share the room. */
    private synchronized void holdOrRelease() {
        boolean hold = run == null || isFull();
        if (hold != held) {
            held = hold;
            for (Outlet member : members.values()) {
                if (hold) {
                    member.visitor().hold(member.session());
                } else {
                    member.visitor().release(member.session());
                }
            }
        }
    }

    synchronized void drained(Session session) {
        Outlet member = members.get(name(session));
        if (member != null && member.drained() && !member.makesWait()) {
            caughtUp(name(session));
        }
    }

    synchronized void closed(Session session, CloseEvent event) {
        members.remove(name(session));
        encoder.close(name(session), event.code(), event.reason()).ifPresent(this::write);
        caughtUp(name(session));
    }

    private void waitFor(Outlet member) {
        if (member.makesWait()) {
            slow.add(member.visitor().connection());
        }
    }

    /** The program need not wait for this one, if it did. */
    private void caughtUp(String name) {
        Run now = run;
        if (slow.remove(name) && slow.isEmpty() && now != null) {
            pump(now);
            if (slow.isEmpty()) {
                now.backend.out().resume();
            }
        }
    }

    private static String name(Session session) {
        return Visitor.of(session).connection();
    }

    // ------------------------------------------------------------------------------------------------------- the
    // program

    private void pump(Run now) {
        if (now.pumping) {
            return;
        }
        now.pumping = true;
        try {
            if (now.failure != null || saysNoMore(now)) {
                said(now);
            }
        } catch (FramingException e) {
            log.line("shared " + e.getMessage());
            now.failure = e;
            said(now);
        } finally {
            now.pumping = false;
        }
    }

    /** Sends what is complete, as far as clients take it; true once all that the program has written is sent. */
    private boolean saysNoMore(Run now) throws FramingException {
        while (slow.isEmpty()) {
            ProgramMessage message = now.decoder.next();
            if (message == null && now.ended) {
                message = now.decoder.last();
                if (message == null) {
                    return true;
                }
            }
            if (message == null) {
                return false;
            }
            deliver(message);
        }
        now.backend.out().pause();
        return false;
    }

    private void deliver(ProgramMessage message) {
        if (message instanceof ProgramMessage.To to) {
            Outlet member = members.get(to.connection());
            if (member != null) {
                send(member, to.message());
            }
            return;
        }
        if (shared.replay() > 0
                && (message instanceof ProgramMessage.Text || message instanceof ProgramMessage.Binary)) {
            last.add(message);
            while (last.size() > shared.replay()) {
                last.remove();
            }
        }
        List.copyOf(members.values()).forEach(member -> send(member, message));
    }

    private void send(Outlet to, ProgramMessage message) {
        to.send(message);
        waitFor(to);
    }

    /** Everything that it has written is sent, or is of no use. */
    private void said(Run now) {
        ExitStatus how = now.status;
        if (how == null) {
            now.backend.stop(); // nothing more is to be expected of it
            return;
        }
        if (run != now) {
            return;
        }
        run = null;
        FramingException failure = now.failure;
        if (now.backend.serverStops()) {
            over = true;
        } else if (shared.restart().after(failure != null || how.value() != 0)) {
            holdOrRelease();
            if (clock.getAsLong() - now.begun > STABLE.toNanos()) {
                pause.reset();
            }
            startLater();
        } else {
            over = true;
            ProgramMessage end = failure == null
                    ? new ProgramMessage.Close(how.closeCode(), how.reason())
                    : new ProgramMessage.Close(failure.closeCode(), failure.reason());
            List.copyOf(members.values()).forEach(member -> member.send(end));
        }
    }

    private void startLater() {
        Duration wait = pause.take();
        log.line("shared program starts again in " + wait.toMillis() + " ms");
        CompletableFuture.delayedExecutor(wait.toNanos(), TimeUnit.NANOSECONDS).execute(this::startAgain);
    }

    private void startAgain() {
        if (launcher.isClosing()) {
            return;
        }
        start().exceptionally(error -> {
            log.line("shared " + BackendFailure.reason(error));
            synchronized (this) {
                startLater();
            }
            return null;
        });
    }
}
