package dev.duplex.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.engine.Http;
import dev.duplex.socketio.parser.DefaultParser;
import dev.duplex.socketio.parser.Packet;
import dev.duplex.socketio.parser.PacketType;
import dev.duplex.socketio.parser.Parser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that come back while something happens. What official clients see: {@code SocketIoTest}. */
class SessionAwareAdapterTest {
    /** What middlewares have been asked about clients that come back, and have not answered. */
    private final BlockingQueue<Next> asked = new LinkedBlockingQueue<>();

    private final BlockingQueue<String> gone = new LinkedBlockingQueue<>();
    private volatile Runnable whileJoining = () -> {};
    private SocketIoServer io;
    private WebSocketServer server;

    /** Its events, and when it puts and keeps what, as far as tests look at it. */
    private final class Watched extends SessionAwareAdapter {
        Watched(Namespace namespace) {
            super(namespace);
        }

        @Override
        public void addAll(String id, Set<String> rooms) {
            Runnable meanwhile = whileJoining;
            whileJoining = () -> {};
            meanwhile.run();
            super.addAll(id, rooms);
        }

        @Override
        public void persistSession(SavedSession session) {
            gone.add("kept in " + socketRooms(session.sid()) + " of "
                    + session.rooms().size() + " rooms, known: "
                    + namespace().sockets().containsKey(session.sid()));
            super.persistSession(session);
        }
    }

    private void start(ConnectionStateRecovery recovery) {
        io = SocketIoServer.builder()
                .connectionStateRecovery(recovery)
                .adapter(Watched::new)
                .build();
        io.use((socket, next) -> {
            if (socket.recovered()) {
                asked.add(next);
            } else {
                next.proceed();
            }
        });
        io.onConnection(socket -> {
            socket.join("room");
            socket.onDisconnect(reason -> gone.add("gone"));
        });
        server = io.attach(WebSocketServer.builder().port(0).eventLoops(1)).start();
    }

    private void start() {
        start(ConnectionStateRecovery.DEFAULTS);
    }

    private Http.Frames connect(String auth) throws Exception {
        Http.Frames frames = new Http(server, "/socket.io/").webSocket("?EIO=4&transport=websocket");
        assertThat(frames.next()).startsWith("0{");
        frames.send("40" + auth);
        return frames;
    }

    private static String found(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    private static String pid(String connected) {
        return found("\"pid\":\"([^\"]+)\"", connected);
    }

    private String told() throws InterruptedException {
        String line = gone.poll(30, TimeUnit.SECONDS);
        assertThat(line).as("something told").isNotNull();
        return line;
    }

    /** A client has been in a room, has got an event and has lost its connection. What it comes back with. */
    private String lose() throws Exception {
        Http.Frames frames = connect("");
        String pid = pid(frames.next());
        io.emit("first");
        String offset = found("42\\[\"first\",\"([^\"]+)\"", frames.next());
        frames.abort();
        assertThat(told()).startsWith("kept");
        assertThat(told()).isEqualTo("gone");
        return "{\"pid\":\"" + pid + "\",\"offset\":\"" + offset + "\"}";
    }

    /** The answer of the middleware that looks at who has come back. */
    private Next held() throws InterruptedException {
        Next next = asked.poll(30, TimeUnit.SECONDS);
        assertThat(next).as("one who comes back").isNotNull();
        return next;
    }

    private void awaitNobody() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (io.engine().clientsCount() > 0 || !io.sockets().isEmpty()) {
            assertThat(System.nanoTime()).as("nobody is there").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @AfterEach
    void stop() {
        if (server == null) {
            io.close();
        } else {
            server.close();
        }
    }

    @Test
    void whatIsSentWhileMiddlewaresLookAtWhoComesBackIsMissedToo() throws Exception {
        start();
        String auth = lose();
        io.emit("away");
        Http.Frames frames = connect(auth);
        Next next = held();
        io.to("room").emit("meanwhile");
        io.to("elsewhere").emit("for others");
        next.proceed();
        assertThat(frames.next()).startsWith("42[\"away\",");
        assertThat(frames.next()).startsWith("42[\"meanwhile\",");
        assertThat(pid(frames.next())).isEqualTo(pid(auth));
        io.to("room").emit("from now on");
        assertThat(frames.next()).startsWith("42[\"from now on\",");
    }

    @Test
    void whatWasMissedComesBeforeWhatIsSentByOthersNow() throws Exception {
        start();
        String auth = lose();
        io.emit("missed");
        Http.Frames frames = connect(auth);
        Next next = held();
        whileJoining = () -> Threads.awaitBlockedOrEnded(Threads.started(() -> io.emit("now")));
        next.proceed();
        List<String> events = new ArrayList<>();
        while (events.size() < 2) {
            String frame = frames.next();
            if (frame.startsWith("42")) {
                events.add(found("42\\[\"(\\w+)\"", frame));
            }
        }
        assertThat(events).containsExactly("missed", "now");
    }

    @Test
    void whoIsLostAgainWhileMiddlewaresLookMayComeBackOnceMore() throws Exception {
        start();
        String auth = lose();
        Http.Frames again = connect(auth);
        Next first = held();
        again.abort();
        awaitNobody();
        Http.Frames frames = connect(auth);
        held().proceed();
        assertThat(pid(frames.next())).isEqualTo(pid(auth));
        first.proceed();
        io.to("room").emit("still there");
        assertThat(frames.next()).startsWith("42[\"still there\",");
        assertThat(io.sockets().sockets()).hasSize(1);
    }

    @Test
    void whoIsRefusedMayComeBackOnceMore() throws Exception {
        start();
        String auth = lose();
        Http.Frames frames = connect(auth);
        held().refuse(new ConnectException("not now"));
        assertThat(frames.next()).isEqualTo("44{\"message\":\"not now\"}");
        frames.send("40" + auth);
        held().proceed();
        assertThat(pid(frames.next())).isEqualTo(pid(auth));
    }

    @Test
    void nobodyElseComesBackAsTheSameClient() throws Exception {
        start();
        String auth = lose();
        Http.Frames frames = connect(auth);
        Next next = held();
        assertThat(pid(connect(auth).next())).isNotEqualTo(pid(auth));
        next.proceed();
        assertThat(pid(frames.next())).isEqualTo(pid(auth));
    }

    @Test
    void whoHasMissedMoreThanIsRememberedBeginsAnew() throws Exception {
        start(ConnectionStateRecovery.DEFAULTS.withMaxEvents(2));
        String auth = lose();
        Http.Frames frames = connect(auth);
        Next next = held();
        for (int i = 0; i < 3; i++) {
            io.emit("meanwhile");
        }
        next.proceed();
        assertThat(frames.next()).as("not said to be recovered").isEqualTo("end 1000");
        awaitNobody();
        assertThat(pid(connect(auth).next())).isNotEqualTo(pid(auth));
    }

    @Test
    void aClientIsKeptOnceItHasLeft() throws Exception {
        start();
        Http.Frames frames = connect("");
        assertThat(frames.next()).startsWith("40{");
        frames.abort();
        assertThat(told()).isEqualTo("kept in [] of 2 rooms, known: false");
    }

    // ------------------------------------------------------------------------------------------------------------ time

    /** A parser that writes down what is sent. */
    private record Noting(Parser parser, List<Packet> packets) implements Parser {
        @Override
        public void encode(Packet packet, Output output) {
            packets.add(packet);
            parser.encode(packet, output);
        }

        @Override
        public Decoder decoder(int maxAttachments) {
            return parser.decoder(maxAttachments);
        }
    }

    @Test
    void aRestoreThatIsCancelledMakesNothingLastLonger() {
        List<Packet> sent = new ArrayList<>();
        io = SocketIoServer.builder()
                .connectionStateRecovery(ConnectionStateRecovery.DEFAULTS)
                .parser(mapper -> new Noting(new DefaultParser(mapper), sent))
                .build();
        long[] now = {0};
        SessionAwareAdapter adapter = new SessionAwareAdapter(io.sockets(), () -> now[0]);
        adapter.persistSession(new Adapter.SavedSession("sid", "old", Set.of("sid"), Map.of()));
        now[0] = 60_000;
        adapter.persistSession(new Adapter.SavedSession("sid2", "young", Set.of("sid2"), Map.of()));
        adapter.broadcast(Packet.of(PacketType.EVENT, "/", List.of("event")), BroadcastOptions.ALL);
        List<?> event = sent.get(0).list();
        String offset = (String) event.get(event.size() - 1);
        for (long time : new long[] {60_000, 119_000, 120_000}) {
            now[0] = time;
            Adapter.RestoredSession restored = adapter.restoreSession("old", offset)
                    .toCompletableFuture()
                    .join()
                    .orElseThrow();
            assertThat(adapter.restoreSession("old", offset)
                            .toCompletableFuture()
                            .join())
                    .as("once at a time")
                    .isEmpty();
            adapter.cancelRestore(restored);
        }
        now[0] = 120_001;
        assertThat(adapter.restoreSession("old", offset).toCompletableFuture().join())
                .as("two minutes after it was lost")
                .isEmpty();
        assertThat(adapter.restoreSession("young", offset).toCompletableFuture().join())
                .isPresent();
    }
}
