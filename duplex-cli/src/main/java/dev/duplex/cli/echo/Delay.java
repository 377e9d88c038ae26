package dev.duplex.cli.echo;

import dev.duplex.server.Message;
import dev.duplex.server.Query;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.transport.CloseEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Echoes each message so many milliseconds after it came, in order. While much is waiting, nothing more is read.
 */
final class Delay implements WebSocketHandler {
    private static final int DEFAULT_MS = 1000;
    private static final int MAX_MS = 60_000;
    private static final int MAX_WAITING = 1000;
    private static final long MAX_WAITING_BYTES = 1024L * 1024;

    private final ScheduledExecutorService timer;
    private final int millis;

    /** Guarded by itself, like the counter. */
    private final Deque<Received> waiting = new ArrayDeque<>();

    private long waitingBytes;
    private boolean paused;
    private boolean closed;

    private record Received(Copy copy, long dueAt) {}

    Delay(Query query, ScheduledExecutorService timer) {
        this.millis = query.integer("ms", DEFAULT_MS, 0, MAX_MS);
        this.timer = timer;
    }

    @Override
    public void onMessage(Session session, Message message) {
        Received received = new Received(Copy.of(message), System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
        synchronized (waiting) {
            waiting.add(received);
            waitingBytes += received.copy().size();
            if (waiting.size() == 1) {
                schedule(session, received);
            }
            if (isFull()) {
                paused = true;
                session.pause();
            }
        }
    }

    private void schedule(Session session, Received next) {
        timer.schedule(() -> sendDue(session), next.dueAt() - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private void sendDue(Session session) {
        synchronized (waiting) {
            for (Received next = waiting.peek(); next != null && !closed; next = waiting.peek()) {
                if (next.dueAt() - System.nanoTime() > 0) {
                    schedule(session, next);
                    break;
                }
                waiting.remove();
                waitingBytes -= next.copy().size();
                next.copy().sendTo(session);
            }
            if (paused && !isFull()) {
                paused = false;
                session.resume();
            }
        }
    }

    private boolean isFull() {
        return waiting.size() >= MAX_WAITING || waitingBytes >= MAX_WAITING_BYTES;
    }

    @Override
    public void onClose(Session session, CloseEvent event) {
        synchronized (waiting) {
            closed = true;
            waiting.clear();
        }
    }
}
