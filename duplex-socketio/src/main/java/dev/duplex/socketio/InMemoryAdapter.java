package dev.duplex.socketio;

import dev.duplex.socketio.engine.EngineMessage;
import dev.duplex.socketio.parser.Mapper;
import dev.duplex.socketio.parser.Packet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The rooms of the clients of this server. A room exists while somebody is in it. */
public class InMemoryAdapter implements Adapter {
    private final Namespace namespace;
    private final Map<String, Set<String>> rooms = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> sids = new ConcurrentHashMap<>();
    private final List<BiConsumer<String, String>> joins = new CopyOnWriteArrayList<>();
    private final List<BiConsumer<String, String>> leaves = new CopyOnWriteArrayList<>();
    private final List<Consumer<String>> creations = new CopyOnWriteArrayList<>();
    private final List<Consumer<String>> deletions = new CopyOnWriteArrayList<>();

    public InMemoryAdapter(Namespace namespace) {
        this.namespace = namespace;
    }

    /** The namespace that it belongs to. */
    protected final Namespace namespace() {
        return namespace;
    }

    /** Between objects of the application and plain values, such as those that are sent to other servers. */
    protected final Mapper mapper() {
        return namespace.server().mapper();
    }

    // ---------------------------------------------------------------------------------------------------------- events

    /** Told of each room that begins, by whoever puts the first client into it. Must not block. */
    public final Subscription onCreateRoom(Consumer<String> listener) {
        return added(creations, listener);
    }

    /** Told of each room that ends. Must not block. */
    public final Subscription onDeleteRoom(Consumer<String> listener) {
        return added(deletions, listener);
    }

    /** Told of the room and the id when a client comes into a room. Must not block. */
    public final Subscription onJoinRoom(BiConsumer<String, String> listener) {
        return added(joins, listener);
    }

    /** Told of the room and the id when a client leaves a room. Must not block. */
    public final Subscription onLeaveRoom(BiConsumer<String, String> listener) {
        return added(leaves, listener);
    }

    private static <T> Subscription added(List<T> listeners, T listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    // ----------------------------------------------------------------------------------------------------------- rooms

    // A client's rooms and the rooms' clients change together, within a change of sids: what several threads do with
    // one
    // client comes one after the other, and no room keeps a client that does not know of it. Listeners are told
    // afterwards.

    /** @param turning whether the room begins or ends with it */
    private record Move(String room, boolean turning) {}

    @Override
    public void addAll(String id, Set<String> joined) {
        int most = namespace.server().settings().maxRoomsPerSocket;
        List<Move> moves = new ArrayList<>(joined.size());
        sids.compute(id, (same, existing) -> {
            Set<String> own = existing == null ? ConcurrentHashMap.newKeySet() : existing;
            List<String> news =
                    joined.stream().filter(room -> !own.contains(room)).toList();
            if (own.size() + news.size() > most) {
                throw new IllegalStateException("a client may be in " + most + " rooms (maxRoomsPerSocket)");
            }
            own.addAll(news);
            news.forEach(room -> moves.add(new Move(room, enter(id, room))));
            return own.isEmpty() ? null : own;
        });
        for (Move move : moves) {
            if (move.turning()) {
                creations.forEach(listener -> listener.accept(move.room()));
            }
            joins.forEach(listener -> listener.accept(move.room(), id));
        }
    }

    /** Whether the room begins with it. */
    private boolean enter(String id, String room) {
        boolean[] first = {false};
        rooms.compute(room, (name, existing) -> {
            first[0] = existing == null;
            Set<String> members = existing == null ? ConcurrentHashMap.newKeySet() : existing;
            members.add(id);
            return members;
        });
        return first[0];
    }

    @Override
    public void del(String id, String room) {
        leave(id, own -> own.remove(room) ? List.of(room) : List.of());
    }

    @Override
    public void delAll(String id) {
        leave(id, own -> {
            List<String> all = List.copyOf(own);
            own.clear();
            return all;
        });
    }

    /** @param removal takes rooms from those of the client, and says which */
    private void leave(String id, Function<Set<String>, List<String>> removal) {
        List<Move> moves = new ArrayList<>();
        sids.computeIfPresent(id, (same, own) -> {
            removal.apply(own).forEach(room -> moves.add(new Move(room, exit(id, room))));
            return own.isEmpty() ? null : own;
        });
        for (Move move : moves) {
            leaves.forEach(listener -> listener.accept(move.room(), id));
            if (move.turning()) {
                deletions.forEach(listener -> listener.accept(move.room()));
            }
        }
    }

    /** Whether the room ends with it. */
    private boolean exit(String id, String room) {
        return rooms.computeIfPresent(room, (name, members) -> {
                    members.remove(id);
                    return members.isEmpty() ? null : members;
                })
                == null;
    }

    @Override
    public Set<String> socketRooms(String id) {
        Set<String> own = sids.get(id);
        return own == null ? Set.of() : Set.copyOf(own);
    }

    @Override
    public Set<String> rooms() {
        return Set.copyOf(rooms.keySet());
    }

    // --------------------------------------------------------------------------------------------------------- clients

    /** Does something with each client of this server that matches, once. */
    private void apply(BroadcastOptions options, Consumer<Socket> action) {
        Set<String> excluded = new HashSet<>();
        for (String room : options.except()) {
            excluded.addAll(rooms.getOrDefault(room, Set.of()));
        }
        if (options.rooms().isEmpty()) {
            namespace.sockets().values().forEach(socket -> {
                if (!excluded.contains(socket.id())) {
                    action.accept(socket);
                }
            });
            return;
        }
        Set<String> done = options.rooms().size() == 1 ? excluded : new HashSet<>(excluded);
        boolean several = options.rooms().size() > 1;
        for (String room : options.rooms()) {
            for (String id : rooms.getOrDefault(room, Set.of())) {
                Socket socket = done.contains(id) ? null : namespace.sockets().get(id);
                if (socket != null) {
                    if (several) {
                        done.add(id);
                    }
                    action.accept(socket);
                }
            }
        }
    }

    @Override
    public CompletionStage<Set<String>> sockets(Set<String> wanted) {
        Set<String> ids = new HashSet<>();
        apply(new BroadcastOptions(wanted, Set.of(), BroadcastOptions.Flags.NONE), socket -> ids.add(socket.id()));
        return CompletableFuture.completedFuture(ids);
    }

    @Override
    public void broadcast(Packet packet, BroadcastOptions options) {
        List<EngineMessage> encoded = namespace.encode(packet, options.flags().compress());
        apply(options, socket -> {
            socket.notifyOutgoing(packet);
            socket.write(encoded, options.flags().ifWritable());
        });
    }

    @Override
    public Subscription broadcastWithAck(
            Packet packet, BroadcastOptions options, IntConsumer clientCount, Consumer<List<@Nullable Object>> ack) {
        // The numbers are of the namespace, so that one will do for all its clients.
        Packet numbered = packet.withId(namespace.nextAckId());
        long id = numbered.id().getAsLong();
        List<EngineMessage> encoded = namespace.encode(numbered, options.flags().compress());
        List<Socket> asked = new ArrayList<>();
        apply(options, asked::add);
        asked.forEach(socket -> socket.acks().await(id, ack));
        clientCount.accept(asked.size());
        asked.forEach(socket -> {
            socket.notifyOutgoing(numbered);
            socket.write(encoded, options.flags().ifWritable());
        });
        return () -> asked.forEach(socket -> socket.acks().forget(id));
    }

    @Override
    public CompletionStage<List<RemoteSocket>> fetchSockets(BroadcastOptions options) {
        List<RemoteSocket> found = new ArrayList<>();
        apply(options, found::add);
        return CompletableFuture.completedFuture(List.copyOf(found));
    }

    @Override
    public void addSockets(BroadcastOptions options, Set<String> joined) {
        apply(options, socket -> socket.join(joined.toArray(String[]::new)));
    }

    @Override
    public void delSockets(BroadcastOptions options, Set<String> left) {
        apply(options, socket -> left.forEach(socket::leave));
    }

    @Override
    public void disconnectSockets(BroadcastOptions options, boolean close) {
        apply(options, socket -> socket.disconnect(close));
    }
}
