package dev.duplex.socketio;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who is told of everything about a client, rather than of one event. Any thread. */
final class Observers {
    final List<Socket.AnyListener> any = new CopyOnWriteArrayList<>();
    final List<Socket.AnyListener> anyOutgoing = new CopyOnWriteArrayList<>();
    final List<Socket.DisconnectListener> disconnecting = new CopyOnWriteArrayList<>();
    final List<Socket.DisconnectListener> disconnects = new CopyOnWriteArrayList<>();
    final List<Consumer<Throwable>> errors = new CopyOnWriteArrayList<>();

    private final Namespace namespace;

    Observers(Namespace namespace) {
        this.namespace = namespace;
    }

    static <T> Subscription last(List<T> listeners, T listener) {
        return added(listeners, listener, listeners.size());
    }

    static <T> Subscription first(List<T> listeners, T listener) {
        return added(listeners, listener, 0);
    }

    private static <T> Subscription added(List<T> listeners, T listener, int index) {
        listeners.add(Math.min(index, listeners.size()), Objects.requireNonNull(listener, "listener"));
        return () -> listeners.remove(listener);
    }

    /** @param values the name of the event, and its arguments */
    void outgoing(List<@Nullable Object> values) {
        if (!anyOutgoing.isEmpty()) {
            String event = String.valueOf(values.get(0));
            tell(anyOutgoing, event, namespace.args(values.subList(1, values.size())));
        }
    }

    void incoming(String event, Args args) {
        tell(any, event, args);
    }

    private void tell(List<Socket.AnyListener> listeners, String event, Args args) {
        for (Socket.AnyListener listener : listeners) {
            try {
                listener.on(event, args);
            } catch (Exception error) {
                listenerFailed(error);
            }
        }
    }

    void tell(List<Socket.DisconnectListener> listeners, DisconnectReason reason) {
        for (Socket.DisconnectListener listener : listeners) {
            try {
                listener.on(reason);
            } catch (Throwable error) {
                Namespace.LOG.warn("A disconnect listener of namespace {} has failed", namespace, error);
            }
        }
    }

    void listenerFailed(Throwable error) {
        if (errors.isEmpty()) {
            Namespace.LOG.warn("A listener of namespace {} has failed", namespace, error);
        }
        failed(error);
    }

    void failed(Throwable error) {
        for (Consumer<Throwable> listener : errors) {
            try {
                listener.accept(error);
            } catch (RuntimeException again) {
                Namespace.LOG.warn("An error listener of namespace {} has failed", namespace, again);
            }
        }
    }
}
