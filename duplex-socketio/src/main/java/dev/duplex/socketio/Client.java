package dev.duplex.socketio;

import dev.duplex.server.BadRequestException;
import dev.duplex.server.Query;
import dev.duplex.socketio.engine.CloseReason;
import dev.duplex.socketio.engine.EngineMessage;
import dev.duplex.socketio.engine.EngineSocket;
import dev.duplex.socketio.engine.ReadyState;
import dev.duplex.socketio.parser.Packet;
import dev.duplex.socketio.parser.PacketType;
import dev.duplex.socketio.parser.ParseException;
import dev.duplex.socketio.parser.Parser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A connection with the sockets of the namespaces that it is in. Its methods run in the order of the connection. */
final class Client {
    /** Characters of a namespace that a client may ask for: its name is kept as long as there is one. */
    private static final int MOST_OF_A_NAME = 1_024;

    private final SocketIoServer server;
    private final EngineSocket connection;
    private final Parser.Decoder decoder;
    private final Map<String, Socket> sockets = new LinkedHashMap<>();

    /** Namespaces that have been asked for and not been answered, with the sockets that middlewares look at. */
    private final Map<String, @Nullable Socket> asked = new HashMap<>();

    private @Nullable Future<?> connectTimer;

    /** A packet was malformed: what came along with it and after it is not looked at. */
    private boolean broken;

    private volatile boolean ended;

    Client(SocketIoServer server, EngineSocket connection) {
        this.server = server;
        this.connection = connection;
        this.decoder = server.parser().decoder(server.settings().maxAttachments);
    }

    void open() {
        connectTimer = server.schedule(
                server.settings().connectTimeout,
                () -> execute(() -> {
                    if (sockets.isEmpty()) {
                        close();
                    }
                }));
        if (connection.protocol() == 3) {
            connect("/", Map.of());
        }
    }

    EngineSocket connection() {
        return connection;
    }

    boolean isOpen() {
        return !ended && connection.readyState() == ReadyState.OPEN;
    }

    void execute(Runnable action) {
        connection.execute(action);
    }

    void write(List<EngineMessage> encoded, boolean ifWritable) {
        if (ifWritable) {
            connection.sendVolatile(encoded);
        } else {
            connection.send(encoded);
        }
    }

    private void write(Packet packet) {
        write(server.sockets().encode(packet, true), false);
    }

    // --------------------------------------------------------------------------------------------------------- packets

    void text(String message) {
        if (!broken) {
            try {
                received(decoder.text(message));
            } catch (ParseException malformed) {
                failed(malformed);
            }
        }
    }

    void binary(byte[] message) {
        if (!broken) {
            try {
                received(decoder.binary(message));
            } catch (ParseException malformed) {
                failed(malformed);
            }
        }
    }

    private void failed(Exception error) {
        broken = true;
        List.copyOf(sockets.values()).forEach(socket -> socket.failed(error));
        connection.close();
    }

    private void received(@Nullable Packet packet) {
        if (packet == null || ended) {
            return;
        }
        String name = packet.namespace();
        Object data = packet.data();
        if (connection.protocol() == 3) {
            int question = name.indexOf('?');
            data = question < 0 ? data : query(name.substring(question + 1));
            name = question < 0 ? name : name.substring(0, question);
        }
        Socket socket = sockets.get(name);
        if (socket == null && packet.type() == PacketType.CONNECT) {
            connect(name, auth(data));
        } else if (socket != null && packet.type() != PacketType.CONNECT && packet.type() != PacketType.CONNECT_ERROR) {
            socket.received(packet);
        } else if (packet.type() == PacketType.CONNECT && connection.protocol() == 3 && name.equals("/")) {
            // The client of Socket.IO 2 is in there without asking, and may ask all the same.
            return;
        } else {
            close();
        }
    }

    @SuppressWarnings("unchecked") // parsers make sure of it
    private static Map<String, @Nullable Object> auth(@Nullable Object data) {
        return data == null ? Map.of() : (Map<String, @Nullable Object>) data;
    }

    private static Map<String, Object> query(String raw) {
        Map<String, Object> values = new LinkedHashMap<>();
        try {
            Query query = Query.parse(raw);
            query.names().forEach(name -> query.first(name).ifPresent(value -> values.put(name, value)));
        } catch (BadRequestException malformed) {
            // As if there were none: it is no more than a hint.
            return Map.of();
        }
        return values;
    }

    // ------------------------------------------------------------------------------------------------------ namespaces

    private void connect(String name, Map<String, @Nullable Object> auth) {
        if (name.length() > MOST_OF_A_NAME
                || sockets.size() + asked.size() >= server.settings().maxNamespacesPerClient
                || asked.containsKey(name)) {
            close();
            return;
        }
        asked.put(name, null);
        server.known()
                .forClient(name, auth)
                .whenComplete((namespace, error) -> execute(() -> {
                    Optional<Namespace> found = error == null ? namespace : Optional.empty();
                    if (error != null) {
                        Namespace.LOG.warn("A namespace that a client asks for cannot begin", error);
                    }
                    if (ended) {
                        return;
                    }
                    if (found.isPresent()) {
                        found.get().add(this, auth);
                    } else {
                        asked.remove(name);
                        write(Packet.of(PacketType.CONNECT_ERROR, name, Map.of("message", "Invalid namespace")));
                    }
                }));
    }

    void refuse(String name, String message, @Nullable Object data) {
        asked.remove(name);
        if (connection.protocol() == 3) {
            write(Packet.of(
                    PacketType.CONNECT_ERROR,
                    name,
                    data != null ? server.mapper().toValue(data) : message));
            return;
        }
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("message", message);
        if (data != null) {
            answer.put("data", server.mapper().toValue(data));
        }
        write(Packet.of(PacketType.CONNECT_ERROR, name, answer));
    }

    /** Middlewares look at it. */
    void arrives(Socket socket) {
        asked.put(socket.nsp().name(), socket);
    }

    void connected(Socket socket) {
        asked.remove(socket.nsp().name());
        sockets.put(socket.nsp().name(), socket);
        cancelTimer();
    }

    void remove(Socket socket) {
        sockets.remove(socket.nsp().name(), socket);
    }

    private void cancelTimer() {
        Future<?> timer = connectTimer;
        connectTimer = null;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    // --------------------------------------------------------------------------------------------------------- closing

    /** All namespaces, and the connection. */
    void disconnect() {
        List.copyOf(sockets.values()).forEach(Socket::disconnect);
        close();
    }

    /** The connection breaks the protocol, or is not wanted any more. */
    void close() {
        if (isOpen()) {
            connection.close();
            // As with Node's server, the reason depends on whether there was a way to tell the client at once.
            closed(
                    connection.readyState() == ReadyState.CLOSED
                            ? DisconnectReason.FORCED_CLOSE
                            : DisconnectReason.FORCED_SERVER_CLOSE);
        }
    }

    void closed(CloseReason reason) {
        closed(DisconnectReason.of(reason));
    }

    void closed(DisconnectReason reason) {
        ended = true;
        cancelTimer();
        new ArrayList<>(sockets.values()).forEach(socket -> socket.closed(reason));
        sockets.clear();
        for (Socket arriving : asked.values()) {
            if (arriving != null) {
                arriving.turnedAway();
            }
        }
        asked.clear();
    }
}
