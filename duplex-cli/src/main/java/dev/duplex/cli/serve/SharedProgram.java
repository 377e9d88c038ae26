package dev.duplex.cli.serve;

import dev.duplex.core.CloseCode;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A program that several sessions talk with, started again when it ends if that is wanted. */
public final class SharedProgram {
    private final Launcher launcher;
    private final Program program;
    private final BridgeOptions options;
    private final SharedOptions shared;
    private final ServeLog log;
    private final Encoder encoder;

    // Guarded by this.
    private final Map<String, Outlet> members = new LinkedHashMap<>();
    private final ArrayDeque<ProgramMessage> last = new ArrayDeque<>();

    /** Those that do not read, for which the program waits. */
    private final Set<String> slow = new HashSet<>();

    /** Those that are not read, until the program reads. */
    private final Set<String> held = new HashSet<>();

    private @Nullable Run run;
    private Duration pause = SharedOptions.FIRST_PAUSE;
    private boolean over;

    public SharedProgram(
            Launcher launcher, Program program, BridgeOptions options, SharedOptions shared, ServeLog log) {
        this.launcher = launcher;
        this.program = program;
        this.options = options;
        this.shared = shared;
        this.log = log;
        this.encoder = new Encoder(options.frames(), shared.tagged());
    }

    /** From its start to its end. */
    private final class Run implements PipeReader.Listener, PipeWriter.Listener {
        private final Backend backend;
        private final Decoder decoder;
        private final long begun = System.nanoTime();
        private boolean pumping;
        private boolean ended;
        private @Nullable ExitStatus status;

        Run(Backend backend) {
            this.backend = backend;
            Decoder messages = Decoder.of(options.frames());
            this.decoder = shared.tagged() ? new TaggedDecoder(messages) : messages;
        }

        @Override
        public void bytes(byte[] buffer, int length) {
            synchronized (SharedProgram.this) {
                decoder.add(buffer, length);
                pump(this);
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
            release();
        }

        @Override
        public void broken() {
            release();
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
            members.values().forEach(member -> tellOpen(now, member.session()));
        }
        release();
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

    /** Nobody starts it any more. */
    synchronized boolean isOver() {
        return over;
    }

    // ----------------------------------------------------------------------------------------------------------
    // sessions

    void opened(Session session) {
        synchronized (this) {
            Outlet member = new Outlet(session, options);
            members.put(name(session), member);
            last.forEach(message -> send(member, message));
            Run now = run;
            if (now != null) {
                tellOpen(now, session);
            } else if (over) {
                session.close(CloseCode.INTERNAL_ERROR, "the program has ended");
            } else {
                hold(session);
            }
        }
    }

    private void tellOpen(Run now, Session session) {
        Visitor visitor = Visitor.of(session);
        encoder.open(
                        visitor.connection(),
                        session.path(),
                        String.valueOf(session.remoteAddress()),
                        visitor.user().map(Environment.User::name).orElse(""))
                .ifPresent(now.backend.in()::write);
    }

    void received(Session session, Message message) {
        byte[] bytes = encoder.message(name(session), message.isText(), message.bytes());
        if (bytes == null) {
            session.close(CloseCode.POLICY_VIOLATION, "expected no newline within a message");
        } else {
            write(session, bytes);
        }
    }

    void pinged(Session session, Message payload) {
        encoder.ping(name(session), payload.bytes()).ifPresent(bytes -> write(session, bytes));
    }

    private synchronized void write(Session session, byte[] bytes) {
        Run now = run;
        if (now == null) {
            hold(session); // what it says between two runs nobody hears
        } else if (now.backend.in().write(bytes) > options.queueBytes()
                && now.backend.in().waiting() > options.queueBytes()) {
            hold(session);
        }
    }

    private void hold(Session session) {
        if (held.add(name(session))) {
            Visitor.of(session).hold(session);
        }
    }

    private synchronized void release() {
        for (String name : List.copyOf(held)) {
            held.remove(name);
            Outlet member = members.get(name);
            if (member != null) {
                member.visitor().release(member.session());
            }
        }
    }

    void drained(Session session) {
        synchronized (this) {
            Outlet member = members.get(name(session));
            if (member != null) {
                member.drained();
            }
            Run now = run;
            if (slow.remove(name(session)) && slow.isEmpty() && now != null) {
                pump(now);
                if (slow.isEmpty()) {
                    now.backend.out().resume();
                }
            }
        }
    }

    void closed(Session session, CloseEvent event) {
        synchronized (this) {
            members.remove(name(session));
            held.remove(name(session));
            Run now = run;
            if (now != null) {
                encoder.close(name(session), event.code(), event.reason()).ifPresent(now.backend.in()::write);
            }
        }
        drained(session);
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
            while (slow.isEmpty()) {
                ProgramMessage message = now.decoder.next();
                if (message == null && now.ended) {
                    message = now.decoder.last();
                    if (message == null) {
                        said(now);
                        return;
                    }
                }
                if (message == null) {
                    return;
                }
                deliver(message);
            }
            now.backend.out().pause();
        } catch (FramingException e) {
            log.line("shared " + e.getMessage());
            now.backend.stop();
        } finally {
            now.pumping = false;
        }
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
        if (to.makesWait()) {
            slow.add(to.visitor().connection());
        }
    }

    /** Everything that it has written is sent. */
    private void said(Run now) {
        ExitStatus how = now.status;
        if (how == null) {
            now.backend.stop(); // it has closed its stdout: nothing more is to be expected
            return;
        }
        if (run != now) {
            return;
        }
        run = null;
        if (now.backend.serverStops()) {
            over = true;
        } else if (shared.restart().after(how)) {
            members.values().forEach(member -> hold(member.session()));
            restartLater(now);
        } else {
            over = true;
            List.copyOf(members.values()).forEach(member -> member.session().close(how.closeCode(), how.reason()));
        }
    }

    private void restartLater(Run ended) {
        if (System.nanoTime() - ended.begun > SharedOptions.STABLE.toNanos()) {
            pause = SharedOptions.FIRST_PAUSE;
        }
        Duration wait = pause;
        pause = SharedOptions.after(pause);
        log.line("shared program starts again in " + wait.toMillis() + " ms");
        CompletableFuture.delayedExecutor(wait.toNanos(), TimeUnit.NANOSECONDS)
                .execute(() -> start().exceptionally(error -> {
                    log.line("shared " + BackendFailure.reason(error));
                    synchronized (this) {
                        restartLater(ended);
                    }
                    return null;
                }));
    }
}
