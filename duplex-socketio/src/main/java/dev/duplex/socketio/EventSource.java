package dev.duplex.socketio;

import dev.duplex.socketio.parser.ReservedEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Something whose events are listened to. Each listener names the classes of the arguments that it takes; an event whose
 * arguments do not fit is not given to it, and told to {@code onError} listeners. What is beyond those classes is ignored.
 * Listeners may be added and removed by any thread.
 */
public abstract class EventSource {
    private final Map<String, List<Entry>> listeners = new ConcurrentHashMap<>();

    EventSource() {}

    /** Takes all arguments. */
    public interface ArgsListener {
        void on(Args arguments) throws Exception;
    }

    /** Takes all arguments, and answers. */
    public interface ArgsAckListener {
        void on(Args arguments, Ack ack) throws Exception;
    }

    /** Takes one argument. */
    public interface Listener<T> {
        void on(T argument) throws Exception;
    }

    /** Takes one argument, and answers. */
    public interface AckListener<T> {
        void on(T argument, Ack ack) throws Exception;
    }

    /** Takes two arguments. */
    public interface Listener2<A, B> {
        void on(A first, B second) throws Exception;
    }

    /** Takes two arguments, and answers. */
    public interface AckListener2<A, B> {
        void on(A first, B second, Ack ack) throws Exception;
    }

    private record Entry(ArgsAckListener listener, boolean once) {}

    /** Listens to an event, whatever its arguments. */
    public final Subscription on(String event, ArgsListener listener) {
        return add(event, (args, ack) -> listener.on(args), false);
    }

    /** Listens to an event, whatever its arguments, and answers. */
    public final Subscription on(String event, ArgsAckListener listener) {
        return add(event, listener, false);
    }

    /** Listens to an event with one argument. */
    public final <T> Subscription on(String event, Class<T> type, Listener<? super T> listener) {
        return add(event, (args, ack) -> listener.on(args.get(0, type)), false);
    }

    /** Listens to an event with one argument, and answers. */
    public final <T> Subscription on(String event, Class<T> type, AckListener<? super T> listener) {
        return add(event, (args, ack) -> listener.on(args.get(0, type), ack), false);
    }

    /** Listens to an event with two arguments. */
    public final <A, B> Subscription on(
            String event, Class<A> first, Class<B> second, Listener2<? super A, ? super B> listener) {
        return add(event, (args, ack) -> listener.on(args.get(0, first), args.get(1, second)), false);
    }

    /** Listens to an event with two arguments, and answers. */
    public final <A, B> Subscription on(
            String event, Class<A> first, Class<B> second, AckListener2<? super A, ? super B> listener) {
        return add(event, (args, ack) -> listener.on(args.get(0, first), args.get(1, second), ack), false);
    }

    /** Listens to the next event of this name, whatever its arguments. */
    public final Subscription once(String event, ArgsAckListener listener) {
        return add(event, listener, true);
    }

    /** Listens to the next event of this name, with one argument. */
    public final <T> Subscription once(String event, Class<T> type, Listener<? super T> listener) {
        return add(event, (args, ack) -> listener.on(args.get(0, type)), true);
    }

    /** Listens to the next event of this name, with one argument, and answers. */
    public final <T> Subscription once(String event, Class<T> type, AckListener<? super T> listener) {
        return add(event, (args, ack) -> listener.on(args.get(0, type), ack), true);
    }

    /** Removes every listener of an event. */
    public final void off(String event) {
        listeners.remove(event);
    }

    /** The events that have listeners. */
    public final Set<String> eventNames() {
        return Set.copyOf(listeners.keySet());
    }

    private Subscription add(String event, ArgsAckListener listener, boolean once) {
        Objects.requireNonNull(listener, "listener");
        if (ReservedEvents.contains(event)) {
            throw new IllegalArgumentException("\"" + event
                    + "\" is no event that a client can send; use onConnection, onDisconnect and the like");
        }
        Entry entry = new Entry(listener, once);
        listeners.computeIfAbsent(event, name -> new CopyOnWriteArrayList<>()).add(entry);
        return () -> remove(event, entry);
    }

    private boolean remove(String event, Entry entry) {
        boolean[] removed = {false};
        listeners.computeIfPresent(event, (name, entries) -> {
            for (int i = 0; i < entries.size(); i++) {
                if (sameAs(entries.get(i), entry)) {
                    entries.remove(i);
                    removed[0] = true;
                    break;
                }
            }
            return entries.isEmpty() ? null : entries;
        });
        return removed[0];
    }

    @SuppressWarnings("ReferenceEquality") // one listener may be added twice
    private static boolean sameAs(Entry one, Entry other) {
        return one == other;
    }

    /** Calls the listeners of an event in their order. */
    final void fire(String event, Args args, Ack ack) {
        List<Entry> entries = listeners.get(event);
        if (entries == null) {
            return;
        }
        for (Entry entry : new ArrayList<>(entries)) {
            if (entry.once() && !remove(event, entry)) {
                continue;
            }
            try {
                entry.listener().on(args, ack);
            } catch (Throwable error) {
                listenerFailed(event, error);
            }
        }
    }

    /** A listener has thrown, or the arguments do not fit it. */
    abstract void listenerFailed(String event, Throwable error);
}
