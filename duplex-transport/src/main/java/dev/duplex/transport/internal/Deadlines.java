package dev.duplex.transport.internal;

import dev.duplex.core.CloseCode;
import dev.duplex.core.Limits;
import dev.duplex.transport.CloseKind;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Keepalive, idleness and the closing timeout of one connection. It looks at times that are noted when something
 * happens; nothing is re-armed per message. All times are milliseconds of the loop's clock.
 */
final class Deadlines extends TimerWheel.Timer {
    private final WebSocketConnection connection;
    private final LoopState loop;

    /**
     * How long the peer may be silent before we ask; 0 for ever. Of this connection: between four fifths of the interval
     * and all of it, so that pings do not come in waves.
     */
    private final long silence;

    private long lastRead;
    private long lastMessage;
    private long closeBy = TimerWheel.NEVER;

    /** Since when the peer has taken nothing of what waits for it, as far as looks have told. */
    private long stalledSince = TimerWheel.NEVER;

    private boolean awaitsPong;
    private boolean pingWritten;
    private long pingSent;
    private long pingSentNanos;

    Deadlines(WebSocketConnection connection, LoopState loop, Limits limits) {
        this.connection = connection;
        this.loop = loop;
        long interval = limits.keepaliveInterval().toMillis();
        this.silence =
                interval == 0 ? 0 : interval - ThreadLocalRandom.current().nextLong(interval / 5 + 1);
    }

    void begin() {
        // The clock of a loop without timers stands still.
        lastRead = loop.refreshedNow();
        lastMessage = lastRead;
        long idleTimeout = connection.limits().idleTimeout().toMillis();
        long first = Math.min(
                Math.min(silence > 0 ? silence : TimerWheel.NEVER, idleTimeout > 0 ? idleTimeout : TimerWheel.NEVER),
                betweenSendLooks());
        if (first != TimerWheel.NEVER) {
            loop.expireIn(this, first);
        }
    }

    void bytesRead() {
        lastRead = loop.now();
    }

    /** A message came or went. */
    void messagePassed() {
        lastMessage = loop.now();
    }

    /** Starts the time in which the closing handshake has to be finished, unless it is running. */
    void closing() {
        if (closeBy == TimerWheel.NEVER) {
            long timeout = connection.limits().closeTimeout().toMillis();
            closeBy = loop.refreshedNow() + timeout;
            connection.outbox().progressed();
            loop.expireIn(this, timeout);
        }
    }

    /** A pong came: the nanoseconds since our ping, or -1 if none of ours is unanswered. */
    long pongReceived() {
        boolean ours = awaitsPong && pingWritten;
        awaitsPong = false;
        return ours ? loop.nanoTime() - pingSentNanos : -1;
    }

    @Override
    protected long expired(long now) {
        try {
            long next = closeBy == TimerWheel.NEVER ? whileOpen(now) : whileClosing(now);
            return connection.isClosed() ? TimerWheel.NEVER : next;
        } catch (RuntimeException | Error e) {
            // Other connections have timers too.
            connection.failed(e);
            return TimerWheel.NEVER;
        }
    }

    private long whileClosing(long now) {
        Duration timeout = connection.limits().closeTimeout();
        if (now >= closeBy
                && connection.outbox().closeWaits()
                && connection.outbox().progressed()) {
            // Our close frame is still behind messages, and the peer takes them.
            closeBy = now + timeout.toMillis();
        }
        if (now >= closeBy) {
            connection.cut(
                    CloseKind.CLOSE_TIMEOUT,
                    "the closing handshake was not finished within " + inWords(timeout) + " (closeTimeout)");
            return TimerWheel.NEVER;
        }
        return closeBy;
    }

    private long whileOpen(long now) {
        boolean progressed = connection.outbox().progressed();
        if (progressed) {
            // A peer that takes bytes from us is alive, however slowly, even while it has no chance to answer.
            lastRead = now;
        }
        Duration idleTimeout = connection.limits().idleTimeout();
        long idle = idleTimeout.toMillis();
        if (idle > 0 && now - lastMessage >= idle) {
            String why = "idle for " + inWords(idleTimeout) + " (idleTimeout)";
            connection.blame(CloseKind.IDLE, why);
            connection.close(CloseCode.GOING_AWAY, why);
            return closeBy;
        }
        long nextSendLook = sending(now, progressed);
        if (connection.isClosed()) {
            return TimerWheel.NEVER;
        }
        return Math.min(idle > 0 ? lastMessage + idle : TimerWheel.NEVER, Math.min(nextSendLook, keepalive(now)));
    }

    /** How often to look whether what is sent gets away; nothing is noted when it begins to wait. */
    private long betweenSendLooks() {
        long timeout = connection.limits().sendTimeout().toMillis();
        return timeout == 0 ? TimerWheel.NEVER : Math.max(1, timeout / 2);
    }

    private long sending(long now, boolean progressed) {
        long interval = betweenSendLooks();
        if (interval == TimerWheel.NEVER) {
            return TimerWheel.NEVER;
        }
        if (!connection.outbox().isRefused()) {
            stalledSince = TimerWheel.NEVER;
            return now + interval;
        }
        if (progressed || stalledSince == TimerWheel.NEVER) {
            stalledSince = now;
        }
        Duration timeout = connection.limits().sendTimeout();
        long deadline = stalledSince + timeout.toMillis();
        if (now >= deadline) {
            connection.cut(
                    CloseKind.SEND_TIMEOUT,
                    "the peer took nothing of what waits for it for " + inWords(timeout) + " (sendTimeout)");
        }
        return deadline;
    }

    private long keepalive(long now) {
        if (silence == 0) {
            return TimerWheel.NEVER;
        }
        if (connection.isPausedByOwner()) {
            // Nothing is read, so nothing can be concluded from silence. The ping is for proxies in between.
            awaitsPong = false;
            connection.outbox().writeKeepalivePing();
            return now + silence;
        }
        if (awaitsPong && lastRead < pingSent) {
            if (now < pingSent + pongTimeout()) {
                return pingSent + pongTimeout();
            }
            String timeout = inWords(connection.limits().pongTimeout()) + " (pongTimeout)";
            connection.cut(
                    pingWritten ? CloseKind.NO_PONG : CloseKind.SEND_TIMEOUT,
                    pingWritten
                            ? "no answer to a ping within " + timeout
                            : "the peer took nothing of what waits for it within " + timeout);
            return TimerWheel.NEVER;
        }
        if (now - lastRead < silence) {
            return lastRead + silence;
        }
        awaitsPong = true;
        pingSent = now;
        pingSentNanos = loop.nanoTime();
        pingWritten = connection.outbox().writeKeepalivePing();
        return now + pongTimeout();
    }

    private long pongTimeout() {
        return connection.limits().pongTimeout().toMillis();
    }

    private static String inWords(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }
}
