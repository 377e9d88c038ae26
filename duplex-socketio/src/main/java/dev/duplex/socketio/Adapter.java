package dev.duplex.socketio;

import dev.duplex.socketio.parser.Packet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The rooms of one namespace, and how events reach the clients in them. An adapter for several servers extends
 * {@link InMemoryAdapter}, which serves the clients of this one, and does the same on the others. Methods are called by
 * any thread and must not block.
 */
public interface Adapter {
    /** Makes the adapter of each namespace. */
    @FunctionalInterface
    interface Factory {
        Adapter create(Namespace namespace);
    }

    /**
     * What remains of a client that was lost, for when it comes back.
     *
     * @param sid the id of the client
     * @param pid the secret by which it is known again
     * @param rooms the rooms it was in
     * @param data the application's data about it
     */
    record SavedSession(String sid, String pid, Set<String> rooms, Map<String, Object> data) {}

    /**
     * A client that has come back.
     *
     * @param session what it was
     * @param missed the data of the events that it has missed, each a list with the name of the event first
     */
    record RestoredSession(SavedSession session, List<List<@Nullable Object>> missed) {}

    /** The namespace is about to be used. */
    default void init() {}

    /** The namespace is not used any more. */
    default void close() {}

    /** How many servers there are, this one included. */
    default CompletionStage<Integer> serverCount() {
        return CompletableFuture.completedFuture(1);
    }

    /** Puts a client into rooms. */
    void addAll(String id, Set<String> rooms);

    /** Takes a client out of a room. */
    void del(String id, String room);

    /** Takes a client out of all rooms. */
    void delAll(String id);

    /** The rooms that a client of this server is in. */
    Set<String> socketRooms(String id);

    /** The rooms in which clients of this server are. */
    Set<String> rooms();

    /** The ids of the clients in at least one of these rooms, or of all. */
    CompletionStage<Set<String>> sockets(Set<String> rooms);

    /** Sends a packet to many. */
    void broadcast(Packet packet, BroadcastOptions options);

    /**
     * Sends a packet to many and passes their acknowledgements on.
     *
     * @param clientCount told by each server how many clients it has sent the packet to
     * @param ack told of each acknowledgement, its arguments as plain values
     * @return done by the caller once it waits no more
     */
    Subscription broadcastWithAck(
            Packet packet, BroadcastOptions options, IntConsumer clientCount, Consumer<List<@Nullable Object>> ack);

    /** The clients that match. */
    CompletionStage<List<RemoteSocket>> fetchSockets(BroadcastOptions options);

    /** Puts the clients that match into rooms. */
    void addSockets(BroadcastOptions options, Set<String> rooms);

    /** Takes the clients that match out of rooms. */
    void delSockets(BroadcastOptions options, Set<String> rooms);

    /** Disconnects the clients that match. */
    void disconnectSockets(BroadcastOptions options, boolean close);

    /**
     * Sends an event to the other servers.
     *
     * @param data a list of plain values, the name of the event first
     */
    default void serverSideEmit(List<@Nullable Object> data) {}

    /** Sends an event to the other servers, each of which answers. */
    default CompletionStage<List<List<@Nullable Object>>> serverSideEmitWithAck(List<@Nullable Object> data) {
        return CompletableFuture.completedFuture(List.of());
    }

    /** Keeps what remains of a client that was lost. */
    default void persistSession(SavedSession session) {}

    /**
     * Finds a client that has come back. What follows is {@link #completeRestore} or {@link #cancelRestore}: middlewares
     * may look at it before. Until then nobody else is the client of this {@code pid}.
     *
     * @param pid the secret that it was given
     * @param offset the last event that it has got
     */
    default CompletionStage<Optional<RestoredSession>> restoreSession(String pid, String offset) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    /**
     * Lets a client in that {@link #restoreSession} has found: puts it into its rooms, and tells it what it has missed,
     * also since then, with no event between that and those that it gets as the others do.
     *
     * @param restored what was found
     * @param enter to be called with all that it has missed; {@link #broadcast} reaches the client from then on
     * @return false if it has missed what is not known any more, and does not come in
     */
    default boolean completeRestore(RestoredSession restored, Consumer<List<List<@Nullable Object>>> enter) {
        addAll(restored.session().sid(), restored.session().rooms());
        enter.accept(restored.missed());
        return true;
    }

    /** A client that {@link #restoreSession} has found does not come in after all, and may come back once more. */
    default void cancelRestore(RestoredSession restored) {}
}
