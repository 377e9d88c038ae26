package dev.duplex.cli.serve;

import dev.duplex.core.CloseCode;
import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.pipe.PipeReader;
import dev.duplex.transport.pipe.PipeWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One session and the backend that is there for it alone. Neither direction waits for the other: who does not read is
 * not read from, once what waits for it is as much as it may be.
 */
final class Bridge {
    /** How much of what a program writes is read and dropped when its client has left, so that it can come to its end. */
    private static final long FAREWELL_BYTES = 1024 * 1024;

    private final Session session;
    private final Backend backend;
    private final BridgeOptions options;
    private final ServeLog log;
    private final Decoder decoder;
    private final Encoder encoder;

    // From the program to the client; guarded by this.
    private boolean blocked;
    private boolean pumping;
    private long drains;
    private boolean outputEnded;
    private boolean sessionEnded;
    private long dropped;
    private @Nullable ExitStatus status;

    /** Guards what follows: from the client to the program. */
    private final Object input = new Object();

    private boolean inputPaused;

    Bridge(Session session, Backend backend, BridgeOptions options, ServeLog log) {
        this.session = session;
        this.backend = backend;
        this.options = options;
        this.log = log;
        this.decoder = Decoder.of(options.frames());
        this.encoder = new Encoder(options.frames());
    }

    /** Begins; on the session's event loop. */
    void open() {
        backend.in().start(new Input());
        backend.out().start(new Output());
        backend.err().ifPresent(err -> err.start(new LogLines(line -> log.line(session.id() + " stderr: " + line))));
        backend.exit().thenAccept(this::exited);
    }

    // ------------------------------------------------------------------------------------- from the client to the
    // program

    void received(Message message) {
        byte[] bytes = encoder.message(message.bytes());
        if (bytes == null) {
            session.close(CloseCode.POLICY_VIOLATION, "expected no newline within a message");
            return;
        }
        if (backend.in().write(bytes) > options.queueBytes()) {
            synchronized (input) {
                // It may have been read meanwhile, and nobody would tell again.
                if (!inputPaused && backend.in().waiting() > options.queueBytes()) {
                    inputPaused = true;
                    session.pause();
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
                    session.resume();
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

    private final class Output implements PipeReader.Listener {
        @Override
        public void bytes(byte[] buffer, int length) {
            synchronized (Bridge.this) {
                if (sessionEnded) {
                    dropped += length;
                    if (dropped > FAREWELL_BYTES) {
                        backend.out().pause();
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
                outputEnded = true;
            }
            pump();
        }
    }

    /** The session's queue is empty again. */
    void drained() {
        synchronized (this) {
            drains++;
            if (!blocked) {
                return;
            }
            blocked = false;
        }
        pump();
        synchronized (this) {
            if (!blocked) {
                backend.out().resume();
            }
        }
    }

    private synchronized void pump() {
        if (pumping || sessionEnded) {
            return;
        }
        pumping = true;
        try {
            while (!blocked && !sessionEnded) {
                ProgramMessage message = decoder.next();
                if (message == null && outputEnded) {
                    message = decoder.last();
                    if (message == null) {
                        spoken();
                        return;
                    }
                }
                if (message == null) {
                    return;
                }
                send(message);
            }
        } catch (FramingException e) {
            log.line(session.id() + " " + e.getMessage());
            end(e.closeCode(), e.closeCode() == CloseCode.INVALID_PAYLOAD ? "not UTF-8" : "the program's output");
        } finally {
            pumping = false;
        }
    }

    private void send(ProgramMessage message) {
        long before = drains;
        SendResult result = SendResult.SENT;
        if (message instanceof ProgramMessage.Text text) {
            result = session.send(text.text());
        } else if (message instanceof ProgramMessage.Binary binary) {
            result = session.send(binary.bytes());
        } else if (message instanceof ProgramMessage.Ping ping) {
            session.ping(ping.payload());
        } else if (message instanceof ProgramMessage.Close close) {
            end(close.code(), close.reason());
        }
        if (options.waitForSlow() && result == SendResult.QUEUED && before == drains) {
            blocked = true;
            backend.out().pause();
        }
    }

    /** Everything that the program has written is sent. */
    private void spoken() {
        ExitStatus how = status;
        if (how == null) {
            backend.stop(); // it has nothing more to say
        } else {
            end(how.closeCode(), how.reason());
        }
    }

    private void exited(ExitStatus how) {
        log.line(session.id() + " ended: " + how);
        synchronized (this) {
            status = how;
        }
        backend.out().finish();
        backend.err().ifPresent(PipeReader::finish);
        if (outputHasEnded()) {
            pump();
        }
    }

    private synchronized boolean outputHasEnded() {
        return outputEnded;
    }

    private void end(int code, String reason) {
        sessionEnded = true;
        session.close(code, cut(reason));
        backend.stop();
    }

    /** As long as a close frame may have it (RFC 6455 §5.5). */
    private static String cut(String reason) {
        String text = reason;
        while (text.getBytes(StandardCharsets.UTF_8).length > CloseCode.MAX_REASON_BYTES) {
            text = text.substring(0, text.length() - 1);
        }
        return text;
    }

    /** The session is closed, whoever has done it. */
    void closed() {
        synchronized (this) {
            sessionEnded = true;
            blocked = false;
        }
        backend.out().resume();
        backend.stop();
    }
}
