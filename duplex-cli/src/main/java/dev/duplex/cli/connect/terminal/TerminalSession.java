package dev.duplex.cli.connect.terminal;

import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.Ending;
import dev.duplex.cli.common.ExitCode;
import dev.duplex.cli.connect.Outgoing;
import dev.duplex.cli.connect.Reconnect;
import dev.duplex.cli.connect.Show;
import dev.duplex.cli.connect.WireShow;
import dev.duplex.cli.record.Direction;
import dev.duplex.cli.record.RecordedEvent;
import dev.duplex.client.CloseEvent;
import dev.duplex.client.DOMException;
import dev.duplex.client.Disconnection;
import dev.duplex.client.ErrorEvent;
import dev.duplex.client.MessageEvent;
import dev.duplex.client.ReconnectingWebSocket;
import dev.duplex.client.WebSocket;
import dev.duplex.client.WebSocketObserver;
import dev.duplex.client.WebSocketOptions;
import dev.duplex.core.handshake.HandshakeRequest;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.transport.CloseKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
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
    private static final long MOST_BYTES_WAITING = 16 << 20;

    /** Beyond the client's own timeout for the closing handshake. */
    private static final Duration GOODBYE = Duration.ofSeconds(6);

    private final TerminalPlan plan;
    private final Traffic traffic = new Traffic();
    private final Handshake handshake = new Handshake();
    private final CountDownLatch decided = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    private @Nullable Transcript transcript;
    private final Outbox outbox;
    private volatile @Nullable Closer closer;
    private volatile @Nullable Object lastReceived;
    private volatile boolean opened;
    /** Who reads the keyboard, while it does. */
    private volatile @Nullable Thread reading;

    private volatile @Nullable ErrorEvent error;
    /** How it ended, unless we close. */
    private volatile @Nullable Ending over;

    private volatile long beginNanos;
    private volatile long openedNanos;
    /** Attempts since there was a connection, and since when there is none. */
    private int attempts;

    private long lostNanos;
    private boolean journalFailed;

    /** We have begun to close, so that the end is no surprise. */
    private volatile boolean leaving;

    public TerminalSession(TerminalPlan plan) {
        this.plan = plan;
        this.outbox = new Outbox(plan.reconnect() != null, MOST_BYTES_WAITING, this::sending);
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

    Ending run(Terminal terminal, java.nio.file.@Nullable Path history) throws IOException {
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
            Editor.takeWhatWasTypedBefore(reader); // before there is a socket: what follows comes raw
            closer = connect(listeners);
            Ending ending = converse(reader, shown);
            screen.flush();
            return ending;
        } finally {
            terminal.setAttributes(before);
            Closer current = closer;
            if (current != null) {
                current.close(plan.closing().code(), plan.closing().reason());
            }
            if (over != null) {
                listeners.shutdown(); // no event follows
            }
            endJournal();
        }
    }

    private interface Closer {
        void close(int code, String reason);
    }

    private Closer connect(ExecutorService listeners) {
        beginNanos = System.nanoTime();
        Show show = plan.show();
        WebSocketOptions options = plan.options()
                .executor(listeners)
                .observer(show == null ? new Observer() : new WireObserver(new WireShow(show, shown()::wire)))
                .build();
        Reconnect reconnect = plan.reconnect();
        try {
            if (reconnect == null) {
                return new WebSocket(plan.target().url(), options, this::listen)::close;
            }
            return ReconnectingWebSocket.builder(plan.target().url())
                    .options(options)
                    .executor(listeners)
                    .backoff(reconnect.base(), reconnect.cap())
                    .maxAttempts(reconnect.attempts())
                    .listener(new Reconnecting())
                    .start()::close;
        } catch (DOMException | IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private Ending converse(LineReader reader, Transcript shown) {
        try {
            decided.await();
        } catch (InterruptedException e) {
            return new Ending(ExitCode.INTERRUPTED, "");
        }
        Ending early = over;
        if (leaving) {
            return new Ending(ExitCode.INTERRUPTED, "");
        }
        if (early != null && !opened) {
            return early;
        }
        Commands commands = new Commands(plan, outbox, shown, this, traffic, handshake);
        for (Outgoing message : plan.first()) {
            commands.send(message);
        }
        Ending ending = read(reader, commands, shown);
        commands.stop();
        awaitClose();
        if (outbox.waiting() > 0) {
            shown.problem(
                    "not sent, as there was no connection any more: " + Sizes.counted(outbox.waiting(), "message"));
        }
        Ending end = over;
        return leaving || end == null ? ending : end;
    }

    /** Reads and does what is typed, until it is over. */
    private Ending read(LineReader reader, Commands commands, Transcript shown) {
        while (over == null) {
            String typed = "";
            try {
                reading = Thread.currentThread();
                typed = over == null ? reader.readLine(PROMPT) : "";
            } catch (UserInterruptException e) {
                if (over != null) {
                    keepTyped(reader, e.getPartialLine(), shown);
                } else if (e.getPartialLine().isBlank()) {
                    leave();
                    return new Ending(ExitCode.INTERRUPTED, "");
                }
                continue;
            } catch (EndOfFileException e) {
                leave();
                return new Ending(ExitCode.OK, "");
            } finally {
                reading = null;
                // The end of the connection interrupts this thread, perhaps a moment too late.
                Thread.interrupted();
            }
            if (over == null && !commands.run(Input.of(typed))) {
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

    private void leave() {
        close(plan.closing().code(), plan.closing().reason());
    }

    boolean isLeaving() {
        return leaving;
    }

    /**
     * Closes, whatever there is.
     *
     * @throws DOMException if it cannot be with this
     */
    void close(int code, String reason) {
        // Not below: who sends has the outbox first, and this then.
        boolean open = outbox.socket().isPresent();
        synchronized (this) {
            Closer with = closer;
            leaving = true;
            try {
                if (with != null) {
                    with.close(code, reason);
                }
            } catch (DOMException e) {
                leaving = false;
                throw e;
            }
            if (open) {
                // Within: the server's own close frame has to come after it.
                record(() -> RecordedEvent.close(Direction.OUT, code, reason));
            }
        }
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
        boolean again = leaving;
        leaving = true;
        Closer with = closer;
        if (!opened && !again && with != null) {
            with.close(plan.closing().code(), plan.closing().reason());
        } else {
            closed.countDown();
            decided.countDown();
        }
    }

    @Nullable
    Object lastReceived() {
        return lastReceived;
    }

    /** What there is of it, in words. */
    String connection() {
        return outbox.socket().isPresent()
                ? "connected for " + Traffic.clock(since(openedNanos))
                : "no connection at the moment";
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private void sending(Outgoing message) {
        if (message instanceof Outgoing.Text text) {
            traffic.sent(text.text().getBytes(StandardCharsets.UTF_8).length);
        } else if (message instanceof Outgoing.Binary binary) {
            traffic.sent(binary.bytes().length);
        } else if (message instanceof Outgoing.File file) {
            traffic.sent(file.data().size());
        }
        if (!(message instanceof Outgoing.File)) {
            record(message::event);
        }
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
        record(() -> RecordedEvent.open(to.protocol(), to.extensions()));
        if (opened) {
            shown().note("open again after " + seconds(since(lostNanos)));
        } else {
            opened = true;
            shown().note("connected to " + plan.target() + " in "
                    + Duration.ofNanos(openedNanos - beginNanos).toMillis() + " ms"
                    + (to.protocol().isEmpty() ? "" : ", subprotocol " + to.protocol())
                    + (to.extensions().isEmpty() ? "" : ", " + to.extensions().replaceAll("\\s*;[^,]*", "")));
            shown().note("Enter sends; /help lists more, Ctrl-D closes");
        }
        for (Outgoing hello : plan.hello()) {
            if (hello instanceof Outgoing.Text text) {
                shown().sent(text.text());
            }
        }
        int waited = outbox.opened(to, plan.hello());
        if (waited > 0) {
            shown().note("sent what has waited: " + Sizes.counted(waited, "message"));
        }
        attempts = 0;
        decided.countDown();
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
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
        ErrorEvent failure = error;
        if (opened) {
            record(() -> RecordedEvent.close(Direction.IN, event.code(), event.reason()));
            Ending byPeer = Ending.closed(event);
            tellEnd(event.wasClean(), event.code(), event.reason(), byPeer);
            end(new Ending(byPeer.exitCode(), ""));
        } else {
            end(failure == null ? new Ending(ExitCode.INTERRUPTED, "") : Ending.notOpened(failure, event));
        }
    }

    /** It is over, for good. */
    private void end(Ending how) {
        over = how;
        closed.countDown();
        decided.countDown();
        Thread reader = reading;
        if (reader != null) {
            reader.interrupt();
        }
    }

    private void tellEnd(boolean clean, int code, String text, Ending byPeer) {
        String reason = text.isEmpty() ? "" : ", reason: " + text;
        if (leaving && clean) {
            shown().note("closed, " + code + reason);
        } else if (clean) {
            shown().note("closed by the server with " + code + " (" + CloseWords.of(code) + ")" + reason);
        } else {
            shown().problem(byPeer.message());
        }
    }

    /** What is told of one connection after the other. */
    private final class Reconnecting implements ReconnectingWebSocket.Listener {
        @Override
        public void onOpen(WebSocket open, int attempt) {
            opened(open);
        }

        @Override
        public void onMessage(MessageEvent event) {
            received(event);
        }

        @Override
        public void onWaiting(Duration delay, Disconnection why) {
            boolean wasOpen = outbox.lost();
            if (wasOpen) {
                lostNanos = System.nanoTime();
                record(() -> RecordedEvent.close(Direction.IN, why.code(), why.reason()));
            }
            if (isClean(why)) {
                tellEnd(true, why.code(), why.reason(), Ending.of(why));
            } else {
                shown().problem((wasOpen ? "lost: " : "")
                        + Ending.of(why).message().replaceFirst("^the connection is lost: ", ""));
            }
            attempts++;
            shown().note("trying again in " + seconds(delay) + " (attempt " + attempts + ")");
            decided.countDown();
        }

        @Override
        public void onClosed(ReconnectingWebSocket.Stop why, Disconnection last) {
            boolean wasOpen = outbox.lost();
            Ending byPeer = Ending.of(last);
            boolean seen = decided.getCount() == 0;
            if (wasOpen) {
                record(() -> RecordedEvent.close(Direction.IN, last.code(), last.reason()));
                tellEnd(isClean(last), last.code(), last.reason(), byPeer);
            } else if (seen && !leaving) {
                shown().problem(byPeer.message());
            }
            if (!leaving && seen) {
                shown().note(
                                why == ReconnectingWebSocket.Stop.TERMINAL
                                        ? "not trying again: the same would happen"
                                        : "not trying again: that was the last attempt");
            }
            end(seen ? new Ending(byPeer.exitCode(), "") : byPeer);
        }

        private boolean isClean(Disconnection end) {
            return end.kind() == CloseKind.CLOSED_BY_PEER || end.kind() == CloseKind.CLOSED_BY_US;
        }
    }

    /** What is no event of the socket. On its event loop. */
    private class Observer implements WebSocketObserver {
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

    /** The same, and shows the wire. */
    private final class WireObserver extends Observer implements WireShow.Tap {
        private final WireShow show;

        WireObserver(WireShow show) {
            this.show = show;
        }

        @Override
        public WireShow show() {
            return show;
        }
    }
}
