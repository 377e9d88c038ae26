package dev.duplex.socketio;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Many clients to whom events can be sent, and of whom some can be chosen. What chooses or says how returns an operator
 * and changes nothing else; operators are immutable and may be kept.
 */
public interface Broadcasting extends Emitting {
    /** The clients that are meant here. */
    BroadcastOperator operator();

    @Override
    default void emitList(String event, List<? extends @Nullable Object> arguments) {
        operator().emitList(event, arguments);
    }

    /** Those in at least one of these rooms, and of those chosen before. */
    default BroadcastOperator to(String... rooms) {
        return operator().to(rooms);
    }

    /** The same as {@link #to}. */
    default BroadcastOperator in(String... rooms) {
        return operator().to(rooms);
    }

    /** But not those in one of these rooms. */
    default BroadcastOperator except(String... rooms) {
        return operator().except(rooms);
    }

    /** Only where the event leaves at once, see {@code volatile} in JavaScript; a word that Java keeps for itself. */
    default BroadcastOperator volatile_() {
        return operator().volatile_();
    }

    /** Only clients of this server, where there are several. */
    default BroadcastOperator local() {
        return operator().local();
    }

    /** Whether events may be compressed; they may unless said. */
    default BroadcastOperator compress(boolean allowed) {
        return operator().compress(allowed);
    }

    /** How long acknowledgements are waited for; 30 s unless said. */
    default BroadcastOperator timeout(Duration longest) {
        return operator().timeout(longest);
    }

    /**
     * Sends an event and waits for the acknowledgement of every client.
     *
     * @param type the class of the first argument of each acknowledgement; {@link Args} for all of its arguments
     * @return what the clients answered, in no order; ends with an {@link AckException} that has what came in time
     *     otherwise
     */
    default <T> CompletionStage<List<T>> emitWithAck(String event, Class<T> type, @Nullable Object... arguments) {
        return operator().emitWithAck(event, type, arguments);
    }

    /** The clients, on all servers. */
    default CompletionStage<List<RemoteSocket>> fetchSockets() {
        return operator().fetchSockets();
    }

    /** The ids of the clients, on all servers. */
    default CompletionStage<Set<String>> allSockets() {
        return operator().allSockets();
    }

    /** Puts the clients into rooms. */
    default void socketsJoin(String... rooms) {
        operator().socketsJoin(rooms);
    }

    /** Takes the clients out of rooms. */
    default void socketsLeave(String... rooms) {
        operator().socketsLeave(rooms);
    }

    /** Disconnects the clients from the namespace. */
    default void disconnectSockets() {
        disconnectSockets(false);
    }

    /** @param close whether their whole connections are closed, for all their namespaces */
    default void disconnectSockets(boolean close) {
        operator().disconnectSockets(close);
    }
}
