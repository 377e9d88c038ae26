package dev.duplex.socketio;

import dev.duplex.socketio.parser.Packet;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** One client, and how events are sent to it. Immutable. */
public final class Emitter implements Emitting {
    private final Socket socket;
    private final BroadcastOptions.Flags flags;

    Emitter(Socket socket, BroadcastOptions.Flags flags) {
        this.socket = socket;
        this.flags = flags;
    }

    /** Only if the event leaves at once, see {@code volatile} in JavaScript. */
    public Emitter volatile_() {
        return new Emitter(socket, flags.withIfWritable());
    }

    /** Whether events may be compressed; they may unless said. */
    public Emitter compress(boolean allowed) {
        return new Emitter(socket, flags.withCompress(allowed));
    }

    /** How long an acknowledgement is waited for; until the client is gone unless said. */
    public Emitter timeout(Duration longest) {
        return new Emitter(socket, flags.withTimeout(longest));
    }

    /** The other clients of the namespace. */
    public BroadcastOperator broadcast() {
        return new BroadcastOperator(socket.nsp(), new BroadcastOptions(Set.of(), Set.of(socket.id()), flags));
    }

    /** The other clients in at least one of these rooms. */
    public BroadcastOperator to(String... rooms) {
        return broadcast().to(rooms);
    }

    @Override
    public void emitList(String event, List<? extends @Nullable Object> arguments) {
        Namespace namespace = socket.nsp();
        Packet packet = namespace.event(event, arguments);
        if (socket.pid() != null) {
            // By way of the adapter, so that the event is kept for when the client comes back.
            namespace.adapter().broadcast(packet, new BroadcastOptions(Set.of(socket.id()), Set.of(), flags));
        } else {
            send(packet);
        }
    }

    /**
     * Sends an event and waits for the acknowledgement.
     *
     * @param type the class of its first argument; {@link Args} for all of its arguments
     * @return the answer; ends with an {@link AckException} if it does not come, and with an
     *     {@link IllegalArgumentException} if it does not fit
     */
    public <T> CompletionStage<T> emitWithAck(String event, Class<T> type, @Nullable Object... arguments) {
        Namespace namespace = socket.nsp();
        PendingAcks acks = socket.acks();
        CompletableFuture<T> answer = new CompletableFuture<>();
        int most = namespace.server().settings().maxPendingAcks;
        if (acks.size() >= most) {
            answer.completeExceptionally(new AckException(
                    "more than " + most + " acknowledgements of this client are waited for (maxPendingAcks)"));
            return answer;
        }
        long number = namespace.nextAckId();
        Packet packet = namespace.event(event, Arrays.asList(arguments)).withId(number);
        Future<?> timer = flags.timeout().isEmpty()
                ? null
                : namespace
                        .server()
                        .schedule(
                                flags.timeout().get(),
                                () -> answer.completeExceptionally(new AckException("operation has timed out")));
        acks.await(
                number,
                values -> {
                    try {
                        answer.complete(namespace.firstOf(values, type));
                    } catch (IllegalArgumentException unfit) {
                        answer.completeExceptionally(unfit);
                    }
                },
                answer);
        answer.whenComplete((value, error) -> {
            acks.forget(number);
            if (timer != null) {
                timer.cancel(false);
            }
        });
        if (!socket.isConnected()) {
            answer.completeExceptionally(new AckException("the client is not connected"));
            return answer;
        }
        send(packet);
        return answer;
    }

    private void send(Packet packet) {
        socket.notifyOutgoing(packet);
        socket.write(socket.nsp().encode(packet, flags.compress()), flags.ifWritable());
    }
}
