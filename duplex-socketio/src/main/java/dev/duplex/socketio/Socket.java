package dev.duplex.socketio;

import dev.duplex.server.HttpRequest;
import dev.duplex.socketio.engine.EngineMessage;
import dev.duplex.socketio.engine.EngineSocket;
import dev.duplex.socketio.parser.Packet;
import dev.duplex.socketio.parser.PacketType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
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
    private static final Ack NO_ANSWER = new Ack() {
        @Override
        public boolean isExpected() {
            return false;
        }

        @Override
        public void send(@Nullable Object... arguments) {
            // Nobody waits.
        }
    };

    private final Namespace namespace;
    private final Client client;
    private final String id;
    private final @Nullable String pid;
    private final Handshake handshake;
    private final ConcurrentMap<String, Object> data = new ConcurrentHashMap<>();
    private final Adapter.@Nullable RestoredSession restored;
    private final Emitter usual = new Emitter(this, BroadcastOptions.Flags.NONE);
    private final Map<Long, Consumer<List<@Nullable Object>>> acks = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<?>> waiting = new ConcurrentHashMap<>();
    private final List<PacketMiddleware> middlewares = new CopyOnWriteArrayList<>();
    private final List<AnyListener> any = new CopyOnWriteArrayList<>();
    private final List<AnyListener> anyOutgoing = new CopyOnWriteArrayList<>();
    private final List<DisconnectListener> disconnecting = new CopyOnWriteArrayList<>();
    private final List<DisconnectListener> disconnects = new CopyOnWriteArrayList<>();
    private final List<Consumer<Throwable>> errors = new CopyOnWriteArrayList<>();
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

    // -------------------------------------------------------------------------------------------------------- who it
    // is

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

    // --------------------------------------------------------------------------------------------------------
    // listeners

    /** Told of every event, before its listeners and before middlewares. */
    public Subscription onAny(AnyListener listener) {
        return added(any, listener, any.size());
    }

    /** As {@link #onAny}, before the other such listeners. */
    public Subscription prependAny(AnyListener listener) {
        return added(any, listener, 0);
    }

    /** Removes all listeners of {@link #onAny}. */
    public void offAny() {
        any.clear();
    }

    public List<AnyListener> listenersAny() {
        return List.copyOf(any);
    }

    /** Told of every event that is sent to this client. Must not block, and may be called by any thread. */
    public Subscription onAnyOutgoing(AnyListener listener) {
        return added(anyOutgoing, listener, anyOutgoing.size());
    }

    /** As {@link #onAnyOutgoing}, before the other such listeners. */
    public Subscription prependAnyOutgoing(AnyListener listener) {
        return added(anyOutgoing, listener, 0);
    }

    /** Removes all listeners of {@link #onAnyOutgoing}. */
    public void offAnyOutgoing() {
        anyOutgoing.clear();
    }

    public List<AnyListener> listenersAnyOutgoing() {
        return List.copyOf(anyOutgoing);
    }

    /** Told when the client is about to leave, while it is still in its rooms. */
    public Subscription onDisconnecting(DisconnectListener listener) {
        return added(disconnecting, listener, disconnecting.size());
    }

    /** Told when the client has left. */
    public Subscription onDisconnect(DisconnectListener listener) {
        return added(disconnects, listener, disconnects.size());
    }

    /**
     * Told of what goes wrong with this client: a malformed packet, an event that a middleware refuses, arguments that do
     * not fit, a listener that throws.
     */
    public Subscription onError(Consumer<Throwable> listener) {
        return added(errors, listener, errors.size());
    }

    /** Adds a middleware for events, after those there are. */
    public Socket use(PacketMiddleware middleware) {
        middlewares.add(Objects.requireNonNull(middleware, "middleware"));
        return this;
    }

    private static <T> Subscription added(List<T> listeners, T listener, int index) {
        listeners.add(Math.min(index, listeners.size()), Objects.requireNonNull(listener, "listener"));
        return () -> listeners.remove(listener);
    }

    // ----------------------------------------------------------------------------------------------------------
    // sending

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

    void emit(String event, List<? extends @Nullable Object> arguments, BroadcastOptions.Flags flags) {
        Packet packet = namespace.event(event, arguments);
        if (pid != null) {
            // By way of the adapter, so that the event is kept for when the client comes back.
            namespace.adapter().broadcast(packet, new BroadcastOptions(Set.of(id), Set.of(), flags));
        } else {
            notifyOutgoing(packet);
            write(namespace.encode(packet, flags.compress()), flags.ifWritable());
        }
    }

    <T> CompletionStage<T> emitWithAck(
            String event, Class<T> type, List<? extends @Nullable Object> arguments, BroadcastOptions.Flags flags) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        int most = namespace.server().settings().maxPendingAcks;
        if (waiting.size() >= most) {
            answer.completeExceptionally(new AckException(
                    "more than " + most + " acknowledgements of this client are" + " waited for (maxPendingAcks)"));
            return answer;
        }
        long number = namespace.nextAckId();
        Packet packet = namespace.event(event, arguments).withId(number);
        waiting.put(number, answer);
        Future<?> timer = flags.timeout().isEmpty()
                ? null
                : namespace
                        .server()
                        .schedule(
                                flags.timeout().get(),
                                () -> answer.completeExceptionally(new AckException("operation has timed out")));
        answer.whenComplete((value, error) -> {
            forgetAck(number);
            waiting.remove(number);
            if (timer != null) {
                timer.cancel(false);
            }
        });
        awaitAck(number, values -> {
            try {
                answer.complete(namespace.firstOf(values, type));
            } catch (IllegalArgumentException unfit) {
                answer.completeExceptionally(unfit);
            }
        });
        if (!connected) {
            answer.completeExceptionally(new AckException("the client is not connected"));
            return answer;
        }
        notifyOutgoing(packet);
        write(namespace.encode(packet, flags.compress()), flags.ifWritable());
        return answer;
    }

    void awaitAck(long number, Consumer<List<@Nullable Object>> ack) {
        acks.put(number, ack);
    }

    void forgetAck(long number) {
        acks.remove(number);
    }

    void notifyOutgoing(Packet packet) {
        if (anyOutgoing.isEmpty()) {
            return;
        }
        List<@Nullable Object> values = packet.list();
        Args args = namespace.args(values.subList(1, values.size()));
        for (AnyListener listener : anyOutgoing) {
            try {
                listener.on(String.valueOf(values.get(0)), args);
            } catch (Exception error) {
                listenerFailed(String.valueOf(values.get(0)), error);
            }
        }
    }

    void write(List<EngineMessage> encoded, boolean ifWritable) {
        client.write(encoded, ifWritable);
    }

    private void write(Packet packet) {
        client.write(namespace.encode(packet, true), false);
    }

    // ------------------------------------------------------------------------------------------------------------
    // rooms

    /**
     * Puts the client into rooms.
     *
     * @throws IllegalStateException if it would be in more than {@code maxRoomsPerSocket}
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

    // -------------------------------------------------------------------------------------------------------
    // connection

    /** In the order of the connection, as all that follows. */
    void connected() {
        if (restored != null) {
            namespace.adapter().addAll(id, restored.session().rooms());
            restored.missed().forEach(missed -> write(Packet.of(PacketType.EVENT, namespace.name(), missed)));
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
    }

    void received(Packet packet) {
        switch (packet.type()) {
            case EVENT -> event(packet);
            case ACK -> {
                Consumer<List<@Nullable Object>> ack =
                        packet.id().isPresent() ? acks.remove(packet.id().getAsLong()) : null;
                if (ack != null) {
                    ack.accept(packet.list());
                }
            }
            case DISCONNECT -> closed(DisconnectReason.CLIENT_NAMESPACE_DISCONNECT);
            default -> throw new IllegalStateException("not for a socket: " + packet);
        }
    }

    private void event(Packet packet) {
        List<@Nullable Object> values = packet.list();
        String event = String.valueOf(values.get(0));
        Args args = namespace.args(values.subList(1, values.size()));
        Ack ack = packet.id().isPresent() ? new Answer(packet.id().getAsLong()) : NO_ANSWER;
        for (AnyListener listener : any) {
            try {
                listener.on(event, args);
            } catch (Exception error) {
                listenerFailed(event, error);
            }
        }
        run(event, args, ack, middlewares.iterator());
    }

    /** An acknowledgement that the client waits for. */
    private final class Answer implements Ack {
        private final long number;
        private final AtomicBoolean sent = new AtomicBoolean();

        Answer(long number) {
            this.number = number;
        }

        @Override
        public boolean isExpected() {
            return true;
        }

        @Override
        public void send(@Nullable Object... arguments) {
            if (sent.compareAndSet(false, true)) {
                List<@Nullable Object> values = new ArrayList<>(arguments.length);
                for (Object argument : arguments) {
                    values.add(namespace.server().mapper().toValue(argument));
                }
                write(Packet.of(PacketType.ACK, namespace.name(), values).withId(number));
            }
        }
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
        tell(disconnecting, reason);
        if (pid != null && reason.isRecoverable()) {
            namespace.adapter().persistSession(new Adapter.SavedSession(id, pid, rooms(), data));
        }
        client.remove(this);
        connected = false;
        cleanUp();
        tell(disconnects, reason);
        AckException gone = new AckException("socket has been disconnected");
        waiting.values().forEach(answer -> answer.completeExceptionally(gone));
    }

    private void tell(List<DisconnectListener> listeners, DisconnectReason reason) {
        for (DisconnectListener listener : listeners) {
            try {
                listener.on(reason);
            } catch (Throwable error) {
                Namespace.LOG.warn("A disconnect listener of namespace {} has failed", namespace, error);
            }
        }
    }

    /** Leaves nothing behind. */
    void cleanUp() {
        gone = true;
        namespace.adapter().delAll(id);
        namespace.remove(this);
    }

    @Override
    public String toString() {
        return "socket " + id + " of " + namespace;
    }
}
