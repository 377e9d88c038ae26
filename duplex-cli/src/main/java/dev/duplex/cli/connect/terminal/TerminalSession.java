package dev.duplex.cli.connect.terminal;

import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.Ending;
import dev.duplex.cli.common.ExitCode;
import dev.duplex.cli.connect.Outgoing;
import dev.duplex.cli.record.Direction;
import dev.duplex.cli.record.RecordedEvent;
import dev.duplex.client.CloseEvent;
import dev.duplex.client.DOMException;
import dev.duplex.client.ErrorEvent;
import dev.duplex.client.MessageEvent;
import dev.duplex.client.WebSocket;
import dev.duplex.client.WebSocketObserver;
import dev.duplex.core.handshake.HandshakeRequest;
import dev.duplex.core.handshake.HandshakeResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A conversation of a person at a terminal: what is typed is sent, what comes is shown above it, until one side closes.
 * The calling thread reads the keyboard; the socket's listeners have one thread of their own.
 */
public final class TerminalSession {
    private static final String PROMPT = "> ";

    /** Beyond the client's own timeout for the closing handshake. */
    private static final Duration GOODBYE = Duration.ofSeconds(6);

    private final TerminalPlan plan;
    private final Traffic traffic = new Traffic();
    private final Handshake handshake = new Handshake();
    private final CountDownLatch decided = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    private @Nullable Transcript transcript;
    private volatile @Nullable WebSocket socket;
    private volatile @Nullable Object lastReceived;
    private volatile boolean opened;
    /** Who reads the keyboard, while it does. */
    private volatile @Nullable Thread reading;

    private volatile @Nullable ErrorEvent error;
    private volatile @Nullable CloseEvent close;
    private volatile long beginNanos;
    private volatile long openedNanos;
    private boolean journalFailed;

    /** We have begun to close, so that the end is no surprise. */
    private volatile boolean leaving;

    public TerminalSession(TerminalPlan plan) {
        this.plan = plan;
    }

    /**
     * Holds it, at the terminal of this process.
     *
     * @return how it ended; what there was to say then is said
     * @throws CommandFailure if it cannot even begin
     */
    public Ending run() {
        try (Terminal terminal = TerminalBuilder.builder()
                .name("duplex")
                .system(true)
                .graphemeCluster(false)
                .build()) {
            return run(terminal, Editor.history(plan.environment()));
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.INTERNAL, "the terminal cannot be used: " + e.getMessage());
        }
    }

    Ending run(Terminal terminal, java.nio.file.@Nullable Path history) {
        boolean coloured = plan.environment().getOrDefault("NO_COLOR", "").isEmpty()
                && !terminal.getType().startsWith(Terminal.TYPE_DUMB);
        Theme theme = new Theme(coloured);
        // From the start: what is typed while we connect must not be made of other characters by the terminal.
        Attributes before = terminal.enterRawMode();
        LineReader reader = Editor.create(terminal, theme, history);
        ExecutorService listeners = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "duplex-events");
            thread.setDaemon(true);
            return thread;
        });
        try (Screen screen = new Screen(reader)) {
            Transcript shown =
                    new Transcript(screen, theme, plan.pretty(), plan.milliseconds(), Clock.systemDefaultZone());
            transcript = shown;
            terminal.handle(Terminal.Signal.INT, signal -> interrupted());
            WebSocket connecting = connect(listeners);
            Ending ending = converse(connecting, reader, shown);
            screen.flush();
            return ending;
        } finally {
            terminal.setAttributes(before);
            WebSocket current = socket;
            if (current != null) {
                current.close();
            }
            if (close != null) {
                listeners.shutdown(); // no event follows
            }
            endJournal();
        }
    }

    private WebSocket connect(ExecutorService listeners) {
        beginNanos = System.nanoTime();
        try {
            return new WebSocket(
                    plan.target().url(),
                    plan.options().executor(listeners).observer(new Observer()).build(),
                    this::listen);
        } catch (DOMException | IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private Ending converse(WebSocket connecting, LineReader reader, Transcript shown) {
        try {
            decided.await();
        } catch (InterruptedException e) {
            connecting.close();
            return new Ending(ExitCode.INTERRUPTED, "");
        }
        if (!opened) {
            ErrorEvent failure = error;
            CloseEvent end = close;
            return leaving || failure == null || end == null
                    ? new Ending(ExitCode.INTERRUPTED, "")
                    : Ending.notOpened(failure, end);
        }
        Commands commands = new Commands(plan, connecting, shown, this, traffic, handshake);
        for (Outgoing message : plan.first()) {
            commands.send(message);
        }
        Ending ending = read(connecting, reader, commands, shown);
        commands.stop();
        awaitClose();
        CloseEvent end = close;
        if (ending.exitCode() == ExitCode.OK && !leaving && end != null) {
            return new Ending(Ending.closed(end).exitCode(), "");
        }
        return ending;
    }

    /** Reads and does what is typed, until it is over. */
    private Ending read(WebSocket connecting, LineReader reader, Commands commands, Transcript shown) {
        while (close == null) {
            String typed = "";
            try {
                reading = Thread.currentThread();
                typed = close == null ? reader.readLine(PROMPT) : "";
            } catch (UserInterruptException e) {
                if (close != null) {
                    keepTyped(reader, e.getPartialLine(), shown);
                } else if (e.getPartialLine().isBlank()) {
                    leave(connecting);
                    return new Ending(ExitCode.INTERRUPTED, "");
                }
                continue;
            } catch (EndOfFileException e) {
                leave(connecting);
                return new Ending(ExitCode.OK, "");
            } finally {
                reading = null;
                // The end of the connection interrupts this thread, perhaps a moment too late.
                Thread.interrupted();
            }
            if (close == null && !commands.run(Input.of(typed))) {
                break;
            }
        }
        return new Ending(ExitCode.OK, "");
    }

    /** The connection has ended under the fingers of somebody who types. */
    private static void keepTyped(LineReader reader, String typed, Transcript shown) {
        if (!typed.isBlank()) {
            reader.getHistory().add(typed);
            shown.problem("not sent, but kept in the history: " + typed);
        }
    }

    private void leave(WebSocket open) {
        close(open, plan.closing().code(), plan.closing().reason());
    }

    boolean isLeaving() {
        return leaving;
    }

    /** Closes with this, if it can be. No other thread records the answer before this is recorded. */
    synchronized void close(WebSocket open, int code, String reason) {
        open.close(code, reason);
        leaving = true;
        record(() -> RecordedEvent.close(Direction.OUT, code, reason));
    }

    private void awaitClose() {
        try {
            if (!closed.await(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)) {
                return; // the client's own deadline has been passed over
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ctrl-C while nothing is being read: while connecting, or while the closing handshake is waited for. */
    private void interrupted() {
        WebSocket current = socket;
        if (!opened && current != null && !leaving) {
            leaving = true;
            current.close();
        } else {
            closed.countDown();
            decided.countDown();
        }
    }

    @Nullable
    Object lastReceived() {
        return lastReceived;
    }

    Duration connectedFor() {
        return Duration.ofNanos(System.nanoTime() - openedNanos);
    }

    /** Writes it into the recording, if there is one; any thread. */
    synchronized void record(Supplier<RecordedEvent> event) {
        try {
            plan.journal().write(event);
        } catch (IOException e) {
            if (!journalFailed && transcript != null) {
                transcript.problem("the recording cannot be written: " + e.getMessage());
            }
            journalFailed = true;
        }
    }

    private synchronized void endJournal() {
        try {
            plan.journal().close();
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.INTERNAL, "the recording cannot be finished: " + e.getMessage());
        }
    }

    // ---------------------------------------------------------------------------------------------------------- events

    private void listen(WebSocket to) {
        socket = to;
        to.onopen(event -> opened(to));
        to.onmessage(this::received);
        to.onerror(event -> error = event);
        to.onclose(this::closed);
    }

    private Transcript shown() {
        Transcript current = transcript;
        if (current == null) {
            throw new IllegalStateException("there is a transcript before there is a socket");
        }
        return current;
    }

    private void opened(WebSocket to) {
        openedNanos = System.nanoTime();
        opened = true;
        shown().note("connected to " + plan.target() + " in "
                + Duration.ofNanos(openedNanos - beginNanos).toMillis() + " ms"
                + (to.protocol().isEmpty() ? "" : ", subprotocol " + to.protocol())
                + (to.extensions().isEmpty() ? "" : ", " + to.extensions().replaceAll("\\s*;[^,]*", "")));
        shown().note("Enter sends; /help lists more, Ctrl-D closes");
        record(() -> RecordedEvent.open(to.protocol(), to.extensions()));
        decided.countDown();
    }

    private void received(MessageEvent message) {
        if (message.isText()) {
            String text = message.text();
            lastReceived = text;
            traffic.received(message.bytes().length);
            record(() -> RecordedEvent.text(Direction.IN, text));
            shown().received(text);
        } else {
            byte[] bytes = message.bytes();
            lastReceived = bytes;
            traffic.received(bytes.length);
            record(() -> RecordedEvent.binary(Direction.IN, bytes));
            shown().received(bytes);
        }
    }

    private void closed(CloseEvent event) {
        if (opened) {
            record(() -> RecordedEvent.close(Direction.IN, event.code(), event.reason()));
            tell(event);
        }
        close = event;
        closed.countDown();
        decided.countDown();
        Thread reader = reading;
        if (reader != null) {
            reader.interrupt();
        }
    }

    private void tell(CloseEvent event) {
        String reason = event.reason().isEmpty() ? "" : ", reason: " + event.reason();
        if (leaving && event.wasClean()) {
            shown().note("closed, " + event.code() + reason);
        } else if (event.wasClean()) {
            shown().note("closed by the server with " + event.code() + " (" + CloseWords.of(event.code()) + ")"
                    + reason);
        } else {
            String message = Ending.closed(event).message();
            shown().problem(message.isEmpty() ? event.cause() : message);
        }
    }

    /** What is no event of the socket. On its event loop. */
    private final class Observer implements WebSocketObserver {
        @Override
        public void onRequest(WebSocket from, HandshakeRequest request) {
            handshake.request(request);
        }

        @Override
        public void onResponse(WebSocket from, HandshakeResponse response) {
            handshake.response(response);
        }

        @Override
        public void onPing(WebSocket from, ByteBuffer payload) {
            byte[] bytes = copy(payload);
            traffic.pinged();
            record(() -> RecordedEvent.ping(Direction.IN, bytes));
        }

        @Override
        public void onPong(WebSocket from, ByteBuffer payload) {
            byte[] bytes = copy(payload);
            record(() -> RecordedEvent.pong(Direction.IN, bytes));
        }

        @Override
        public void onRoundTrip(WebSocket from, Duration time) {
            traffic.roundTrip(time);
        }

        private static byte[] copy(ByteBuffer payload) {
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            return bytes;
        }
    }
}
