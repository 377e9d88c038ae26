package dev.duplex.socketio;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Namespaces that begin when a client asks for them by a name that fits. Each of them has the middlewares and listeners
 * that this one had then. To emit on it reaches the clients of all of them.
 */
public final class ParentNamespace implements Emitting {
    private final SocketIoServer server;
    private final Rule rule;

    /** Which names fit without a client, or none. */
    private final Predicate<String> names;

    private final List<Namespace.Middleware> middlewares = new CopyOnWriteArrayList<>();
    private final List<Namespace.ConnectionListener> connections = new CopyOnWriteArrayList<>();
    private final List<Namespace> children = new CopyOnWriteArrayList<>();

    /** Decides whether a namespace may begin, now or later. */
    @FunctionalInterface
    public interface Rule {
        /**
         * Whether a client may have a namespace of this name.
         *
         * @param name what the client asks for, such as {@code /dynamic-101}
         * @param auth what it gave along, as plain values
         */
        CompletionStage<Boolean> allows(String name, Map<String, @Nullable Object> auth);
    }

    ParentNamespace(SocketIoServer server, Pattern pattern) {
        this.server = server;
        this.names = name -> pattern.matcher(name).find();
        this.rule = (name, auth) -> CompletableFuture.completedFuture(names.test(name));
    }

    ParentNamespace(SocketIoServer server, Rule rule) {
        this.server = server;
        this.names = name -> false;
        this.rule = rule;
    }

    /** Adds a middleware for the namespaces that begin from now on. */
    public ParentNamespace use(Namespace.Middleware middleware) {
        middlewares.add(Objects.requireNonNull(middleware, "middleware"));
        return this;
    }

    /** Adds a listener for the namespaces that begin from now on. */
    public Subscription onConnection(Namespace.ConnectionListener listener) {
        connections.add(Objects.requireNonNull(listener, "listener"));
        return () -> connections.remove(listener);
    }

    /** The namespaces there are. */
    public List<Namespace> children() {
        return List.copyOf(children);
    }

    @Override
    public void emitList(String event, List<? extends @Nullable Object> arguments) {
        children.forEach(child -> child.emitList(event, arguments));
    }

    Rule rule() {
        return rule;
    }

    boolean fits(String name) {
        return names.test(name);
    }

    /** A namespace that begins; one at a time. */
    Namespace child(String name) {
        Namespace child = new Namespace(server, name, this);
        child.inherit(middlewares, connections);
        children.add(child);
        return child;
    }

    void becameEmpty(Namespace child) {
        if (server.settings().cleanupEmptyChildNamespaces && server.known().removeIfEmpty(child)) {
            child.end();
        }
    }

    void remove(Namespace child) {
        children.remove(child);
    }
}
