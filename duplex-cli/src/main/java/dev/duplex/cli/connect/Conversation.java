package dev.duplex.cli.connect;

import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.Ending;
import dev.duplex.cli.common.ExitCode;
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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection from its opening to its end: sends the input, writes what comes, and knows when it is over. Everything
 * but reading the input happens on the thread that calls {@link #run}.
 */
public final class Conversation {
    /** Silence after which no more replies are expected, when as many messages have come as were sent. */
    private static final Duration SILENCE = Duration.ofSeconds(1);

    /** The same, when fewer have come. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final byte[] ALL_READ = "all read?".getBytes(StandardCharsets.US_ASCII);

    private static final Duration GOODBYE = Duration.ofSeconds(3);

    private final Plan plan;
    private final Tasks tasks = new Tasks(this::flush);
    private final CountDownLatch over = new CountDownLatch(1);
    private final Object lock = new Object();

    /** Ends the connection, or all of them. */
    private @Nullable Closer closer;

    // Changed by our thread only, under the lock, on which the feed's waits.
    private @Nullable WebSocket socket;
    private boolean ended;

    private boolean opened;
    private @Nullable Dialect dialect;
    private @Nullable WebSocket dialectOf;
    private boolean inputEnded;
    private @Nullable ErrorEvent error;

    /** Decided by us: what remains is the closing handshake. */
    private @Nullable Ending decided;

    private @Nullable Ending ending;
    /** Counts the looks for silence, of which only the latest goes on; 0 while silence does not matter. */
    private int watch;

    // By the thread of the feed, read by ours.
    private final AtomicLong sent = new AtomicLong();
    private volatile long lastSent;

    private long received;
    private long lastReceived;

    public Conversation(Plan plan) {
        this.plan = plan;
    }

    /**
     * Holds it.
     *
     * @return how it ended
     * @throws CommandFailure if it cannot even begin
     */
    public Ending run() {
        Closer opening;
        try {
            opening = connect();
        } catch (DOMException | IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
        closer = opening;
        Duration timeout = plan.timeout();
        if (timeout != null) {
            tasks.after(timeout, () -> timedOut(timeout));
        }
        Thread hook = new Thread(this::interrupted, "duplex-goodbye");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            tasks.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            opening.close(plan.closing().code(), plan.closing().reason());
        } finally {
            flush();
            endJournal();
            over.countDown();
            removeHook(hook);
        }
        return ending == null ? new Ending(ExitCode.INTERRUPTED, "") : ending;
    }

    private void endJournal() {
        try {
            plan.journal().close();
        } catch (IOException e) {
            plan.notes().note("the recording cannot be finished: " + e.getMessage());
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // it runs: the process ends with the signal's code
        }
    }

    /** The process is told to end: says goodbye first. On the hook's thread. */
    private void interrupted() {
        tasks.execute(() -> decide(new Ending(ExitCode.INTERRUPTED, "")));
        try {
            if (!over.await(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---------------------------------------------------------------------------------------------------------- events

    private interface Closer {
        void close(int code, String reason);
    }

    private Closer connect() {
        WebSocketOptions options =
                plan.options().executor(tasks).observer(watching()).build();
        String url = plan.target().url();
        Reconnect reconnect = plan.reconnect();
        if (reconnect == null) {
            return new WebSocket(url, options, this::listen)::close;
        }
        return ReconnectingWebSocket.builder(url)
                .options(options)
                .executor(tasks)
                .backoff(reconnect.base(), reconnect.cap())
                .maxAttempts(reconnect.attempts())
                .listener(new Reconnecting())
                .start()::close;
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
            Ending lost = Ending.of(why);
            record(() -> RecordedEvent.close(Direction.IN, why.code(), why.reason()));
            plan.notes()
                    .note((lost.message().isEmpty() ? "the server closed with " + why.code() : lost.message())
                            + "; trying again in " + seconds(delay));
        }

        @Override
        public void onClosed(ReconnectingWebSocket.Stop why, Disconnection last) {
            if (decided != null) {
                end(decided);
                return;
            }
            record(() -> RecordedEvent.close(Direction.IN, last.code(), last.reason()));
            Ending byPeer = Ending.of(last);
            end(byPeer.exitCode() == ExitCode.OK ? judged() : byPeer);
        }
    }

    private void listen(WebSocket to) {
        to.onopen(event -> opened(to));
        to.onmessage(this::received);
        to.onerror(event -> error = event);
        to.onclose(this::closed);
    }

    private void opened(WebSocket to) {
        Supplier<Dialect> dialects = plan.dialects();
        if (dialects == null) {
            ready(to);
        } else {
            // The protocol above has an opening of its own.
            dialect = dialects.get();
            dialectOf = to;
        }
    }

    /** From now on messages may be sent. */
    private void ready(WebSocket to) {
        boolean first = !opened;
        opened = true;
        synchronized (lock) {
            socket = to;
            lock.notifyAll();
        }
        plan.notes()
                .detail("connected to " + plan.target()
                        + (to.protocol().isEmpty() ? "" : ", subprotocol " + to.protocol())
                        + (to.extensions().isEmpty() ? "" : ", " + to.extensions()));
        record(() -> RecordedEvent.open(to.protocol(), to.extensions()));
        if (plan.roundTrips()) {
            to.ping();
        }
        for (Outgoing hello : plan.hello()) {
            record(hello::event);
            hello.sendTo(to);
        }
        if (first) {
            Feed.start(this::awaitOpen, plan.first(), plan.input(), new FeedListener());
        }
    }

    private @Nullable WebSocket awaitOpen() throws InterruptedException {
        synchronized (lock) {
            while (!ended && (socket == null || socket.readyState() != WebSocket.OPEN)) {
                lock.wait();
            }
            return ended ? null : socket;
        }
    }

    private void received(MessageEvent message) {
        if (decided != null) {
            return;
        }
        if (dialect != null && dialectOf != null) {
            heard(dialect, dialectOf, message);
        } else {
            received(
                    message.isText(),
                    message.bytes(),
                    () -> message.isText()
                            ? RecordedEvent.text(Direction.IN, message.text())
                            : RecordedEvent.binary(Direction.IN, message.bytes()));
        }
        tasks.runDue();
    }

    private void heard(Dialect speaking, WebSocket to, MessageEvent message) {
        Dialect.Heard heard = speaking.heard(message, to::send);
        if (heard instanceof Dialect.Heard.Ready) {
            ready(to);
        } else if (heard instanceof Dialect.Heard.Refused refused) {
            decide(new Ending(ExitCode.REFUSED, refused.why()));
        } else if (heard instanceof Dialect.Heard.Over end) {
            plan.notes().note(end.why());
            decide(judged());
        } else if (heard instanceof Dialect.Heard.Said said) {
            received(
                    true,
                    said.line().getBytes(StandardCharsets.UTF_8),
                    () -> RecordedEvent.text(Direction.IN, said.line()));
        }
    }

    private void received(boolean text, byte[] payload, Supplier<RecordedEvent> event) {
        received++;
        lastReceived = tasks.now();
        plan.expectations().received(payload);
        record(event);
        try {
            plan.output().write(text, payload);
        } catch (IOException e) {
            outputGone(e);
        }
        if (decided != null) {
            return;
        }
        if (plan.expectations().any() && plan.expectations().complete()) {
            decide(judged());
        }
        if (watch > 0 && received == sent.get()) {
            lookForSilence(++watch);
        }
    }

    private WebSocketObserver watching() {
        BiConsumer<Boolean, byte[]> pingsAndPongs = (ping, payload) -> tasks.execute(() -> record(
                () -> ping ? RecordedEvent.ping(Direction.IN, payload) : RecordedEvent.pong(Direction.IN, payload)));
        Consumer<Duration> roundTrips = time -> {
            if (plan.roundTrips()) {
                plan.notes().line(String.format(Locale.ROOT, "duplex: round trip %.3f ms", time.toNanos() / 1e6));
            }
        };
        Show show = plan.show();
        return show == null
                ? new Watching(pingsAndPongs, roundTrips)
                : new Watching.Wire(pingsAndPongs, roundTrips, new WireShow(show, plan.notes()::line));
    }

    private void closed(CloseEvent close) {
        ErrorEvent failure = error;
        if (failure != null && decided == null) {
            record(() -> RecordedEvent.error(failure.message()));
        }
        if (opened) {
            record(() -> RecordedEvent.close(Direction.IN, close.code(), close.reason()));
        }
        if (decided != null) {
            end(decided);
        } else if (!opened && error != null) {
            end(Ending.notOpened(error, close));
        } else {
            plan.notes().detail("closed: " + close.code() + ", " + close.cause());
            Ending byPeer = Ending.closed(close);
            end(byPeer.exitCode() == ExitCode.OK ? judged() : byPeer);
        }
    }

    private final class FeedListener implements Feed.Listener {
        @Override
        public boolean sending(Outgoing message) {
            if (message.isMessage()) {
                sent.incrementAndGet();
            }
            lastSent = tasks.now();
            try {
                plan.journal().write(message::event);
            } catch (IOException e) {
                tasks.execute(() -> outputGone(e));
                return false;
            }
            if (message instanceof Outgoing.Close close) {
                // By our thread, so that no connection is made anew.
                tasks.execute(() -> closeAs(close));
                return false;
            }
            return true;
        }

        @Override
        public void firstSent() {
            if (plan.inputMayBeSilent()) {
                tasks.execute(Conversation.this::watchSilence);
            }
        }

        @Override
        public void ended() {
            lastSent = tasks.now();
            tasks.execute(Conversation.this::allSent);
        }

        @Override
        public void failed(IOException why) {
            tasks.execute(() -> decide(new Ending(
                    why instanceof InputException ? ExitCode.USAGE : ExitCode.INTERNAL,
                    why instanceof InputException
                            ? String.valueOf(why.getMessage())
                            : "the input cannot be read: " + why.getMessage())));
        }
    }

    // ------------------------------------------------------------------------------------------------------------ ends

    /** The pong to a ping says that the server has read what was sent before it. */
    private void allSent() {
        WebSocket open = socket;
        Duration time = plan.patience().time();
        boolean matters = time == null ? repliesDecide() : !time.isZero();
        if (open == null || open.readyState() != WebSocket.OPEN || !matters) {
            inputEnded();
            return;
        }
        open.ping(ALL_READ).whenComplete((answer, failure) -> inputEnded());
        tasks.after(PATIENCE, this::inputEnded);
    }

    private void inputEnded() {
        if (inputEnded) {
            return;
        }
        inputEnded = true;
        Duration time = plan.patience().time();
        if (time != null) {
            tasks.after(time, () -> decide(judged()));
        } else {
            watchSilence();
        }
    }

    /** From now on silence may end it; unless something is expected, or there is nothing that could be replied to. */
    private void watchSilence() {
        if (repliesDecide() && watch == 0) {
            lookForSilence(++watch);
        }
    }

    private boolean repliesDecide() {
        return plan.patience().equals(Wait.FOR_REPLIES) && !plan.expectations().any() && sent.get() > 0;
    }

    private void lookForSilence(int number) {
        if (number != watch) {
            return;
        }
        boolean replied = received >= sent.get();
        Duration silence = replied ? SILENCE : PATIENCE;
        Duration left = silence.minusNanos(tasks.now() - Math.max(lastSent, lastReceived));
        if (!left.isNegative() && !left.isZero()) {
            tasks.after(left, () -> lookForSilence(number));
            return;
        }
        if (received == 0) {
            plan.notes()
                    .note("no reply within " + PATIENCE.toSeconds()
                            + " s; --wait TIME waits longer, --wait 0 not at all");
        }
        decide(judged());
    }

    private Ending judged() {
        String unmet = plan.expectations().unmet();
        return unmet.isEmpty() ? new Ending(ExitCode.OK, "") : new Ending(ExitCode.EXPECTATION, unmet);
    }

    private void timedOut(Duration timeout) {
        String unmet = plan.expectations().unmet();
        decide(new Ending(
                ExitCode.TIMEOUT,
                "the time is over (--timeout " + seconds(timeout) + ")" + (unmet.isEmpty() ? "" : ": " + unmet)));
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.3f", time.toNanos() / 1e9).replaceAll("\\.?0+$", "") + "s";
    }

    /** A reader that has left has had enough; anything else is a failure. */
    private void outputGone(IOException why) {
        if (decided != null || ending != null) {
            return;
        }
        boolean left = String.valueOf(why.getMessage()).contains("Broken pipe");
        decide(new Ending(
                left ? ExitCode.OK : ExitCode.INTERNAL,
                left ? "" : "the output cannot be written: " + why.getMessage()));
    }

    private void flush() {
        try {
            plan.output().flush();
        } catch (IOException e) {
            outputGone(e);
        }
    }

    /** We have had enough: closes. */
    private void decide(Ending how) {
        Closer with = closer;
        if (decided != null || ending != null || with == null) {
            return;
        }
        closing(how);
        if (socket != null && socket.readyState() == WebSocket.OPEN) {
            record(() -> RecordedEvent.close(
                    Direction.OUT, plan.closing().code(), plan.closing().reason()));
        }
        with.close(plan.closing().code(), plan.closing().reason());
    }

    private void closeAs(Outgoing.Close close) {
        Closer with = closer;
        if (with != null && ending == null) {
            closing(judged());
            with.close(close.code(), close.reason());
        }
    }

    /** Our close frame is on its way, and this is how it ends. */
    private void closing(Ending how) {
        if (decided == null) {
            decided = how;
        }
    }

    private void record(Supplier<RecordedEvent> event) {
        try {
            plan.journal().write(event);
        } catch (IOException e) {
            outputGone(e);
        }
    }

    private void end(Ending how) {
        ending = how;
        synchronized (lock) {
            ended = true;
            lock.notifyAll();
        }
        tasks.end();
    }
}
