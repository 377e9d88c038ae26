package dev.duplex.client;

import dev.duplex.core.Limits;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The pings that the program sends, and which of them have no answer yet. Used on the event loop, but for sending. */
final class Pings {
    /** Whoever sends more at a time learns nothing from them. */
    static final int MAX_UNANSWERED = 16;

    private record Ping(
            byte[] payload, long sentNanos, CompletableFuture<Duration> answer, ScheduledFuture<?> timeout) {}

    private final EventLoop loop;
    private final Elsewhere elsewhere;
    private final Duration timeout;
    private final Observer observer;
    private final Queue<Ping> unanswered = new ArrayDeque<>();
    private final AtomicLong number = new AtomicLong();

    /** @param executor what depends on an answer runs there */
    Pings(EventLoop loop, Executor executor, Limits limits, Observer observer) {
        this.loop = loop;
        this.elsewhere = new Elsewhere(executor);
        this.timeout = limits.pongTimeout();
        this.observer = observer;
    }

    /** A payload that no other ping of this socket has. */
    byte[] nextPayload() {
        return ByteBuffer.allocate(Long.BYTES).putLong(number.incrementAndGet()).array();
    }

    /** Sends one; any thread. */
    CompletionStage<Duration> send(@Nullable WebSocketConnection to, byte[] payload) {
        CompletableFuture<Duration> answer = new CompletableFuture<>();
        if (to == null) {
            fail(answer, closed());
        } else if (loop.inEventLoop()) {
            send(to, payload, answer);
        } else {
            loop.execute(() -> send(to, payload, answer));
        }
        return answer;
    }

    private void send(WebSocketConnection to, byte[] payload, CompletableFuture<Duration> answer) {
        if (unanswered.size() >= MAX_UNANSWERED) {
            fail(
                    answer,
                    new IllegalStateException(
                            MAX_UNANSWERED + " pings have no answer yet; wait for one before you send the next"));
            return;
        }
        long now = System.nanoTime();
        SendResult result = to.ping(payload);
        if (result == SendResult.CLOSED) {
            fail(answer, closed());
            return;
        }
        if (result == SendResult.DROPPED) {
            fail(answer, new IOException("the server takes too little of what is sent for a ping to be sent as well"));
            return;
        }
        ScheduledFuture<?> expiry = loop.schedule(() -> expire(answer), timeout.toNanos(), TimeUnit.NANOSECONDS);
        unanswered.add(new Ping(payload, now, answer, expiry));
    }

    private void expire(CompletableFuture<Duration> answer) {
        unanswered.removeIf(ping -> ping.answer() == answer);
        fail(answer, new TimeoutException("no answer to the ping within " + timeout.toMillis() + " ms (pongTimeout)"));
    }

    /**
     * A pong has come. RFC 6455 §5.5.3: it has the payload of the ping that it answers, and a peer may answer the latest
     * ping only, so that the answer is one to the pings before it too.
     */
    void answered(byte[] payload) {
        long now = System.nanoTime();
        unanswered.stream()
                .filter(ping -> Arrays.equals(ping.payload(), payload))
                .findFirst()
                .ifPresent(asked -> {
                    // Before whoever waits for the answer goes on.
                    observer.onRoundTrip(now - asked.sentNanos());
                    Ping ping;
                    do {
                        ping = unanswered.remove();
                        ping.timeout().cancel(false);
                        complete(ping.answer(), Duration.ofNanos(now - ping.sentNanos()));
                    } while (ping.answer() != asked.answer());
                });
    }

    /** No answer comes any more. */
    void stop() {
        for (Ping ping = unanswered.poll(); ping != null; ping = unanswered.poll()) {
            ping.timeout().cancel(false);
            fail(ping.answer(), closed());
        }
    }

    private static IOException closed() {
        return new IOException("the connection is closing or closed, so that no answer to a ping can come");
    }

    private void complete(CompletableFuture<Duration> answer, Duration time) {
        elsewhere.run(() -> answer.complete(time));
    }

    private void fail(CompletableFuture<Duration> answer, Exception why) {
        elsewhere.run(() -> answer.completeExceptionally(why));
    }
}
