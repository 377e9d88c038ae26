package dev.duplex.socketio;

import dev.duplex.socketio.parser.Packet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The acknowledgements of a client that are waited for, by their numbers. Any thread. */
final class PendingAcks {
    private final Map<Long, Consumer<List<@Nullable Object>>> acks = new ConcurrentHashMap<>();

    /** Those of events to this client alone, which end when it has gone. */
    private final Map<Long, CompletableFuture<?>> own = new ConcurrentHashMap<>();

    /** How many events to this client alone are not acknowledged. */
    int size() {
        return own.size();
    }

    void await(long number, Consumer<List<@Nullable Object>> ack) {
        acks.put(number, ack);
    }

    void await(long number, Consumer<List<@Nullable Object>> ack, CompletableFuture<?> answer) {
        own.put(number, answer);
        await(number, ack);
    }

    void forget(long number) {
        acks.remove(number);
        own.remove(number);
    }

    /** An acknowledgement has come, which perhaps nobody waits for. */
    void received(Packet packet) {
        Consumer<List<@Nullable Object>> ack =
                packet.id().isPresent() ? acks.remove(packet.id().getAsLong()) : null;
        if (ack != null) {
            ack.accept(packet.list());
        }
    }

    /** No more will come. */
    void end(AckException why) {
        own.values().forEach(answer -> answer.completeExceptionally(why));
    }
}
