package dev.duplex.cli.replay;

import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.Ending;
import dev.duplex.cli.common.ExitCode;
import dev.duplex.cli.record.Direction;
import dev.duplex.cli.record.RecordReader;
import dev.duplex.cli.record.RecordedEvent;
import dev.duplex.cli.record.RecordedLine;
import dev.duplex.client.CloseEvent;
import dev.duplex.client.DOMException;
import dev.duplex.client.ErrorEvent;
import dev.duplex.client.MessageEvent;
import dev.duplex.client.WebSocket;
import dev.duplex.client.WebSocketOptions;
import dev.duplex.core.CloseCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Plays one recording over one connection, line after line: sends what was sent, and waits for what came where that is
 * asked for. Everything happens on the thread that calls {@link #run}, the socket's listeners too; while it does not
 * look, they wait, and the server with them.
 */
public final class Replayer {
    /** Messages that have come before their turn; more of them stay with the server. */
    private static final int MAX_ARRIVED = 256;

    /** How far to look for a message that came in another place than it was recorded in. */
    private static final int LINES_TO_SEARCH = 1000;

    /**
     * What is wanted.
     *
     * @param speed as a multiple of the recorded pace; 0 for no pauses at all
     * @param strict whether what comes has to be what was recorded
     * @param timeout for what is waited for
     * @param received each message that comes
     */
    public record Plan(
            String url,
            WebSocketOptions.Builder options,
            double speed,
            boolean strict,
            Masks masks,
            Duration timeout,
            Consumer<MessageEvent> received) {}

    /** What was done, for a sentence. */
    public record Tally(long sent, long received, boolean another) {}

    /** It did not go as recorded: ends the replay. */
    private static final class Stop extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Ending ending;

        Stop(Ending ending) {
            super(ending.message());
            this.ending = ending;
        }
    }

    private final Plan plan;
    private final RecordReader recording;
    private final String name;
    private final Difference difference;
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Queue<RecordedEvent> arrived = new ArrayDeque<>();

    private boolean opened;
    private @Nullable ErrorEvent error;
    private @Nullable CloseEvent closed;
    private boolean closing;
    private boolean another;
    private long sent;
    private long received;
    private long asRecorded;

    /** Messages that the recording has up to here, when none of them is waited for. */
    private long expected;

    /** @param name of the recording, for messages */
    public Replayer(Plan plan, RecordReader recording, String name) {
        this.plan = plan;
        this.recording = recording;
        this.name = name;
        this.difference = new Difference(plan.masks());
    }

    /** What has been done. */
    public Tally tally() {
        return new Tally(sent, received, another);
    }

    /**
     * Plays it.
     *
     * @return how it ended
     * @throws IOException if the recording cannot be read on
     * @throws CommandFailure if the URL is none
     */
    public Ending run() throws IOException, InterruptedException {
        WebSocket socket;
        try {
            socket = new WebSocket(
                    plan.url(), plan.options().executor(tasks::add).build(), this::listen);
        } catch (DOMException | IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
        try {
            // Bounded by the client's own timeouts.
            while (!opened && closed == null) {
                tasks.take().run();
            }
            if (!opened && closed != null) {
                return error == null ? new Ending(ExitCode.LOST, closed.cause()) : Ending.notOpened(error, closed);
            }
            play(socket);
            finish(socket);
            return new Ending(ExitCode.OK, "");
        } catch (Stop stop) {
            return stop.ending;
        } finally {
            socket.close();
            // Listeners that nobody waits for; the last of them lets the program end.
            while (closed == null) {
                Runnable task = tasks.poll(plan.timeout().toNanos(), TimeUnit.NANOSECONDS);
                if (task == null) {
                    break;
                }
                task.run();
            }
        }
    }

    private void listen(WebSocket socket) {
        socket.onopen(event -> opened = true);
        socket.onmessage(event -> {
            received++;
            plan.received().accept(event);
            if (plan.strict() || plan.speed() == 0) {
                arrived.add(
                        event.isText()
                                ? RecordedEvent.text(Direction.IN, event.text())
                                : RecordedEvent.binary(Direction.IN, event.bytes()));
            }
        });
        socket.onerror(event -> error = event);
        socket.onclose(event -> closed = event);
    }

    private void play(WebSocket socket) throws IOException, InterruptedException, Stop {
        long begin = System.nanoTime();
        Duration origin = null;
        for (Optional<RecordedLine> next = recording.next(); next.isPresent(); next = recording.next()) {
            RecordedLine line = next.get();
            RecordedEvent event = line.event();
            if (event.type() == RecordedEvent.Type.OPEN) {
                if (sent + asRecorded > 0 || closing) {
                    another = true;
                    return;
                }
                origin = line.time();
            }
            origin = origin == null ? line.time() : origin;
            if (event.direction() == Direction.OUT) {
                pause(begin, line.time().minus(origin));
                send(socket, line);
            } else {
                await(line);
            }
            if (event.type() == RecordedEvent.Type.CLOSE && event.direction() == Direction.IN) {
                another = recording.next().isPresent();
                return;
            }
        }
    }

    /** Until this has its turn. What comes meanwhile is looked at. */
    private void pause(long begin, Duration recorded) throws InterruptedException {
        if (plan.speed() == 0) {
            return;
        }
        long due = begin + (long) (recorded.toNanos() / plan.speed());
        for (long left = due - System.nanoTime(); left > 0 && closed == null; left = due - System.nanoTime()) {
            if (arrived.size() >= MAX_ARRIVED) {
                TimeUnit.NANOSECONDS.sleep(left);
            } else {
                Runnable task = tasks.poll(left, TimeUnit.NANOSECONDS);
                if (task != null) {
                    task.run();
                }
            }
        }
    }

    private void send(WebSocket socket, RecordedLine line) throws InterruptedException, Stop {
        if (closed != null) {
            throw new Stop(closedEarly(line, closed));
        }
        RecordedEvent event = line.event();
        switch (event.type()) {
            case TEXT -> {
                socket.send(event.text());
                sent++;
            }
            case BINARY -> {
                socket.send(event.bytes());
                sent++;
            }
            // Whether it is answered shows in what follows.
            case PING -> socket.ping(event.bytes()).exceptionally(failure -> Duration.ZERO);
            case CLOSE -> {
                awaitReplies();
                closing = true;
                int code = event.code();
                if (code == CloseCode.NORMAL || code >= 3000) {
                    socket.close(code, event.text());
                } else {
                    socket.close();
                }
            }
            case PONG, OPEN, ERROR -> {
                return; // of itself
            }
        }
    }

    /** What came before we closed has its time to come before we close, however slow the server is today. */
    private void awaitReplies() throws InterruptedException {
        long deadline = System.nanoTime() + plan.timeout().toNanos();
        while (received < expected && closed == null) {
            Runnable task = tasks.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (task == null) {
                return;
            }
            task.run();
        }
    }

    private void await(RecordedLine line) throws IOException, InterruptedException, Stop {
        boolean waiting = plan.strict() || plan.speed() == 0;
        if (line.event().type().isMessage() && waiting) {
            RecordedEvent came = message(line);
            Optional<String> differs = plan.strict() ? difference.between(line.event(), came) : Optional.empty();
            if (differs.isPresent()) {
                throw new Stop(
                        differs(line, "the server sent something else than recorded", differs.get() + elsewhere(came)));
            }
            asRecorded++;
        } else if (line.event().type().isMessage()) {
            expected++;
        } else if (line.event().type() == RecordedEvent.Type.CLOSE) {
            awaitClose(line);
        }
    }

    private RecordedEvent message(RecordedLine line) throws InterruptedException, Stop {
        long deadline = System.nanoTime() + plan.timeout().toNanos();
        while (arrived.isEmpty()) {
            if (closed != null) {
                throw new Stop(closedEarly(line, closed));
            }
            runTask(deadline, line);
        }
        return arrived.remove();
    }

    private void awaitClose(RecordedLine line) throws InterruptedException, Stop {
        long deadline = System.nanoTime() + plan.timeout().toNanos();
        while (closed == null) {
            if (!plan.strict()) {
                arrived.clear();
            } else if (!arrived.isEmpty()) {
                throw new Stop(tooMany(line.number()));
            }
            runTask(deadline, line);
        }
        if (plan.strict() && !arrived.isEmpty()) {
            throw new Stop(tooMany(line.number()));
        }
        RecordedEvent came = RecordedEvent.close(Direction.IN, closed.code(), closed.reason());
        Optional<String> differs = plan.strict() ? difference.between(line.event(), came) : Optional.empty();
        if (differs.isPresent()) {
            throw new Stop(differs(line, "the server closed in another way than recorded", differs.get()));
        }
    }

    private void runTask(long deadline, RecordedLine line) throws InterruptedException, Stop {
        Runnable task = tasks.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (task == null) {
            throw new Stop(new Ending(
                    plan.strict() ? ExitCode.EXPECTATION : ExitCode.TIMEOUT,
                    at(line) + "nothing came within " + plan.timeout().toMillis()
                            + " ms (--timeout), but the recording has\n  " + Ending.printable(head(line.event()))));
        }
        task.run();
    }

    /** The recording is over, and the connection perhaps not. */
    private void finish(WebSocket socket) throws InterruptedException, Stop {
        if (closed != null || closing) {
            return;
        }
        if (plan.strict()) {
            // What the server has sent by now comes before the answer to a ping.
            boolean[] answered = {false};
            socket.ping().whenComplete((time, failure) -> tasks.add(() -> answered[0] = true));
            long deadline = System.nanoTime() + plan.timeout().toNanos();
            while (!answered[0]) {
                Runnable task = tasks.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (task == null || !arrived.isEmpty()) {
                    break;
                }
                task.run();
            }
            if (!arrived.isEmpty()) {
                throw new Stop(tooMany(0));
            }
        }
        socket.close(CloseCode.NORMAL);
    }

    // ------------------------------------------------------------------------------------------------------- sentences

    private String at(RecordedLine line) {
        return name + ", line " + line.number() + ": ";
    }

    private Ending differs(RecordedLine line, String what, String difference) {
        return new Ending(
                ExitCode.EXPECTATION,
                at(line) + what + ", after " + asRecorded + (asRecorded == 1 ? " message" : " messages")
                        + " as recorded\n" + difference.stripTrailing());
    }

    /** Where the recording has what came, if it comes later. */
    private String elsewhere(RecordedEvent came) throws IOException {
        for (int i = 0; i < LINES_TO_SEARCH; i++) {
            Optional<RecordedLine> later = recording.next();
            if (later.isEmpty()) {
                return "";
            }
            if (later.get().event().direction() == Direction.IN
                    && difference.between(later.get().event(), came).isEmpty()) {
                return "  What came is recorded in line " + later.get().number() + ".";
            }
        }
        return "";
    }

    private Ending tooMany(long number) {
        RecordedEvent came = arrived.remove();
        return new Ending(
                ExitCode.EXPECTATION,
                name + (number == 0 ? "" : ", line " + number) + ": the server sent more than recorded, after "
                        + asRecorded
                        + (asRecorded == 1 ? " message" : " messages") + " as recorded\n  came: "
                        + Ending.printable(head(came)));
    }

    private Ending closedEarly(RecordedLine line, CloseEvent close) {
        return new Ending(
                plan.strict() ? ExitCode.EXPECTATION : Ending.closed(close).exitCode(),
                at(line) + "the connection was closed with " + close.code()
                        + (close.reason().isEmpty() ? "" : " " + Ending.printable(close.reason()))
                        + " (" + close.cause() + "), but the recording goes on with\n  "
                        + Ending.printable(head(line.event())));
    }

    private static String head(RecordedEvent event) {
        int most = 60;
        String text = event.toString();
        return text.length() <= most ? text : text.substring(0, most) + "…";
    }
}
