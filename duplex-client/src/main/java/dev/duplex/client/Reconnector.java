package dev.duplex.client;

import dev.duplex.client.ReconnectingWebSocket.Attempt;
import dev.duplex.client.ReconnectingWebSocket.Listener;
import dev.duplex.client.ReconnectingWebSocket.State;
import dev.duplex.client.ReconnectingWebSocket.Stop;
import dev.duplex.client.internal.OpenSockets;
import dev.duplex.core.CloseCode;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.internal.BlockingExecutor;
import dev.duplex.transport.internal.SerialTasks;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a {@link ReconnectingWebSocket} does: one step after the other, each a task. {@link Reconnection} decides whether
 * there is another attempt, and when.
 */
final class Reconnector implements SerialTasks.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(ReconnectingWebSocket.class);

    private final String url;
    private final Function<Attempt, ? extends CompletionStage<WebSocketOptions>> options;
    private final Duration optionsTimeout;
    private final BinaryType binaryType;
    private final Listener listener;
    private final Timers timers;
    private final Reconnection reconnection;
    private final SerialTasks tasks;

    /** Guards what follows; of it, all but the buffer is changed by tasks only. */
    private final Object lock = new Object();

    private final OfflineBuffer buffer;
    private State state = State.CONNECTING;
    private @Nullable WebSocket socket;
    private @Nullable Runnable callOff;
    private boolean closing;
    private int closeCode = CloseCode.NO_STATUS;
    private String closeReason = "";

    // Used by tasks only.
    private int attempt;
    private @Nullable Disconnection last;
    private @Nullable ErrorEvent error;

    /** What is waited for, a timer or options; whatever comes for an earlier step comes too late. */
    private long step;

    Reconnector(ReconnectingWebSocket.Builder builder) {
        this.url = builder.url;
        this.options = builder.options;
        this.optionsTimeout = builder.optionsTimeout;
        this.binaryType = builder.binaryType;
        this.listener = builder.listener;
        this.timers = builder.timers;
        this.reconnection = new Reconnection(builder.policy(), builder.optionsAreMadeAnew, builder.random);
        this.buffer = new OfflineBuffer(builder.maxMessages, builder.maxBytes, builder.overflow);
        this.tasks = new SerialTasks(builder.executor == null ? BlockingExecutor.shared() : builder.executor, this);
    }

    State state() {
        synchronized (lock) {
            return state;
        }
    }

    Optional<WebSocket> socket() {
        synchronized (lock) {
            return state == State.OPEN ? Optional.ofNullable(socket) : Optional.empty();
        }
    }

    // --------------------------------------------------------------------------------------------------------- sending

    /** As {@link ReconnectingWebSocket#send(String)}. */
    SendResult send(Object data, long bytes) {
        OfflineBuffer.Message message = new OfflineBuffer.Message(data, bytes);
        OfflineBuffer.Outcome outcome;
        synchronized (lock) {
            if (closing || state == State.CLOSED) {
                return SendResult.CLOSED;
            }
            WebSocket current = socket;
            // What waits is older.
            boolean direct = state == State.OPEN && buffer.isEmpty();
            if (direct && current != null && current.readyState() == WebSocket.OPEN) {
                give(current, message.data());
                return SendResult.SENT;
            }
            outcome = buffer.offer(message);
        }
        for (Object dropped : outcome.dropped()) {
            task(() -> tell(() -> listener.onDropped(dropped)));
        }
        return outcome.taken() ? SendResult.QUEUED : SendResult.DROPPED;
    }

    private static void give(WebSocket to, Object data) {
        if (data instanceof String text) {
            to.send(text);
        } else if (data instanceof byte[] bytes) {
            to.send(bytes);
        } else {
            to.send((Blob) data);
        }
    }

    // ------------------------------------------------------------------------------------------------------ connecting

    void start() {
        OpenSockets.opened();
        task(this::connect);
    }

    private void connect() {
        if (endIfClosing()) {
            return;
        }
        become(State.CONNECTING);
        attempt = reconnection.attempt(timers.nanoTime());
        tell(() -> listener.onConnecting(attempt));
        if (endIfClosing()) {
            return;
        }
        long asked = ++step;
        awaitCallOff(timers.after(
                optionsTimeout,
                () -> task(() -> haveNoOptions(
                        asked, "they were not there within " + optionsTimeout.toMillis() + " ms (optionsTimeout)"))));
        CompletionStage<WebSocketOptions> made;
        try {
            made = Objects.requireNonNull(
                    options.apply(new Attempt(attempt, Optional.ofNullable(last))), "there is no stage");
        } catch (RuntimeException e) {
            made = CompletableFuture.failedFuture(e);
        }
        made.whenComplete((result, failure) -> task(() -> {
            if (result != null) {
                open(asked, result);
            } else {
                haveNoOptions(asked, inWords(failure));
            }
        }));
    }

    private static String inWords(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause == null ? "they are null" : cause.toString();
    }

    private void haveNoOptions(long asked, String why) {
        if (asked == step) {
            lost(failure("no options for the connection: " + why));
        }
    }

    private static Disconnection failure(String cause) {
        return new Disconnection(CloseKind.FAILED, CloseCode.ABNORMAL, "", Optional.empty(), cause);
    }

    private void open(long asked, WebSocketOptions with) {
        if (asked != step) {
            return;
        }
        stopWaiting();
        if (endIfClosing()) {
            return;
        }
        WebSocket opening;
        try {
            opening = new WebSocket(url, with, task -> tasks.queue(task, 0), this::setUp);
        } catch (DOMException e) {
            end(Stop.TERMINAL, failure(String.valueOf(e.getMessage())));
            return;
        }
        boolean unwanted;
        synchronized (lock) {
            socket = opening;
            unwanted = closing;
        }
        if (unwanted) {
            opening.close();
        }
    }

    private void setUp(WebSocket created) {
        created.binaryType(binaryType);
        created.onopen(event -> opened(created));
        created.onmessage(event -> tell(() -> listener.onMessage(event)));
        created.onerror(event -> error = event);
        created.onclose(this::closed);
    }

    private void opened(WebSocket opened) {
        reconnection.opened(timers.nanoTime());
        become(State.OPEN);
        tell(() -> listener.onOpen(opened, attempt));
        synchronized (lock) {
            while (!buffer.isEmpty() && opened.readyState() == WebSocket.OPEN) {
                give(opened, buffer.remove().data());
            }
        }
    }

    // ---------------------------------------------------------------------------------------------------------- losing

    private void closed(CloseEvent event) {
        synchronized (lock) {
            socket = null;
        }
        Disconnection why = new Disconnection(
                event.kind(),
                event.code(),
                event.reason(),
                Optional.ofNullable(error).flatMap(ErrorEvent::response),
                event.cause());
        error = null;
        lost(why);
    }

    private void lost(Disconnection why) {
        stopWaiting();
        last = why;
        if (endIfClosing()) {
            return;
        }
        if (isOfThisProgram(why.kind())) {
            end(Stop.CLOSED, why);
            return;
        }
        Reconnection.Next next = reconnection.lost(why, timers.nanoTime(), timers.wallClock());
        if (next instanceof Reconnection.End end) {
            end(
                    end.why(),
                    new Disconnection(
                            why.kind(), why.code(), why.reason(), why.response(), why.cause() + "; " + end.words()));
            return;
        }
        Duration delay = ((Reconnection.Wait) next).delay();
        become(State.WAITING);
        tell(() -> listener.onWaiting(delay, why));
        if (endIfClosing()) {
            return;
        }
        long waiting = ++step;
        awaitCallOff(timers.after(
                delay,
                () -> task(() -> {
                    if (waiting == step) {
                        stopWaiting();
                        connect();
                    }
                })));
    }

    /** The program has closed the WebSocket that it was given. */
    private static boolean isOfThisProgram(CloseKind kind) {
        return kind == CloseKind.CLOSED_BY_US || kind == CloseKind.TERMINATED || kind == CloseKind.CLOSE_TIMEOUT;
    }

    private void awaitCallOff(Runnable how) {
        synchronized (lock) {
            callOff = how;
        }
    }

    private void stopWaiting() {
        step++;
        Runnable waiting;
        synchronized (lock) {
            waiting = callOff;
            callOff = null;
        }
        if (waiting != null) {
            waiting.run();
        }
    }

    // ---------------------------------------------------------------------------------------------------------- ending

    /** Ends it; code and reason are valid, or {@code NO_STATUS}. */
    void close(int code, String reason) {
        WebSocket current;
        synchronized (lock) {
            if (closing || state == State.CLOSED) {
                return;
            }
            closing = true;
            closeCode = code;
            closeReason = reason;
            current = socket;
        }
        if (current != null) {
            // Its close event is what ends this.
            current.closeValidated(code, reason);
        } else {
            task(this::endUnlessConnected);
        }
    }

    private void endUnlessConnected() {
        WebSocket current;
        synchronized (lock) {
            current = socket;
        }
        if (current != null) {
            current.closeValidated(closeCode, closeReason);
        } else {
            endIfClosing();
        }
    }

    /** Ends it if the program has said so; true if it has ended. To be asked whenever there is no socket. */
    private boolean endIfClosing() {
        boolean now;
        synchronized (lock) {
            if (state == State.CLOSED) {
                return true;
            }
            now = closing;
        }
        if (now) {
            Disconnection why = last;
            end(
                    Stop.CLOSED,
                    why != null
                            ? why
                            : new Disconnection(
                                    CloseKind.TERMINATED,
                                    CloseCode.ABNORMAL,
                                    "",
                                    Optional.empty(),
                                    "closed by this program before there was a connection"));
        }
        return now;
    }

    private void end(Stop why, Disconnection with) {
        stopWaiting();
        try {
            synchronized (lock) {
                state = State.CLOSED;
            }
            // Nobody adds to it any more.
            while (!buffer.isEmpty()) {
                Object dropped = buffer.remove().data();
                tell(() -> listener.onDropped(dropped));
            }
            tell(() -> listener.onClosed(why, with));
        } finally {
            OpenSockets.closed();
        }
    }

    private void become(State next) {
        synchronized (lock) {
            state = next;
        }
    }

    private void task(Runnable task) {
        tasks.queue(task, 0);
    }

    private void tell(Runnable what) {
        try {
            what.run();
        } catch (RuntimeException e) {
            LOG.warn("The listener of {} has failed", this, e);
        }
    }

    // -------------------------------------------------------------------------------------------------- from the tasks

    @Override
    public void pressureChanged() {
        // The tasks of a socket are one task here: it sees to its own.
    }

    @Override
    public void refused(RejectedExecutionException why) {
        LOG.warn("The executor of {} takes no more tasks, so that it is closed", this, why);
        close(CloseCode.NO_STATUS, "");
    }

    @Override
    public void failed(Throwable thrown) {
        LOG.warn("A task of {} has failed", this, thrown);
    }

    @Override
    public String toString() {
        return "reconnecting WebSocket to " + ConstructorSteps.masked(url).replaceFirst("[?#].*", "") + " in state "
                + state();
    }
}
