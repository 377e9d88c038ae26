package dev.duplex.socketio;

import java.util.Map;
import java.util.Set;

/** A client of this server or of another one of the cluster, as of when it was asked for. */
public interface RemoteSocket extends Emitting {
    /** The id of the client in its namespace; no secret. */
    String id();

    /** How it came. */
    Handshake handshake();

    /** The rooms it is in, its own among them. */
    Set<String> rooms();

    /** The application's data about it. */
    Map<String, Object> data();

    /** Puts it into rooms. */
    void join(String... rooms);

    /** Takes it out of a room. */
    void leave(String room);

    /**
     * Removes it from the namespace.
     *
     * @param close whether the whole connection is closed, for all its namespaces
     */
    void disconnect(boolean close);
}
