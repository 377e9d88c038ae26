package dev.duplex.socketio;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
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
        socket.emit(event, arguments, flags);
    }

    /**
     * Sends an event and waits for the acknowledgement.
     *
     * @param type the class of its first argument; {@link Args} for all of its arguments
     * @return the answer; ends with an {@link AckException} if it does not come, and with an
     *     {@link IllegalArgumentException} if it does not fit
     */
    public <T> CompletionStage<T> emitWithAck(String event, Class<T> type, @Nullable Object... arguments) {
        return socket.emitWithAck(event, type, Arrays.asList(arguments), flags);
    }
}
