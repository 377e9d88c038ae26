package dev.duplex.socketio;

import dev.duplex.socketio.engine.EngineMessage;
import dev.duplex.socketio.parser.Packet;
import dev.duplex.socketio.parser.PacketType;
import dev.duplex.socketio.parser.Parser;
import dev.duplex.socketio.parser.ReservedEvents;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A part of a server with its own clients, rooms, middlewares and events; a client may be in several over one
 * connection. To emit on it reaches all its clients, on all servers.
 */
public final class Namespace implements Broadcasting {
    static final Logger LOG = LoggerFactory.getLogger(SocketIoServer.class);

    private final SocketIoServer server;
    private final String name;
    private final @Nullable ParentNamespace parent;
    private final Map<String, Socket> sockets = new ConcurrentHashMap<>();

    /** Clients that middlewares look at. */
    private final Map<String, Socket> arriving = new ConcurrentHashMap<>();

    private final List<Middleware> middlewares = new CopyOnWriteArrayList<>();
    private final List<ConnectionListener> connections = new CopyOnWriteArrayList<>();
    private final AtomicLong ackIds = new AtomicLong();
    private final ServerEvents serverEvents = new ServerEvents();
    private final BroadcastOperator everybody = new BroadcastOperator(this, BroadcastOptions.ALL);
    private final Adapter adapter;

    /** Looks at a client before it is connected. */
    @FunctionalInterface
    public interface Middleware {
        void handle(Socket socket, Next next) throws Exception;
    }

    /** Told of each client that is connected. */
    @FunctionalInterface
    public interface ConnectionListener {
        void onConnection(Socket socket) throws Exception;
    }

    private final class ServerEvents extends EventSource {
        @Override
        void listenerFailed(String event, Throwable error) {
            LOG.warn("A listener of the server-side event {} of namespace {} has failed", event, name, error);
        }
    }

    Namespace(SocketIoServer server, String name, @Nullable ParentNamespace parent) {
        this.server = server;
        this.name = name;
        this.parent = parent;
        this.adapter = server.adapterFor(this);
        adapter.init();
    }

    // ------------------------------------------------------------------------------------------------------------- API

    /** Its name, such as {@code /chat}. */
    public String name() {
        return name;
    }

    public SocketIoServer server() {
        return server;
    }

    /** Its rooms. */
    public Adapter adapter() {
        return adapter;
    }

    /** Its clients on this server, by their ids. */
    public Map<String, Socket> sockets() {
        return Collections.unmodifiableMap(sockets);
    }

    /** Adds a middleware, after those there are. Called as listeners are, so it must not block unless they may. */
    public Namespace use(Middleware middleware) {
        middlewares.add(Objects.requireNonNull(middleware, "middleware"));
        return this;
    }

    /** Adds a listener that is told of each client that is connected. */
    public Subscription onConnection(ConnectionListener listener) {
        connections.add(Objects.requireNonNull(listener, "listener"));
        return () -> connections.remove(listener);
    }

    @Override
    public BroadcastOperator operator() {
        return everybody;
    }

    /** The events that other servers of the cluster send by {@link #serverSideEmit}. */
    public EventSource serverSide() {
        return serverEvents;
    }

    /** Sends an event to the other servers of the cluster. */
    public void serverSideEmit(String event, @Nullable Object... arguments) {
        adapter.serverSideEmit(event(event, java.util.Arrays.asList(arguments)).list());
    }

    /** Sends an event to the other servers of the cluster, and waits for their answers. */
    public CompletionStage<List<Args>> serverSideEmitWithAck(String event, @Nullable Object... arguments) {
        return adapter.serverSideEmitWithAck(
                        event(event, java.util.Arrays.asList(arguments)).list())
                .thenApply(answers -> answers.stream().map(this::args).toList());
    }

    /**
     * For adapters: another server of the cluster has sent an event.
     *
     * @param data a list of plain values, the name of the event first
     * @param ack the answer, if one is asked for
     */
    public void onServerSideEmit(List<@Nullable Object> data, Ack ack) {
        if (!data.isEmpty() && data.get(0) instanceof String event) {
            serverEvents.fire(event, args(data.subList(1, data.size())), ack);
        }
    }

    // --------------------------------------------------------------------------------------------------------- packets

    Args args(List<@Nullable Object> values) {
        return new Args(values, server.mapper());
    }

    /** The first of these arguments, or all of them if that is the type. */
    <T> T firstOf(List<@Nullable Object> arguments, Class<T> type) {
        Args args = args(arguments);
        return type == Args.class ? type.cast(args) : args.get(0, type);
    }

    /** An event with arguments of any kind. */
    Packet event(String event, List<? extends @Nullable Object> arguments) {
        if (ReservedEvents.contains(event)) {
            throw new IllegalArgumentException("\"" + event + "\" is a reserved event name");
        }
        List<@Nullable Object> data = new ArrayList<>(arguments.size() + 1);
        data.add(event);
        arguments.forEach(argument -> data.add(server.mapper().toValue(argument)));
        return Packet.of(PacketType.EVENT, name, data);
    }

    List<EngineMessage> encode(Packet packet, boolean compress) {
        List<EngineMessage> messages = new ArrayList<>(1);
        server.parser().encode(packet, new Parser.Output() {
            @Override
            public void text(String message) {
                messages.add(EngineMessage.text(message, compress));
            }

            @Override
            public void binary(byte[] message) {
                messages.add(EngineMessage.binary(message, compress));
            }
        });
        return messages;
    }

    long nextAckId() {
        return ackIds.getAndIncrement();
    }

    // --------------------------------------------------------------------------------------------------------- clients

    void inherit(List<Middleware> first, List<ConnectionListener> listeners) {
        middlewares.addAll(first);
        connections.addAll(listeners);
    }

    /** A client wants to connect; in the order of its connection. */
    void add(Client client, Map<String, @Nullable Object> auth) {
        ConnectionStateRecovery recovery = server.recovery().orElse(null);
        if (recovery != null && auth.get("pid") instanceof String pid && auth.get("offset") instanceof String offset) {
            adapter.restoreSession(pid, offset)
                    .whenComplete((restored, error) -> client.execute(() -> {
                        if (error != null) {
                            LOG.warn("A session of namespace {} cannot be restored", name, error);
                        }
                        Adapter.RestoredSession session = restored == null ? null : restored.orElse(null);
                        admit(new Socket(this, client, auth, session), session != null && recovery.skipMiddlewares());
                    }));
        } else {
            admit(new Socket(this, client, auth, null), false);
        }
    }

    private void admit(Socket socket, boolean atOnce) {
        arriving.put(socket.id(), socket);
        if (!socket.client().isOpen()) {
            socket.turnedAway();
            return;
        }
        socket.client().arrives(socket);
        if (atOnce) {
            connected(socket);
        } else {
            run(socket, middlewares.iterator());
        }
    }

    private void run(Socket socket, Iterator<Middleware> left) {
        if (!left.hasNext()) {
            connected(socket);
            return;
        }
        Middleware middleware = left.next();
        Once next = new Once(
                socket.client()::execute,
                () -> {
                    // Otherwise it is turned away by the end of its connection.
                    if (socket.client().isOpen()) {
                        run(socket, left);
                    }
                },
                error -> refused(socket, error));
        try {
            middleware.handle(socket, next);
        } catch (Exception error) {
            LOG.warn("A middleware of namespace {} has failed", name, error);
            next.refuse(new ConnectException("Internal server error"));
        }
    }

    private void refused(Socket socket, Exception error) {
        socket.turnedAway();
        Object data = error instanceof ConnectException refusal ? refusal.data() : null;
        socket.client().refuse(name, String.valueOf(error.getMessage()), data);
    }

    private void connected(Socket socket) {
        if (!socket.connected()) {
            LOG.warn(
                    "More has been sent in namespace {} than is remembered while its middlewares looked at"
                            + " a client that has come back; its connection ends, and it begins anew",
                    name);
            socket.turnedAway();
            socket.client().close();
            return;
        }
        for (ConnectionListener listener : connections) {
            try {
                listener.onConnection(socket);
            } catch (Throwable error) {
                LOG.warn("A connection listener of namespace {} has failed", name, error);
            }
        }
    }

    /** What is broadcast from here on is for this client, too. */
    void entered(Socket socket) {
        sockets.put(socket.id(), socket);
        arriving.remove(socket.id(), socket);
    }

    void remove(Socket socket) {
        arriving.remove(socket.id(), socket);
        sockets.remove(socket.id(), socket);
        if (parent != null && isEmpty()) {
            parent.becameEmpty(this);
        }
    }

    /** Nobody finds it any more. */
    void end() {
        if (parent != null) {
            parent.remove(this);
        }
        adapter.close();
    }

    boolean isEmpty() {
        // In the order in which a client goes from one to the other.
        return arriving.isEmpty() && sockets.isEmpty();
    }

    @Override
    public String toString() {
        return name;
    }
}
