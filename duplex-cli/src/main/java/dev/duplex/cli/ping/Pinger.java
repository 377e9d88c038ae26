package dev.duplex.cli.ping;

import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.Ending;
import dev.duplex.cli.common.ExitCode;
import dev.duplex.client.CloseEvent;
import dev.duplex.client.DOMException;
import dev.duplex.client.ErrorEvent;
import dev.duplex.client.MessageEvent;
import dev.duplex.client.WebSocket;
import dev.duplex.client.WebSocketOptions;
import dev.duplex.core.CloseCode;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sends pings over one connection at an even pace and tells what becomes of them. All of it happens on one thread. */
public final class Pinger {
    /** So many at a time: the client sends no more, and a server that is so far behind would only be hurt by them. */
    private static final int MAX_UNANSWERED = 16;

    private static final long MIN_FOR_PERCENTILES = 20;

    /**
     * What is wanted.
     *
     * @param echo whether messages are sent in place of ping frames, to a server that sends them back
     * @param count how many; 0 for no end
     * @param patience for an answer, before it counts as lost
     */
    public record Plan(
            String url,
            WebSocketOptions.Builder options,
            boolean echo,
            long count,
            Duration interval,
            Duration patience) {}

    private final Plan plan;
    private final PingReport report;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "duplex-ping");
        made.setDaemon(true);
        return made;
    });
    private final CompletableFuture<Ending> ended = new CompletableFuture<>();
    private final String nonce = new BigInteger(64, new SecureRandom()).toString(36);
    private final RoundTrips roundTrips = new RoundTrips();
    private final Map<Long, Long> unanswered = new HashMap<>();
    private final Map<Long, Long> lost = new HashMap<>();
    private final long begin = System.nanoTime();

    private @Nullable WebSocket socket;
    private @Nullable Future<?> ticks;
    private @Nullable ErrorEvent error;
    private boolean opened;
    private boolean enough;
    private long firstSent;
    private long sent;

    public Pinger(Plan plan, PingReport report) {
        this.plan = plan;
        this.report = report;
    }

    /**
     * Pings until the count is reached, the connection ends, or the thread is interrupted.
     *
     * @return how it ended; {@link ExitCode#LOST} if an answer is missing
     * @throws CommandFailure if the URL is none
     */
    public Ending run() {
        WebSocket opening;
        try {
            opening = new WebSocket(plan.url(), plan.options().executor(thread).build(), this::listen);
        } catch (DOMException | IllegalArgumentException e) {
            thread.shutdown();
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
        try {
            return ended.get();
        } catch (InterruptedException e) {
            stop();
            Ending ending = ended.join();
            Thread.currentThread().interrupt();
            return ending;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            opening.close();
            thread.shutdown();
        }
    }

    /** Sends no more and tells the statistics; any thread. */
    public void stop() {
        try {
            thread.execute(this::enough);
        } catch (RejectedExecutionException e) {
            return; // over already
        }
    }

    private void listen(WebSocket to) {
        socket = to;
        to.onopen(event -> guarded(() -> {
            opened = true;
            report.opened(since(begin));
            // The first would measure how long a JVM takes to load classes; so that one is not counted.
            to.ping()
                    .toCompletableFuture()
                    .orTimeout(plan.patience().toNanos(), TimeUnit.NANOSECONDS)
                    .whenCompleteAsync((time, failure) -> guarded(() -> begin(to)), thread);
        }));
        to.onmessage(event -> guarded(() -> message(event)));
        to.onerror(event -> error = event);
        to.onclose(event -> guarded(() -> closed(event)));
    }

    private void begin(WebSocket to) {
        if (!enough && to.readyState() == WebSocket.OPEN) {
            firstSent = System.nanoTime();
            ticks = thread.scheduleAtFixedRate(
                    () -> guarded(() -> send(to)), 0, plan.interval().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** A failure of ours must not leave the caller waiting. */
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            ended.completeExceptionally(e);
        }
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private void send(WebSocket to) {
        if (enough || unanswered.size() >= MAX_UNANSWERED || to.readyState() != WebSocket.OPEN) {
            return;
        }
        long number = ++sent;
        unanswered.put(number, System.nanoTime());
        if (plan.echo()) {
            to.send(text(number));
        } else {
            to.ping().thenAcceptAsync(time -> guarded(() -> answered(number, time)), thread);
        }
        thread.schedule(() -> guarded(() -> timedOut(number)), plan.patience().toNanos(), TimeUnit.NANOSECONDS);
        if (sent == plan.count() && ticks != null) {
            ticks.cancel(false);
        }
    }

    private String text(long number) {
        return "duplex ping " + nonce + " " + number;
    }

    private void message(MessageEvent message) {
        String prefix = "duplex ping " + nonce + " ";
        if (!plan.echo() || !message.isText() || !message.text().startsWith(prefix)) {
            return; // what this server has to say besides
        }
        try {
            long number = Long.parseLong(message.text().substring(prefix.length()));
            Long at = unanswered.containsKey(number) ? unanswered.get(number) : lost.get(number);
            if (at != null) {
                answered(number, since(at));
            }
        } catch (NumberFormatException e) {
            return; // not what was sent
        }
    }

    private void answered(long number, Duration roundTrip) {
        if (unanswered.remove(number) != null) {
            roundTrips.add(roundTrip);
            report.answered(number, roundTrip);
            finishIfAll();
        } else if (lost.remove(number) != null) {
            report.late(number, roundTrip);
        }
    }

    private void timedOut(long number) {
        Long at = unanswered.remove(number);
        if (at != null) {
            lost.keySet().removeIf(old -> old < number - MAX_UNANSWERED);
            lost.put(number, at);
            report.lost(number, plan.patience());
            finishIfAll();
        }
    }

    private void finishIfAll() {
        if (sent == plan.count() && unanswered.isEmpty()) {
            enough();
        }
    }

    private void enough() {
        if (!enough) {
            enough = true;
            if (ticks != null) {
                ticks.cancel(false);
            }
            if (socket != null) {
                socket.close(CloseCode.NORMAL);
            }
        }
    }

    private void closed(CloseEvent close) {
        if (ticks != null) {
            ticks.cancel(false);
        }
        if (!opened) {
            ended.complete(
                    error == null || enough ? new Ending(ExitCode.INTERRUPTED, "") : Ending.notOpened(error, close));
            return;
        }
        if (enough && sent != plan.count()) {
            // Interrupted: what is still on its way is neither answered nor lost.
            sent -= unanswered.size();
        }
        // Whatever the thread still has to say about them comes too late.
        unanswered.clear();
        lost.clear();
        report.statistics(statistics());
        Ending byPeer = Ending.closed(close);
        boolean missing = roundTrips.count() < sent;
        if (enough || byPeer.exitCode() == ExitCode.OK) {
            ended.complete(new Ending(missing ? ExitCode.LOST : ExitCode.OK, ""));
        } else {
            ended.complete(byPeer);
        }
    }

    private PingReport.Statistics statistics() {
        return new PingReport.Statistics(
                sent,
                roundTrips.count(),
                sent == 0 ? Duration.ZERO : since(firstSent),
                roundTrips.minMillis(),
                roundTrips.meanMillis(),
                roundTrips.maxMillis(),
                roundTrips.deviationMillis(),
                roundTrips.count() >= MIN_FOR_PERCENTILES,
                roundTrips.percentileMillis(50),
                roundTrips.percentileMillis(90),
                roundTrips.percentileMillis(99));
    }
}
