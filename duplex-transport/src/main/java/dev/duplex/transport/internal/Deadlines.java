package dev.duplex.transport.internal;

import dev.duplex.core.CloseCode;
import dev.duplex.transport.CloseKind;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Keepalive, idleness and the closing timeout of one connection. It looks at times that are noted when something
 * happens; nothing is re-armed per message. All times are milliseconds of the loop's clock, of which the lower 32 bits are
 * kept: every connection has one of these, and they are only ever subtracted from each other.
 */
final class Deadlines extends TimerWheel.Timer {
    /** A longer time than this one counts as this one, 24 days. */
    private static final long LONGEST = TimeUnit.DAYS.toMillis(24);

    // What became of our last ping.
    private static final byte ANSWERED = 0;
    private static final byte WRITTEN = 1;

    /** It would stand behind what the peer does not take. */
    private static final byte NOT_WRITTEN = 2;

    private final WebSocketConnection connection;

    /**
     * How long the peer may be silent before we ask; 0 for ever. Of this connection: between four fifths of the interval
     * and all of it, so that pings do not come in waves.
     */
    private final int silence;

    private int lastRead;
    private int lastMessage;
    private boolean closing;

    /** Since when the peer has taken nothing of what waits for it, as far as looks have told. */
    private int stalledSince;

    private boolean stalled;

    private byte ping;
    private int pingSent;
    private long pingSentNanos;

    Deadlines(WebSocketConnection connection) {
        this.connection = connection;
        long interval = millis(connection.limits().keepaliveInterval());
        this.silence = (int)
                (interval == 0 ? 0 : interval - ThreadLocalRandom.current().nextLong(interval / 5 + 1));
    }

    private static long millis(Duration duration) {
        return Math.min(LONGEST, duration.toMillis());
    }

    private LoopState loop() {
        return connection.loop();
    }

    /** How long ago that was. */
    private static int since(int then, long now) {
        return (int) now - then;
    }

    void begin() {
        // The clock of a loop without timers stands still.
        lastRead = (int) loop().refreshedNow();
        lastMessage = lastRead;
        long idleTimeout = idleTimeout();
        long first = Math.min(
                Math.min(silence > 0 ? silence : TimerWheel.NEVER, idleTimeout > 0 ? idleTimeout : TimerWheel.NEVER),
                betweenSendLooks());
        if (first != TimerWheel.NEVER) {
            loop().expireIn(this, first);
        }
    }

    void bytesRead() {
        lastRead = (int) loop().now();
    }

    /** A message came or went. */
    void messagePassed() {
        lastMessage = (int) loop().now();
    }

    /** Starts the time in which the closing handshake has to be finished, unless it is running. */
    void closing() {
        if (!closing) {
            closing = true;
            connection.outbox().progressed();
            loop().expireIn(this, closeTimeout());
        }
    }

    /** A pong came: the nanoseconds since our ping, or -1 if none of ours is unanswered. */
    long pongReceived() {
        boolean ours = ping == WRITTEN;
        ping = ANSWERED;
        return ours ? loop().nanoTime() - pingSentNanos : -1;
    }

    @Override
    protected long expired(long now) {
        try {
            long next = closing ? whileClosing(now) : whileOpen(now);
            return connection.isClosed() ? TimerWheel.NEVER : next;
        } catch (RuntimeException | Error e) {
            // Other connections have timers too.
            connection.failed(e);
            return TimerWheel.NEVER;
        }
    }

    private long whileClosing(long now) {
        if (connection.outbox().closeWaits() && connection.outbox().progressed()) {
            // Our close frame is still behind messages, and the peer takes them.
            return now + closeTimeout();
        }
        connection.cut(
                CloseKind.CLOSE_TIMEOUT,
                "the closing handshake was not finished within "
                        + inWords(connection.limits().closeTimeout()) + " (closeTimeout)");
        return TimerWheel.NEVER;
    }

    private long whileOpen(long now) {
        boolean progressed = connection.outbox().progressed();
        if (progressed) {
            // A peer that takes bytes from us is alive, however slowly, even while it has no chance to answer.
            lastRead = (int) now;
        }
        long idle = idleTimeout();
        if (idle > 0 && since(lastMessage, now) >= idle) {
            String why = "idle for " + inWords(connection.limits().idleTimeout()) + " (idleTimeout)";
            connection.blame(CloseKind.IDLE, why);
            connection.close(CloseCode.GOING_AWAY, why);
            return now + closeTimeout();
        }
        long nextSendLook = sending(now, progressed);
        if (connection.isClosed()) {
            return TimerWheel.NEVER;
        }
        long nextIdleLook = idle > 0 ? now - since(lastMessage, now) + idle : TimerWheel.NEVER;
        return Math.min(nextIdleLook, Math.min(nextSendLook, keepalive(now)));
    }

    /** How often to look whether what is sent gets away; nothing is noted when it begins to wait. */
    private long betweenSendLooks() {
        long timeout = sendTimeout();
        return timeout == 0 ? TimerWheel.NEVER : Math.max(1, timeout / 2);
    }

    private long sending(long now, boolean progressed) {
        long interval = betweenSendLooks();
        if (interval == TimerWheel.NEVER) {
            return TimerWheel.NEVER;
        }
        if (!connection.outbox().isRefused()) {
            stalled = false;
            return now + interval;
        }
        if (progressed || !stalled) {
            stalled = true;
            stalledSince = (int) now;
        }
        long left = sendTimeout() - since(stalledSince, now);
        if (left <= 0) {
            connection.cut(
                    CloseKind.SEND_TIMEOUT,
                    "the peer took nothing of what waits for it for "
                            + inWords(connection.limits().sendTimeout()) + " (sendTimeout)");
        }
        return now + left;
    }

    private long keepalive(long now) {
        if (silence == 0) {
            return TimerWheel.NEVER;
        }
        if (connection.isPausedByOwner()) {
            // Nothing is read, so nothing can be concluded from silence. The ping is for proxies in between.
            ping = ANSWERED;
            connection.outbox().writeKeepalivePing();
            return now + silence;
        }
        if (ping != ANSWERED && lastRead - pingSent < 0) {
            long left = pongTimeout() - since(pingSent, now);
            if (left > 0) {
                return now + left;
            }
            String timeout = inWords(connection.limits().pongTimeout()) + " (pongTimeout)";
            connection.cut(
                    ping == WRITTEN ? CloseKind.NO_PONG : CloseKind.SEND_TIMEOUT,
                    ping == WRITTEN
                            ? "no answer to a ping within " + timeout
                            : "the peer took nothing of what waits for it within " + timeout);
            return TimerWheel.NEVER;
        }
        int left = silence - since(lastRead, now);
        if (left > 0) {
            return now + left;
        }
        pingSent = (int) now;
        pingSentNanos = loop().nanoTime();
        ping = connection.outbox().writeKeepalivePing() ? WRITTEN : NOT_WRITTEN;
        return now + pongTimeout();
    }

    private long idleTimeout() {
        return millis(connection.limits().idleTimeout());
    }

    private long sendTimeout() {
        return millis(connection.limits().sendTimeout());
    }

    private long closeTimeout() {
        return millis(connection.limits().closeTimeout());
    }

    private long pongTimeout() {
        return millis(connection.limits().pongTimeout());
    }

    private static String inWords(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }
}
