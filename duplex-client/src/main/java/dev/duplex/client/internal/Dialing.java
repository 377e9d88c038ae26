package dev.duplex.client.internal;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * How a connection comes about beyond what a program may choose: on whose event loops, after which other connections to
 * the same server, and from which address.
 *
 * @param queue where it waits for its turn
 * @param from the local address, or null for what the system takes
 */
public record Dialing(
        ClientLoops loops, ConnectingQueue queue, @Nullable InetAddress from) {
    /** As all clients of this JVM do, one after the other. */
    public static Dialing ofThisJvm() {
        return new Dialing(ClientLoops.shared(), ConnectingQueue.OF_THIS_JVM, null);
    }

    /**
     * As a client that shares nothing with others, not even its turn: of RFC 6455 §4.1, item 2, which is about one client,
     * nothing is left if many clients are played by one program.
     */
    public static Dialing alone(ClientLoops loops, @Nullable InetAddress from) {
        return new Dialing(loops, new ConnectingQueue(), from);
    }
}
