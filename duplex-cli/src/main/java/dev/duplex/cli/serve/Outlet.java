package dev.duplex.cli.serve;

import dev.duplex.core.CloseCode;
import dev.duplex.server.Session;
import dev.duplex.transport.SendResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collection;

/**
 * What goes out to one client. One who does not read has the program wait, or what is kept for it is bounded here: in the
 * session itself what comes from another thread all at once could leave no room for what is newest. Guarded by its owner.
 */
final class Outlet {
    /** What a message counts for, besides its payload. */
    private static final long OVERHEAD_BYTES = 64;

    private final Session session;
    private final Visitor visitor;
    private final BridgeOptions options;

    /** What was sent to others before this one came; it belongs to all, so it counts for nothing. */
    private final ArrayDeque<ProgramMessage> past = new ArrayDeque<>(0);

    private final ArrayDeque<ProgramMessage> kept = new ArrayDeque<>(2);
    private long keptBytes;
    private boolean blocked;
    private long drains;
    private boolean sending;

    Outlet(Session session, BridgeOptions options) {
        this.session = session;
        this.visitor = Visitor.of(session);
        this.options = options;
    }

    Session session() {
        return session;
    }

    Visitor visitor() {
        return visitor;
    }

    /** Sends what was sent before this client came: as fast as it takes it, ahead of all that is sent from here on. */
    void replay(Collection<ProgramMessage> messages) {
        past.addAll(messages);
        sendOn();
    }

    /** Sends a message, or keeps it, or drops what there is too much of. */
    void send(ProgramMessage message) {
        if (!past.isEmpty() || !kept.isEmpty() || (blocked && options.slow().drops())) {
            keep(message);
        } else {
            sendNow(message);
        }
    }

    /** Whether the program is to wait until {@link #drained} says that it need not. */
    boolean makesWait() {
        return blocked && options.slow() == BridgeOptions.Slow.BLOCK;
    }

    /** Whether the end of the session would come before what is still to be sent. */
    boolean isBehind() {
        return blocked && options.slow() != BridgeOptions.Slow.CLOSE;
    }

    /**
     * The session's queue is empty again.
     *
     * @return false if that was told within a call that sends, which goes on by itself: what is newer must not overtake
     */
    boolean drained() {
        drains++;
        blocked = false;
        if (sending) {
            return false;
        }
        sendOn();
        return true;
    }

    private void sendOn() {
        while (!blocked && !past.isEmpty()) {
            sendNow(past.remove());
        }
        while (!blocked && !kept.isEmpty()) {
            ProgramMessage next = kept.remove();
            keptBytes -= charge(next);
            sendNow(next);
        }
    }

    private void keep(ProgramMessage message) {
        boolean fits = message instanceof ProgramMessage.Close || keptBytes + charge(message) <= options.queueBytes();
        if (!fits && options.slow() == BridgeOptions.Slow.DROP_NEW) {
            options.dropped().run();
            return;
        }
        if (!fits && options.slow() == BridgeOptions.Slow.CLOSE) {
            giveUp();
            return;
        }
        kept.add(message);
        keptBytes += charge(message);
        while (options.slow() == BridgeOptions.Slow.DROP_OLD && keptBytes > options.queueBytes() && kept.size() > 1) {
            keptBytes -= charge(kept.remove());
            options.dropped().run();
        }
    }

    /** As the server does with one for whom too much waits in the session. */
    private void giveUp() {
        past.clear();
        kept.clear();
        keptBytes = 0;
        session.close(CloseCode.TRY_AGAIN_LATER, "reads too slowly (--queue)");
    }

    private static long charge(ProgramMessage message) {
        if (message instanceof ProgramMessage.Text text) {
            return OVERHEAD_BYTES + text.text().length();
        }
        return OVERHEAD_BYTES + (message instanceof ProgramMessage.Binary binary ? binary.bytes().length : 0);
    }

    private void sendNow(ProgramMessage message) {
        long before = drains;
        sending = true;
        SendResult result = SendResult.SENT;
        if (message instanceof ProgramMessage.Text text) {
            visitor.sent(text.text().length());
            result = session.send(text.text());
        } else if (message instanceof ProgramMessage.Binary binary) {
            visitor.sent(binary.bytes().length);
            result = session.send(binary.bytes());
        } else if (message instanceof ProgramMessage.Ping ping) {
            session.ping(ping.payload());
        } else if (message instanceof ProgramMessage.Close close) {
            session.close(close.code(), cut(close.reason()));
        }
        sending = false;
        // The drain event may have come while it was sent.
        blocked = result == SendResult.QUEUED && before == drains;
    }

    /** As long as a close frame may have it (RFC 6455 §5.5). */
    static String cut(String reason) {
        String text = reason;
        while (text.getBytes(StandardCharsets.UTF_8).length > CloseCode.MAX_REASON_BYTES) {
            text = text.substring(0, text.length() - 1);
        }
        return text;
    }
}
