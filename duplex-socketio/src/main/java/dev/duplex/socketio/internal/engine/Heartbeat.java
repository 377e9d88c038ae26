package dev.duplex.socketio.internal.engine;

/**
 * When a ping is due, and by when the client must be heard. The server pings in revision 4 of the protocol, and the client
 * in revision 3.
 */
final class Heartbeat {
    private final boolean clientPings;
    private final SessionSettings settings;
    private long pingAt = EngineSession.NEVER;
    private long heardBy = EngineSession.NEVER;

    /** The time of the pong has been extended once, as something else came instead. */
    private boolean extended;

    Heartbeat(int revision, SessionSettings settings, long now) {
        this.clientPings = revision == 3;
        this.settings = settings;
        if (clientPings) {
            heardBy = now + timeToBeHeard();
        } else {
            pingAt = now + settings.pingInterval();
        }
    }

    private long timeToBeHeard() {
        return clientPings ? settings.pingInterval() + settings.pingTimeout() : settings.pingTimeout();
    }

    /** When to look again. */
    long deadline() {
        return Math.min(pingAt, heardBy);
    }

    /** Whether the client has not been heard in time. */
    boolean isMissed(long now) {
        return now >= heardBy;
    }

    /** Whether a ping is due, which is then taken to be sent. */
    boolean pings(long now) {
        if (now < pingAt) {
            return false;
        }
        pingAt = EngineSession.NEVER;
        extended = false;
        heardBy = now + settings.pingTimeout();
        return true;
    }

    /** Another transport carries the packets from now on: what was in flight may be lost. */
    void moved(long now) {
        if (heardBy != EngineSession.NEVER) {
            heardBy = now + timeToBeHeard();
        }
    }

    /** A packet that is no part of the heartbeat has come. */
    void heard(long now) {
        if (!clientPings && heardBy != EngineSession.NEVER && !extended) {
            // A large message may be in front of the pong.
            extended = true;
            moved(now);
        }
    }

    /**
     * A ping or a pong has come.
     *
     * @return whether the client is the one who sends such
     */
    boolean beats(boolean ping, long now) {
        if (ping != clientPings) {
            return false;
        }
        if (ping) {
            moved(now);
        } else {
            heardBy = EngineSession.NEVER;
            pingAt = now + settings.pingInterval();
        }
        return true;
    }

    void end() {
        pingAt = EngineSession.NEVER;
        heardBy = EngineSession.NEVER;
    }
}
