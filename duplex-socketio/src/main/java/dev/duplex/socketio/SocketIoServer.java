package dev.duplex.socketio;

import dev.duplex.server.HttpHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.engine.CloseReason;
import dev.duplex.socketio.engine.EngineBuilder;
import dev.duplex.socketio.engine.EngineHandler;
import dev.duplex.socketio.engine.EngineServer;
import dev.duplex.socketio.engine.EngineSocket;
import dev.duplex.socketio.internal.SessionIds;
import dev.duplex.socketio.internal.Timers;
import dev.duplex.socketio.parser.DefaultParser;
import dev.duplex.socketio.parser.JacksonMapper;
import dev.duplex.socketio.parser.Mapper;
import dev.duplex.socketio.parser.Parser;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Socket.IO server for the official clients, on a path of a {@link WebSocketServer}.
 *
 * <pre>{@code
 * SocketIoServer io = SocketIoServer.builder().build();
 * io.onConnection(socket -> socket.on("hello", String.class, (name, ack) -> ack.send("Hello, " + name)));
 * WebSocketServer server = io.attach(WebSocketServer.builder().port(3000)).start();
 * }</pre>
 *
 * <p>What is done with the server itself is done with its main namespace, {@code /}. It ends with the WebSocket server.
 * Every method may be called from any thread.
 */
public final class SocketIoServer implements Broadcasting, AutoCloseable {
    private static final String CLIENT = "dev.duplex.socketio.client";

    private final Builder settings;
    private final Mapper mapper;
    private final Parser parser;
    private final SessionIds ids = new SessionIds();
    private final Timers timers = new Timers("duplex-socketio-acks");
    private final EngineServer engine;
    private final Namespaces namespaces = new Namespaces(this);
    private final Namespace main;

    /** What is still to be done when the server ends. */
    private final Set<Runnable> closings = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    private SocketIoServer(Builder builder) {
        this.settings = builder;
        this.mapper = builder.mapper;
        this.parser = builder.parser.apply(mapper);
        this.main = new Namespace(this, "/", null);
        namespaces.add(main);
        this.engine = builder.engineFor(new Connections());
    }

    /** Describes a server on the path {@code /socket.io}. */
    public static Builder builder() {
        return new Builder();
    }

    // ------------------------------------------------------------------------------------------------------------- API

    /** Adds this server's path to a WebSocket server, which it ends with. To be called once. */
    public WebSocketServer.Builder attach(WebSocketServer.Builder server) {
        server.onShutdown(this::close);
        settings.serveClient(server);
        return engine.attach(server);
    }

    /** The connections below. */
    public EngineServer engine() {
        return engine;
    }

    /** The main namespace. */
    public Namespace sockets() {
        return main;
    }

    @Override
    public BroadcastOperator operator() {
        return main.operator();
    }

    /** Adds a middleware to the main namespace. */
    public SocketIoServer use(Namespace.Middleware middleware) {
        main.use(middleware);
        return this;
    }

    /** Adds a listener that is told of each client that is connected to the main namespace. */
    public Subscription onConnection(Namespace.ConnectionListener listener) {
        return main.onConnection(listener);
    }

    /** The namespace of a name, such as {@code /chat}; it begins if there is none. */
    public Namespace of(String name) {
        return namespaces.of(name.startsWith("/") ? name : "/" + name);
    }

    /** Namespaces that begin when a client asks for a name in which the pattern is found; anchor it with ^ and $. */
    public ParentNamespace of(Pattern names) {
        return namespaces.add(new ParentNamespace(this, names));
    }

    /** Namespaces that begin when a client asks for them and the rule allows it. */
    public ParentNamespace of(ParentNamespace.Rule rule) {
        return namespaces.add(new ParentNamespace(this, rule));
    }

    /** The namespaces there are. */
    public List<Namespace> namespaces() {
        return namespaces.all();
    }

    /**
     * Told of each namespace that begins, other than the main one, before any client is in it: middlewares that are added
     * here see all of them. Must not block, since no other namespace begins meanwhile; if it throws, the namespace does not
     * begin.
     */
    public Subscription onNewNamespace(Consumer<Namespace> listener) {
        return namespaces.onNew(listener);
    }

    /** Sends an event to the other servers of the cluster. */
    public void serverSideEmit(String event, @Nullable Object... arguments) {
        main.serverSideEmit(event, arguments);
    }

    /** Disconnects all clients and ends all connections; new ones are refused. */
    @Override
    public void close() {
        closed = true;
        for (EngineSocket connection : engine.clients()) {
            if (connection.attributes().get(CLIENT) instanceof Client client) {
                connection.execute(() -> client.closed(DisconnectReason.SERVER_SHUTTING_DOWN));
            }
        }
        namespaces.all().forEach(namespace -> namespace.adapter().close());
        engine.close();
        timers.close();
        closings.forEach(Runnable::run);
    }

    // -------------------------------------------------------------------------------------------------- for its parts

    Namespaces known() {
        return namespaces;
    }

    Builder settings() {
        return settings;
    }

    Mapper mapper() {
        return mapper;
    }

    Parser parser() {
        return parser;
    }

    String nextId() {
        return ids.next();
    }

    /** How clients that were lost for a while find their state again, if they do; for adapters. */
    public Optional<ConnectionStateRecovery> recovery() {
        return Optional.ofNullable(settings.recovery);
    }

    Adapter adapterFor(Namespace namespace) {
        return settings.adapter != null
                ? settings.adapter.create(namespace)
                : settings.recovery != null ? new SessionAwareAdapter(namespace) : new InMemoryAdapter(namespace);
    }

    @Nullable
    Future<?> schedule(Duration delay, Runnable action) {
        return timers.schedule(action, delay.toMillis());
    }

    /** Has it run once the server has ended, unless that is cancelled before. */
    Subscription onClosed(Runnable action) {
        closings.add(action);
        if (closed) {
            action.run();
        }
        return () -> closings.remove(action);
    }

    private final class Connections implements EngineHandler {
        @Override
        public void onConnection(EngineSocket connection) {
            Client client = new Client(SocketIoServer.this, connection);
            connection.attributes().put(CLIENT, client);
            client.open();
        }

        private Client client(EngineSocket connection) {
            return (Client) Objects.requireNonNull(connection.attributes().get(CLIENT));
        }

        @Override
        public void onMessage(EngineSocket connection, String text) {
            client(connection).text(text);
        }

        @Override
        public void onMessage(EngineSocket connection, byte[] binary) {
            client(connection).binary(binary);
        }

        @Override
        public void onClose(EngineSocket connection, CloseReason reason, String description) {
            client(connection).closed(reason);
        }
    }

    // --------------------------------------------------------------------------------------------------------- builder

    /** Describes a {@link SocketIoServer}, with the names and the defaults of Node's. Not thread-safe. */
    public static final class Builder extends EngineBuilder<Builder> {
        Duration connectTimeout = Duration.ofSeconds(45);
        Mapper mapper = new JacksonMapper();
        Function<Mapper, Parser> parser = DefaultParser::new;
        Adapter.@Nullable Factory adapter;

        @Nullable
        ConnectionStateRecovery recovery;

        boolean serveClient = true;
        boolean cleanupEmptyChildNamespaces;
        int maxAttachments = 10;
        int maxNamespaces = 10_000;
        int maxNamespacesPerClient = 1_000;
        int maxRoomsPerSocket = 10_000;
        int maxPendingAcks = 10_000;

        private Builder() {
            super("/socket.io");
        }

        @Override
        protected Builder self() {
            return this;
        }

        private void serveClient(WebSocketServer.Builder server) {
            if (serveClient) {
                HttpHandler files = shared(new ClientFiles());
                ClientFiles.NAMES.forEach(name -> server.http(path() + "/" + name, files));
            }
        }

        private EngineServer engineFor(EngineHandler handler) {
            return engine(handler);
        }

        /** Whether the official client for browsers is served, as {@code /socket.io/socket.io.js}; true unless said. */
        public Builder serveClient(boolean served) {
            serveClient = served;
            return this;
        }

        /** Time within which a client connects to a namespace, 45 s unless said. */
        public Builder connectTimeout(Duration timeout) {
            connectTimeout = Objects.requireNonNull(timeout, "timeout");
            return this;
        }

        /** Between objects and JSON; Jackson with its defaults unless said. */
        public Builder mapper(Mapper used) {
            mapper = Objects.requireNonNull(used, "used");
            return this;
        }

        /** How packets are written; clients have to use the same parser. */
        public Builder parser(Function<Mapper, Parser> made) {
            parser = Objects.requireNonNull(made, "made");
            return this;
        }

        /** How events reach the clients of other servers; there are none unless said. */
        public Builder adapter(Adapter.Factory factory) {
            adapter = Objects.requireNonNull(factory, "factory");
            return this;
        }

        /** Lets clients that were lost for a while find their state again; off unless said. */
        public Builder connectionStateRecovery(ConnectionStateRecovery options) {
            recovery = Objects.requireNonNull(options, "options");
            return this;
        }

        /** Whether namespaces that began for a client end with their last client; false unless said. */
        public Builder cleanupEmptyChildNamespaces(boolean ended) {
            cleanupEmptyChildNamespaces = ended;
            return this;
        }

        /** Most binary values in one event, 10 unless said. */
        public Builder maxAttachments(int most) {
            maxAttachments = most;
            return this;
        }

        /** Most namespaces that there may be for one to begin because a client asks for it, 10,000 unless said. */
        public Builder maxNamespaces(int most) {
            maxNamespaces = most;
            return this;
        }

        /** Most namespaces that one connection may be in, 1,000 unless said; it is ended beyond. */
        public Builder maxNamespacesPerClient(int most) {
            maxNamespacesPerClient = most;
            return this;
        }

        /** Most rooms that one client may be in, 10,000 unless said. */
        public Builder maxRoomsPerSocket(int most) {
            maxRoomsPerSocket = most;
            return this;
        }

        /** Most acknowledgements of one client that may be waited for, 10,000 unless said. */
        public Builder maxPendingAcks(int most) {
            maxPendingAcks = most;
            return this;
        }

        /** The server; the builder is not to be used any more. */
        public SocketIoServer build() {
            return new SocketIoServer(this);
        }
    }
}
