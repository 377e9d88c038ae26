package dev.duplex.socketio;

import dev.duplex.server.HttpRequest;
import dev.duplex.socketio.engine.EngineMessage;
import dev.duplex.socketio.engine.EngineSocket;
import dev.duplex.socketio.parser.Packet;
import dev.duplex.socketio.parser.PacketType;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client in a namespace. Its listeners are called one after the other, never two at a time; by default on event loops,
 * where they must not block. Every method may be called from any thread.
 *
 * <pre>{@code
 * io.onConnection(socket -> {
 *     socket.on("message", ChatMessage.class, (message, ack) -> {
 *         socket.to(message.room()).emit("message", message);
 *         ack.send("delivered");
 *     });
 *     socket.onDisconnect(reason -> log.info("{} has left: {}", socket.id(), reason));
 * });
 * }</pre>
 */
public final class Socket extends EventSource implements RemoteSocket {
    private final Namespace namespace;
    private final Client client;
    private final String id;
    private final @Nullable String pid;
    private final Handshake handshake;
    private final ConcurrentMap<String, Object> data = new ConcurrentHashMap<>();
    private final Adapter.@Nullable RestoredSession restored;
    private final Emitter usual = new Emitter(this, BroadcastOptions.Flags.NONE);
    private final PendingAcks acks = new PendingAcks();
    private final List<PacketMiddleware> middlewares = new CopyOnWriteArrayList<>();
    private final Observers observers;
    private volatile boolean connected;

    /** It is in no room any more, and comes into none. */
    private volatile boolean gone;

    /** Told why the client was disconnected. */
    @FunctionalInterface
    public interface DisconnectListener {
        void on(DisconnectReason reason) throws Exception;
    }

    /** Told of every event. */
    @FunctionalInterface
    public interface AnyListener {
        void on(String event, Args arguments) throws Exception;
    }

    /** Looks at an event before its listeners do. */
    @FunctionalInterface
    public interface PacketMiddleware {
        void handle(String event, Args arguments, Next next) throws Exception;
    }

    Socket(
            Namespace namespace,
            Client client,
            Map<String, @Nullable Object> auth,
            Adapter.@Nullable RestoredSession restored) {
        this.namespace = namespace;
        this.client = client;
        this.observers = new Observers(namespace);
        this.restored = restored;
        this.handshake = new Handshake(
                client.connection().request(), auth, namespace.server().mapper(), Instant.now());
        if (restored != null) {
            this.id = restored.session().sid();
            this.pid = restored.session().pid();
            data.putAll(restored.session().data());
        } else if (client.connection().protocol() == 3) {
            // Clients of Socket.IO 2 compute it themselves.
            this.id = namespace.name().equals("/")
                    ? client.connection().id()
                    : namespace.name() + "#" + client.connection().id();
            this.pid = null;
        } else {
            // Not the id of the connection, which is a secret.
            this.id = namespace.server().nextId();
            this.pid = namespace.server().recovery().isPresent()
                    ? namespace.server().nextId()
                    : null;
        }
    }

    // ------------------------------------------------------------------------------------------------------- who it is

    @Override
    public String id() {
        return id;
    }

    /** The namespace. */
    public Namespace nsp() {
        return namespace;
    }

    /** The connection below, which other namespaces may share. */
    public EngineSocket conn() {
        return client.connection();
    }

    /** The first request of the connection. */
    public HttpRequest request() {
        return client.connection().request();
    }

    @Override
    public Handshake handshake() {
        return handshake;
    }

    @Override
    public ConcurrentMap<String, Object> data() {
        return data;
    }

    /** Whether id, rooms and data are those of an earlier connection, and what was missed has been sent. */
    public boolean recovered() {
        return restored != null;
    }

    public boolean isConnected() {
        return connected;
    }

    Client client() {
        return client;
    }

    // ------------------------------------------------------------------------------------------------------- listeners

    /** Told of every event, before its listeners and before middlewares. */
    public Subscription onAny(AnyListener listener) {
        return Observers.last(observers.any, listener);
    }

    /** As {@link #onAny}, before the other such listeners. */
    public Subscription prependAny(AnyListener listener) {
        return Observers.first(observers.any, listener);
    }

    /** Removes all listeners of {@link #onAny}. */
    public void offAny() {
        observers.any.clear();
    }

    public List<AnyListener> listenersAny() {
        return List.copyOf(observers.any);
    }

    /** Told of every event that is sent to this client. Must not block, and may be called by any thread. */
    public Subscription onAnyOutgoing(AnyListener listener) {
        return Observers.last(observers.anyOutgoing, listener);
    }

    /** As {@link #onAnyOutgoing}, before the other such listeners. */
    public Subscription prependAnyOutgoing(AnyListener listener) {
        return Observers.first(observers.anyOutgoing, listener);
    }

    /** Removes all listeners of {@link #onAnyOutgoing}. */
    public void offAnyOutgoing() {
        observers.anyOutgoing.clear();
    }

    public List<AnyListener> listenersAnyOutgoing() {
        return List.copyOf(observers.anyOutgoing);
    }

    /** Told when the client is about to leave, while it is still in its rooms. */
    public Subscription onDisconnecting(DisconnectListener listener) {
        return Observers.last(observers.disconnecting, listener);
    }

    /** Told when the client has left. */
    public Subscription onDisconnect(DisconnectListener listener) {
        return Observers.last(observers.disconnects, listener);
    }

    /**
     * Told of what goes wrong with this client: a malformed packet, an event that a middleware refuses, arguments that do
     * not fit, a listener that throws.
     */
    public Subscription onError(Consumer<Throwable> listener) {
        return Observers.last(observers.errors, listener);
    }

    /** Adds a middleware for events, after those there are. */
    public Socket use(PacketMiddleware middleware) {
        middlewares.add(Objects.requireNonNull(middleware, "middleware"));
        return this;
    }

    // --------------------------------------------------------------------------------------------------------- sending

    @Override
    public void emitList(String event, List<? extends @Nullable Object> arguments) {
        usual.emitList(event, arguments);
    }

    /** Sends an event and waits for the acknowledgement, see {@link Emitter#emitWithAck}. */
    public <T> CompletionStage<T> emitWithAck(String event, Class<T> type, @Nullable Object... arguments) {
        return usual.emitWithAck(event, type, arguments);
    }

    /** For events that are sent only if they leave at once. */
    public Emitter volatile_() {
        return usual.volatile_();
    }

    /** For events that may be compressed, or may not. */
    public Emitter compress(boolean allowed) {
        return usual.compress(allowed);
    }

    /** For events whose acknowledgement is waited for so long. */
    public Emitter timeout(Duration longest) {
        return usual.timeout(longest);
    }

    /** The other clients of the namespace. */
    public BroadcastOperator broadcast() {
        return usual.broadcast();
    }

    /** The other clients of the namespace on this server. */
    public BroadcastOperator local() {
        return broadcast().local();
    }

    /** The other clients in at least one of these rooms. */
    public BroadcastOperator to(String... rooms) {
        return broadcast().to(rooms);
    }

    /** The same as {@link #to}. */
    public BroadcastOperator in(String... rooms) {
        return broadcast().to(rooms);
    }

    /** The other clients, but not those in one of these rooms. */
    public BroadcastOperator except(String... rooms) {
        return broadcast().except(rooms);
    }

    /** The secret by which the client is known again, if it may come back. */
    @Nullable
    String pid() {
        return pid;
    }

    PendingAcks acks() {
        return acks;
    }

    void notifyOutgoing(Packet packet) {
        observers.outgoing(packet.list());
    }

    void write(List<EngineMessage> encoded, boolean ifWritable) {
        client.write(encoded, ifWritable);
    }

    void write(Packet packet) {
        client.write(namespace.encode(packet, true), false);
    }

    // ----------------------------------------------------------------------------------------------------------- rooms

    /**
     * Puts the client into rooms.
     *
     * @throws IllegalStateException if it would be in more than {@code maxRoomsPerSocket}; it comes into none of them then
     */
    @Override
    public void join(String... rooms) {
        if (gone) {
            return;
        }
        namespace.adapter().addAll(id, Set.copyOf(Arrays.asList(rooms)));
        if (gone) {
            // It left while another thread put it in.
            namespace.adapter().delAll(id);
        }
    }

    @Override
    public void leave(String room) {
        namespace.adapter().del(id, room);
    }

    @Override
    public Set<String> rooms() {
        return namespace.adapter().socketRooms(id);
    }

    // ------------------------------------------------------------------------------------------------------ connection

    /**
     * In the order of the connection, as all that follows.
     *
     * @return false if it has missed what cannot be told any more
     */
    boolean connected() {
        if (restored == null) {
            namespace.entered(this);
        } else if (!namespace.adapter().completeRestore(restored, this::enter)) {
            return false;
        }
        connected = true;
        join(id);
        if (client.connection().protocol() == 3) {
            write(Packet.of(PacketType.CONNECT, namespace.name(), null));
        } else {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("sid", id);
            if (pid != null) {
                answer.put("pid", pid);
            }
            write(Packet.of(PacketType.CONNECT, namespace.name(), answer));
        }
        client.connected(this);
        return true;
    }

    private void enter(List<List<@Nullable Object>> missed) {
        missed.forEach(event -> write(Packet.of(PacketType.EVENT, namespace.name(), event)));
        namespace.entered(this);
    }

    void received(Packet packet) {
        switch (packet.type()) {
            case EVENT -> event(packet);
            case ACK -> acks.received(packet);
            case DISCONNECT -> closed(DisconnectReason.CLIENT_NAMESPACE_DISCONNECT);
            default -> throw new IllegalStateException("not for a socket: " + packet);
        }
    }

    private void event(Packet packet) {
        List<@Nullable Object> values = packet.list();
        String event = String.valueOf(values.get(0));
        Args args = namespace.args(values.subList(1, values.size()));
        Ack ack = packet.id().isPresent() ? new Answer(this, packet.id().getAsLong()) : Answer.NONE;
        observers.incoming(event, args);
        run(event, args, ack, middlewares.iterator());
    }

    private void run(String event, Args args, Ack ack, Iterator<PacketMiddleware> left) {
        if (!left.hasNext()) {
            if (connected) {
                fire(event, args, ack);
            }
            return;
        }
        Next next = new Once(client::execute, () -> run(event, args, ack, left), this::failed);
        try {
            left.next().handle(event, args, next);
        } catch (Exception error) {
            next.refuse(error);
        }
    }

    @Override
    void listenerFailed(String event, Throwable error) {
        observers.listenerFailed(error);
    }

    void failed(Throwable error) {
        observers.failed(error);
    }

    /** Removes the client from the namespace; its connection goes on. */
    public void disconnect() {
        disconnect(false);
    }

    @Override
    public void disconnect(boolean close) {
        client.execute(() -> {
            if (!connected) {
                return;
            }
            if (close) {
                client.disconnect();
            } else {
                write(Packet.of(PacketType.DISCONNECT, namespace.name(), null));
                closed(DisconnectReason.SERVER_NAMESPACE_DISCONNECT);
            }
        });
    }

    void closed(DisconnectReason reason) {
        if (!connected) {
            return;
        }
        observers.tell(observers.disconnecting, reason);
        Set<String> rooms = rooms();
        client.remove(this);
        connected = false;
        cleanUp();
        if (pid != null && reason.isRecoverable()) {
            // Not before it has left: who comes back has the same id.
            namespace.adapter().persistSession(new Adapter.SavedSession(id, pid, rooms, data));
        }
        observers.tell(observers.disconnects, reason);
        acks.end(new AckException("socket has been disconnected"));
    }

    /** It is not connected after all: a middleware refuses it, or its connection has ended. */
    void turnedAway() {
        if (gone) {
            return;
        }
        cleanUp();
        if (restored != null) {
            namespace.adapter().cancelRestore(restored);
        }
    }

    /** Leaves nothing behind. */
    private void cleanUp() {
        gone = true;
        namespace.adapter().delAll(id);
        namespace.remove(this);
    }

    @Override
    public String toString() {
        return "socket " + id + " of " + namespace;
    }
}
