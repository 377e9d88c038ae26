package dev.duplex.socketio;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whoever events can be sent to. Arguments are records, strings, numbers, {@code byte[]}s and the like, lists and maps of
 * them, or null. Sending never blocks, and never throws because a client is slow or gone. Any thread may send.
 *
 * <p>Every method throws {@link IllegalArgumentException} for the names of events that mean something to clients
 * themselves, such as {@code connect} and {@code disconnect}, and for arguments that cannot be written.
 */
public interface Emitting {
    /** Sends an event whose arguments are the elements of the list. */
    void emitList(String event, List<? extends @Nullable Object> arguments);

    /** Sends an event without arguments. */
    default void emit(String event) {
        emitList(event, List.of());
    }

    /** Sends an event with one argument. */
    default void emit(String event, @Nullable Object argument) {
        emitList(event, Arrays.asList(argument));
    }

    /** Sends an event with several arguments. */
    default void emit(String event, @Nullable Object first, @Nullable Object second, @Nullable Object... more) {
        List<@Nullable Object> arguments = new ArrayList<>(2 + more.length);
        arguments.add(first);
        arguments.add(second);
        arguments.addAll(Arrays.asList(more));
        emitList(event, arguments);
    }

    /** Sends the event {@code message} with one argument. */
    default void send(@Nullable Object argument) {
        emit("message", argument);
    }
}
