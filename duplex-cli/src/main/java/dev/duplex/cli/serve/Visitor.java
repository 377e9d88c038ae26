package dev.duplex.cli.serve;

import dev.duplex.server.Session;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/** A client from its opening handshake on: what it is called, who it is, and what has gone to and fro. */
public final class Visitor {
    private static final String ATTRIBUTE = "duplex.visitor";

    private final String connection;
    private final Optional<Environment.User> user;
    private final Optional<String> subprotocol;
    private final String extensions;
    private volatile long pid = -1;
    private final AtomicLong messagesIn = new AtomicLong();
    private final AtomicLong bytesIn = new AtomicLong();
    private final AtomicLong messagesOut = new AtomicLong();
    private final AtomicLong bytesOut = new AtomicLong();

    /** Guarded by this. */
    private int holds;

    Visitor(String connection, Optional<Environment.User> user, Optional<String> subprotocol, String extensions) {
        this.connection = connection;
        this.user = user;
        this.subprotocol = subprotocol;
        this.extensions = extensions;
    }

    /** What the attributes of a session have for it. */
    public static Visitor of(Session session) {
        return (Visitor) Objects.requireNonNull(session.attributes().get(ATTRIBUTE));
    }

    static String attribute() {
        return ATTRIBUTE;
    }

    /** Names the session in logs, in {@code DUPLEX_CONN} and to programs that talk with several. */
    public String connection() {
        return connection;
    }

    public Optional<Environment.User> user() {
        return user;
    }

    public Optional<String> subprotocol() {
        return subprotocol;
    }

    /** For the environment of its program. */
    public Environment.Facts facts(String script) {
        return new Environment.Facts(connection, script, user, subprotocol.orElse(""), extensions);
    }

    /** The number of the process that is there for this client alone, once it runs. */
    public OptionalLong pid() {
        return pid < 0 ? OptionalLong.empty() : OptionalLong.of(pid);
    }

    void runs(long process) {
        pid = process;
    }

    void received(long bytes) {
        messagesIn.incrementAndGet();
        bytesIn.addAndGet(bytes);
    }

    void sent(long bytes) {
        messagesOut.incrementAndGet();
        bytesOut.addAndGet(bytes);
    }

    /** Reads no more of it, until each who has asked for that is content. */
    synchronized void hold(Session session) {
        if (holds++ == 0) {
            session.pause();
        }
    }

    /** Reads it again, as far as this one is concerned who has called {@link #hold}. */
    synchronized void release(Session session) {
        if (--holds == 0) {
            session.resume();
        }
    }

    /** Such as {@code in 3 messages 120 bytes, out 4 messages 200 bytes}. */
    String traffic() {
        return "in " + messagesIn + " messages " + bytesIn + " bytes, out " + messagesOut + " messages " + bytesOut
                + " bytes";
    }
}
