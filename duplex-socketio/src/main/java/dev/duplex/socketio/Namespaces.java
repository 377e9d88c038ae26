package dev.duplex.socketio;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The namespaces of a server, and how they begin and end. Any thread. */
final class Namespaces {
    private final SocketIoServer server;

    /** Those that there are: whoever finds one here finds it as the listeners have left it. */
    private final Map<String, Namespace> begun = new ConcurrentHashMap<>();

    /** Those that listeners are being told of, which may ask for them. Its lock is that of beginning and ending. */
    private final Map<String, Namespace> beginning = new HashMap<>();

    private final List<ParentNamespace> parents = new CopyOnWriteArrayList<>();
    private final List<Consumer<Namespace>> listeners = new CopyOnWriteArrayList<>();

    Namespaces(SocketIoServer server) {
        this.server = server;
    }

    void add(Namespace main) {
        begun.put(main.name(), main);
    }

    ParentNamespace add(ParentNamespace parent) {
        parents.add(parent);
        return parent;
    }

    Subscription onNew(Consumer<Namespace> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Those there are, as of now. */
    List<Namespace> all() {
        return List.copyOf(begun.values());
    }

    /** The namespace of a name; it begins if there is none. */
    Namespace of(String name) {
        Namespace existing = begun.get(name);
        if (existing != null) {
            return existing;
        }
        for (ParentNamespace parent : parents) {
            if (parent.fits(name)) {
                return begin(name, parent);
            }
        }
        return begin(name, null);
    }

    /** The namespace for a client, if there is one or one may begin. */
    CompletionStage<Optional<Namespace>> forClient(String name, Map<String, @Nullable Object> auth) {
        Namespace existing = begun.get(name);
        return existing != null
                ? CompletableFuture.completedFuture(Optional.of(existing))
                : ask(parents.iterator(), name, auth);
    }

    private CompletionStage<Optional<Namespace>> ask(
            Iterator<ParentNamespace> left, String name, Map<String, @Nullable Object> auth) {
        if (!left.hasNext()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        ParentNamespace parent = left.next();
        CompletionStage<Boolean> allowed;
        try {
            allowed = parent.rule().allows(name, auth);
        } catch (RuntimeException error) {
            allowed = CompletableFuture.failedFuture(error);
        }
        return allowed.handle((yes, error) -> error == null && yes)
                .thenCompose(yes ->
                        yes ? CompletableFuture.completedFuture(begunByClient(name, parent)) : ask(left, name, auth));
    }

    private Optional<Namespace> begunByClient(String name, ParentNamespace parent) {
        int most = server.settings().maxNamespaces;
        if (begun.size() >= most) {
            Namespace.LOG.warn("A client asks for a namespace beyond maxNamespaces ({})", most);
            return Optional.ofNullable(begun.get(name));
        }
        return Optional.of(begin(name, parent));
    }

    /** Listeners are told before anybody else finds it: what they add, such as middlewares, is there for all clients. */
    private Namespace begin(String name, @Nullable ParentNamespace parent) {
        synchronized (beginning) {
            Namespace existing = begun.get(name);
            Namespace unfinished = existing != null ? existing : beginning.get(name);
            if (unfinished != null) {
                return unfinished;
            }
            Namespace made = parent == null ? new Namespace(server, name, null) : parent.child(name);
            beginning.put(name, made);
            try {
                listeners.forEach(listener -> listener.accept(made));
            } catch (RuntimeException | Error failed) {
                // There is none rather than one that lacks what it was to have.
                made.end();
                throw failed;
            } finally {
                beginning.remove(name);
            }
            begun.put(name, made);
            return made;
        }
    }

    boolean removeIfEmpty(Namespace namespace) {
        synchronized (beginning) {
            return namespace.isEmpty() && begun.remove(namespace.name(), namespace);
        }
    }
}
