package dev.duplex.socketio.cluster;

import dev.duplex.socketio.Ack;
import dev.duplex.socketio.BroadcastOptions;
import dev.duplex.socketio.Handshake;
import dev.duplex.socketio.InMemoryAdapter;
import dev.duplex.socketio.Namespace;
import dev.duplex.socketio.RemoteSocket;
import dev.duplex.socketio.Subscription;
import dev.duplex.socketio.parser.Packet;
import dev.duplex.socketio.parser.PacketType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An adapter for several servers, of what the SPI gives to every package, with the messages of Node's
 * {@code @socket.io/redis-adapter}: over Redis it would differ in who carries them.
 */
final class BusAdapter extends InMemoryAdapter {
    private final Bus bus;
    private final String uid;
    private final Map<String, Consumer<Map<String, Object>>> waiting = new ConcurrentHashMap<>();

    BusAdapter(Namespace namespace, Bus bus) {
        super(namespace);
        this.bus = bus;
        this.uid = bus.add(this);
    }

    String uid() {
        return uid;
    }

    @Override
    public CompletionStage<Integer> serverCount() {
        return CompletableFuture.completedFuture(bus.size());
    }

    // --------------------------------------------------------------------------------------------------------- sending

    private static Map<String, Object> opts(BroadcastOptions options, boolean withFlags) {
        Map<String, Object> opts = new LinkedHashMap<>();
        opts.put("rooms", List.copyOf(options.rooms()));
        opts.put("except", List.copyOf(options.except()));
        if (withFlags) {
            Map<String, Object> flags = new LinkedHashMap<>();
            if (options.flags().ifWritable()) {
                flags.put("volatile", true);
            }
            options.flags().timeout().ifPresent(longest -> flags.put("timeout", longest.toMillis()));
            opts.put("flags", flags);
        }
        return opts;
    }

    private Map<String, Object> packet(Packet packet) {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("type", 2);
        value.put("data", packet.list());
        value.put("nsp", namespace().name());
        return value;
    }

    private Map<String, Object> request(int type, @Nullable String requestId) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("uid", uid);
        if (requestId != null) {
            request.put("requestId", requestId);
        }
        request.put("type", type);
        return request;
    }

    @Override
    public void broadcast(Packet packet, BroadcastOptions options) {
        if (!options.flags().local()) {
            bus.broadcast(this, List.of(uid, packet(packet), opts(options, true)));
        }
        super.broadcast(packet, options);
    }

    @Override
    public Subscription broadcastWithAck(
            Packet packet, BroadcastOptions options, IntConsumer clientCount, Consumer<List<@Nullable Object>> ack) {
        String id = bus.nextRequest();
        waiting.put(id, response -> {
            if (response.get("type").equals(8)) {
                clientCount.accept((Integer) response.get("clientCount"));
            } else {
                ack.accept(new ArrayList<>(java.util.Arrays.asList(response.get("packet"))));
            }
        });
        Map<String, Object> request = request(7, id);
        request.put("packet", packet(packet));
        request.put("opts", opts(options, true));
        Subscription here = super.broadcastWithAck(packet, options, clientCount, ack);
        bus.request(this, request);
        return () -> {
            waiting.remove(id);
            here.cancel();
        };
    }

    @Override
    public void addSockets(BroadcastOptions options, Set<String> joined) {
        Map<String, Object> request = request(2, null);
        request.put("opts", opts(options, false));
        request.put("rooms", List.copyOf(joined));
        super.addSockets(options, joined);
        bus.request(this, request);
    }

    @Override
    public void delSockets(BroadcastOptions options, Set<String> left) {
        Map<String, Object> request = request(3, null);
        request.put("opts", opts(options, false));
        request.put("rooms", List.copyOf(left));
        super.delSockets(options, left);
        bus.request(this, request);
    }

    @Override
    public void disconnectSockets(BroadcastOptions options, boolean close) {
        Map<String, Object> request = request(4, null);
        request.put("opts", opts(options, false));
        request.put("close", close);
        super.disconnectSockets(options, close);
        bus.request(this, request);
    }

    @Override
    public CompletionStage<List<RemoteSocket>> fetchSockets(BroadcastOptions options) {
        return super.fetchSockets(options).thenCompose(here -> {
            List<RemoteSocket> all = new ArrayList<>(here);
            Map<String, Object> request = request(5, bus.nextRequest());
            request.put("opts", opts(options, false));
            return ask(request, response -> {
                        List<Map<String, Object>> sockets = cast(response.get("sockets"));
                        sockets.forEach(socket -> all.add(new Elsewhere(socket)));
                    })
                    .thenApply(done -> all);
        });
    }

    @Override
    public void serverSideEmit(List<@Nullable Object> data) {
        Map<String, Object> request = request(6, null);
        request.put("data", data);
        bus.request(this, request);
    }

    @Override
    public CompletionStage<List<List<@Nullable Object>>> serverSideEmitWithAck(List<@Nullable Object> data) {
        List<List<@Nullable Object>> answers = new ArrayList<>();
        Map<String, Object> request = request(6, bus.nextRequest());
        request.put("data", data);
        return ask(request, response -> answers.add(new ArrayList<>(java.util.Arrays.asList(response.get("data")))))
                .thenApply(done -> answers);
    }

    /** Asks the other servers, and is done when each has answered. */
    private CompletableFuture<Void> ask(Map<String, Object> request, Consumer<Map<String, Object>> each) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        String id = (String) request.get("requestId");
        int[] missing = {bus.size() - 1};
        waiting.put(id, response -> {
            each.accept(response);
            if (--missing[0] == 0) {
                waiting.remove(id);
                done.complete(null);
            }
        });
        bus.request(this, request);
        return done;
    }

    // ------------------------------------------------------------------------------------------------------- receiving

    @SuppressWarnings("unchecked") // what this class has sent
    private static <T> T cast(@Nullable Object value) {
        return (T) value;
    }

    private static BroadcastOptions options(Map<String, Object> opts) {
        Map<String, Object> flags = opts.containsKey("flags") ? cast(opts.get("flags")) : Map.of();
        Object timeout = flags.get("timeout");
        return new BroadcastOptions(
                new LinkedHashSet<>(BusAdapter.<List<String>>cast(opts.get("rooms"))),
                new LinkedHashSet<>(BusAdapter.<List<String>>cast(opts.get("except"))),
                new BroadcastOptions.Flags(
                        Boolean.TRUE.equals(flags.get("volatile")),
                        true,
                        !Boolean.FALSE.equals(flags.get("compress")),
                        timeout == null ? Optional.empty() : Optional.of(Duration.ofMillis((Long) timeout))));
    }

    private Packet event(Map<String, Object> packet) {
        return Packet.of(PacketType.EVENT, namespace().name(), packet.get("data"));
    }

    void onBroadcast(List<Object> message) {
        super.broadcast(event(cast(message.get(1))), options(cast(message.get(2))));
    }

    void onRequest(Map<String, Object> request) {
        Map<String, Object> response = new LinkedHashMap<>();
        switch ((Integer) request.get("type")) {
            case 2 -> super.addSockets(options(cast(request.get("opts"))), Set.copyOf(cast(request.get("rooms"))));
            case 3 -> super.delSockets(options(cast(request.get("opts"))), Set.copyOf(cast(request.get("rooms"))));
            case 4 -> super.disconnectSockets(options(cast(request.get("opts"))), (Boolean) request.get("close"));
            case 5 ->
                super.fetchSockets(options(cast(request.get("opts")))).thenAccept(sockets -> {
                    response.put("requestId", request.get("requestId"));
                    response.put(
                            "sockets", sockets.stream().map(this::described).toList());
                    bus.respond(request, response);
                });
            case 6 -> namespace().onServerSideEmit(cast(request.get("data")), new Answer(request));
            case 7 ->
                super.broadcastWithAck(
                        event(cast(request.get("packet"))),
                        options(cast(request.get("opts"))),
                        clients -> bus.respond(
                                request,
                                new LinkedHashMap<>(Map.of(
                                        "type", 8, "requestId", request.get("requestId"), "clientCount", clients))),
                        answer -> bus.respond(
                                request,
                                new LinkedHashMap<>(Map.of(
                                        "type", 9, "requestId", request.get("requestId"), "packet", answer.get(0)))));
            default -> throw new IllegalArgumentException(request.toString());
        }
    }

    void onResponse(Map<String, Object> response) {
        Consumer<Map<String, Object>> asked = waiting.get(response.get("requestId"));
        if (asked != null) {
            asked.accept(response);
        }
    }

    private Map<String, Object> described(RemoteSocket socket) {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("id", socket.id());
        value.put("handshake", socket.handshake().toValue());
        value.put("rooms", socket.rooms().stream().sorted().toList());
        value.put("data", mapper().toValue(socket.data()));
        return value;
    }

    private final class Answer implements Ack {
        private final Map<String, Object> request;

        Answer(Map<String, Object> request) {
            this.request = request;
        }

        @Override
        public boolean isExpected() {
            return request.containsKey("requestId");
        }

        @Override
        public void send(@Nullable Object... arguments) {
            if (isExpected()) {
                Map<String, Object> response = new LinkedHashMap<>();
                response.put("type", 6);
                response.put("requestId", request.get("requestId"));
                response.put("data", mapper().toValue(arguments[0]));
                bus.respond(request, response);
            }
        }
    }

    /** A client of another server. */
    private final class Elsewhere implements RemoteSocket {
        private final Map<String, Object> value;

        Elsewhere(Map<String, Object> value) {
            this.value = value;
        }

        private BroadcastOptions itself() {
            return new BroadcastOptions(Set.of(id()), Set.of(), BroadcastOptions.Flags.NONE);
        }

        @Override
        public String id() {
            return (String) value.get("id");
        }

        @Override
        public Handshake handshake() {
            return Handshake.of(cast(value.get("handshake")), mapper());
        }

        @Override
        public Set<String> rooms() {
            return Set.copyOf(BusAdapter.<List<String>>cast(value.get("rooms")));
        }

        @Override
        public Map<String, Object> data() {
            return cast(value.get("data"));
        }

        @Override
        public void join(String... rooms) {
            addSockets(itself(), Set.of(rooms));
        }

        @Override
        public void leave(String room) {
            delSockets(itself(), Set.of(room));
        }

        @Override
        public void disconnect(boolean close) {
            disconnectSockets(itself(), close);
        }

        @Override
        public void emitList(String event, List<? extends @Nullable Object> arguments) {
            namespace().to(id()).emitList(event, arguments);
        }
    }
}
