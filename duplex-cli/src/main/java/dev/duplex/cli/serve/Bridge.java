package dev.duplex.cli.serve;

import dev.duplex.core.CloseCode;
import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.pipe.PipeReader;
import dev.duplex.transport.pipe.PipeWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One session and the backend that is there for it alone. Neither direction waits for the other: who does not read is
 * not read from, once what waits for it is as much as it may be.
 */
final class Bridge {
    /** How much of what a program writes is read and dropped when its client has left, so that it can come to its end. */
    private static final long FAREWELL_BYTES = 1024 * 1024;

    private final Session session;
    private final Visitor visitor;
    private final Backend backend;
    private final BridgeOptions options;
    private final ServeLog log;
    private final Encoder encoder;
    private final Outlet outlet;

    // From the program to the client; guarded by this, and so is the outlet.
    private final List<Stream> streams = new ArrayList<>();
    private boolean pumping;
    private boolean sessionEnded;
    private long dropped;
    private @Nullable ExitStatus status;

    /** Guards what follows: from the client to the program. */
    private final Object input = new Object();

    private boolean inputPaused;

    Bridge(Session session, Visitor visitor, Backend backend, BridgeOptions options, ServeLog log) {
        this.session = session;
        this.visitor = visitor;
        this.backend = backend;
        this.options = options;
        this.log = log;
        this.encoder = new Encoder(options.frames(), false);
        this.outlet = new Outlet(session, options);
    }

    /** Begins; on the session's event loop. */
    void open() {
        backend.in().start(new Input());
        encoder.open(
                        visitor.connection(),
                        session.path(),
                        String.valueOf(session.remoteAddress()),
                        visitor.user().map(Environment.User::name).orElse(""))
                .ifPresent(this::write);
        List<Stream> begun = new ArrayList<>();
        begun.add(new Stream(backend.out(), options.tagStreams() ? "stdout" : ""));
        backend.err().ifPresent(err -> {
            if (options.tagStreams()) {
                begun.add(new Stream(err, "stderr"));
            } else {
                err.start(new LogLines(line -> log.errors(visitor, line)));
            }
        });
        synchronized (this) {
            streams.addAll(begun);
        }
        begun.forEach(stream -> stream.reader.start(stream));
        backend.exit().thenAccept(this::exited);
    }

    // ------------------------------------------------------------------------------------- from the client to the
    // program

    void received(Message message) {
        byte[] bytes = encoder.message(visitor.connection(), message.isText(), message.bytes());
        if (bytes == null) {
            session.close(CloseCode.POLICY_VIOLATION, "expected no newline within a message");
        } else {
            write(bytes);
        }
    }

    void pinged(Message payload) {
        encoder.ping(visitor.connection(), payload.bytes()).ifPresent(this::write);
    }

    private void write(byte[] bytes) {
        if (backend.in().write(bytes) > options.queueBytes()) {
            synchronized (input) {
                // It may have been read meanwhile, and nobody would tell again.
                if (!inputPaused && backend.in().waiting() > options.queueBytes()) {
                    inputPaused = true;
                    visitor.hold(session);
                }
            }
        }
    }

    private final class Input implements PipeWriter.Listener {
        @Override
        public void drained() {
            synchronized (input) {
                if (inputPaused) {
                    inputPaused = false;
                    visitor.release(session);
                }
            }
        }

        /** It wants to read no more, which is no reason not to listen to it. */
        @Override
        public void broken() {
            drained();
        }
    }

    // ------------------------------------------------------------------------------------- from the program to the
    // client

    /** Something that the program writes. */
    private final class Stream implements PipeReader.Listener {
        private final PipeReader reader;
        private final String tag;
        private final Decoder decoder = Decoder.of(options.frames());
        private boolean ended;
        private boolean said;

        /** @param tag what its messages say where they are from; empty if they do not */
        Stream(PipeReader reader, String tag) {
            this.reader = reader;
            this.tag = tag;
        }

        @Override
        public void bytes(byte[] buffer, int length) {
            synchronized (Bridge.this) {
                if (sessionEnded) {
                    dropped += length;
                    if (dropped > FAREWELL_BYTES) {
                        reader.pause();
                    }
                    return;
                }
                decoder.add(buffer, length);
            }
            pump();
        }

        @Override
        public void end() {
            synchronized (Bridge.this) {
                ended = true;
            }
            pump();
        }

        /** Sends what is complete, as far as the client takes it. */
        private void send() throws FramingException {
            while (!outlet.makesWait() && !sessionEnded && !said) {
                ProgramMessage message = decoder.next();
                if (message == null && ended) {
                    message = decoder.last();
                    said = message == null;
                }
                if (message == null) {
                    return;
                }
                Bridge.this.send(tag.isEmpty() ? message : StreamTag.of(tag, message));
            }
        }
    }

    /** The session's queue is empty again. */
    synchronized void drained() {
        if (outlet.drained()) {
            pump();
            if (!outlet.makesWait()) {
                streams.forEach(stream -> stream.reader.resume());
            }
        }
    }

    private synchronized void pump() {
        if (pumping || sessionEnded) {
            return;
        }
        pumping = true;
        try {
            for (Stream stream : streams) {
                stream.send();
            }
            if (!sessionEnded && !outlet.isBehind()) {
                endIfSaid();
            }
        } catch (FramingException e) {
            log.line(visitor.connection() + " " + e.getMessage());
            end(e.closeCode(), e.reason());
        } finally {
            pumping = false;
        }
    }

    private void send(ProgramMessage message) {
        if (message instanceof ProgramMessage.Close close) {
            end(close.code(), close.reason());
        } else if (message instanceof ProgramMessage.To to) {
            if (to.connection().equals(visitor.connection())) {
                send(to.message());
            }
        } else {
            outlet.send(message);
            if (outlet.makesWait()) {
                streams.forEach(stream -> stream.reader.pause());
            }
        }
    }

    /** Once everything that the program has written is sent. */
    private void endIfSaid() {
        ExitStatus how = status;
        if (how != null && streams.stream().allMatch(stream -> stream.said)) {
            if (backend.serverStops()) {
                end(CloseCode.GOING_AWAY, "the server goes away");
            } else if (backend.wasSignalled() && how.isSignal()) {
                end(CloseCode.NORMAL, ""); // the signal was ours
            } else {
                end(how.closeCode(), how.reason());
            }
        } else if (how == null && streams.get(0).said) {
            backend.stop(); // it has closed its stdout: nothing more is to be expected
        }
    }

    private void exited(ExitStatus how) {
        if (how.value() != 0 || options.logEnds()) {
            log.line(visitor.connection() + " ended: " + how);
        }
        synchronized (this) {
            status = how;
        }
        backend.out().finish();
        backend.err().ifPresent(PipeReader::finish);
        pump();
        closeIfOver();
    }

    /** What nobody reads any more is not kept open. */
    private synchronized void closeIfOver() {
        if (sessionEnded && status != null) {
            streams.forEach(stream -> stream.reader.close());
        }
    }

    private void end(int code, String reason) {
        sessionEnded = true;
        session.close(code, Outlet.cut(reason));
        backend.stop();
    }

    /** The session is closed, whoever has done it. */
    void closed(CloseEvent event) {
        encoder.close(visitor.connection(), event.code(), event.reason())
                .ifPresent(bytes -> backend.in().write(bytes));
        synchronized (this) {
            sessionEnded = true;
            streams.forEach(stream -> stream.reader.resume());
        }
        backend.stop();
        closeIfOver();
    }
}
