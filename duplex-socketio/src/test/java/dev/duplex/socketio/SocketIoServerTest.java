package dev.duplex.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.engine.Http;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Packet by packet, and what no official client would send. What those see: {@code SocketIoTest}. */
class SocketIoServerTest {
    private static final String WEBSOCKET = "?EIO=4&transport=websocket";

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private SocketIoServer io;
    private WebSocketServer server;

    private record Message(String text, int number) {}

    private Http.Frames start(UnaryOperator<SocketIoServer.Builder> settings) throws Exception {
        io = settings.apply(SocketIoServer.builder()).build();
        server = io.attach(WebSocketServer.builder().port(0).eventLoops(2)).start();
        return connect();
    }

    /** A connection whose handshake is done, in no namespace. */
    private Http.Frames connect() throws Exception {
        Http.Frames frames = new Http(server, "/socket.io/").webSocket(WEBSOCKET);
        assertThat(frames.next()).startsWith("0{");
        return frames;
    }

    private Http.Frames started() throws Exception {
        return start(builder -> builder);
    }

    private String next() throws InterruptedException {
        String line = told.poll(30, TimeUnit.SECONDS);
        assertThat(line).as("something told").isNotNull();
        return line;
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void eventsAreTyped() throws Exception {
        Http.Frames frames = started();
        io.onConnection(socket -> {
            socket.onError(error -> told.add("error " + error.getClass().getSimpleName()));
            socket.on("message", Message.class, (message, ack) -> ack.send(message.number() + 1, new Message("re", 2)));
        });
        frames.send("40");
        assertThat(frames.next()).startsWith("40{\"sid\":\"");
        frames.send("427[\"message\",{\"text\":\"a\",\"number\":1,\"more\":true}]");
        assertThat(frames.next()).isEqualTo("437[2,{\"text\":\"re\",\"number\":2}]");
        for (String unfit : List.of(
                "[\"message\"]", "[\"message\",null]", "[\"message\",[1]]", "[\"message\",{\"number\":\"x\"}]")) {
            frames.send("42" + unfit);
            assertThat(next()).isEqualTo("error IllegalArgumentException");
        }
        frames.send("428[\"message\",{\"text\":\"a\",\"number\":5}]");
        assertThat(frames.next()).as("the connection goes on").startsWith("438[6,");
    }

    @Test
    void aListenerThatThrowsCostsNobodyTheConnection() throws Exception {
        Http.Frames frames = started();
        io.onConnection(socket -> {
            socket.onError(error -> told.add(error.getMessage()));
            socket.on("throw", args -> {
                throw new IllegalStateException("on purpose");
            });
            socket.on("ask", (args, ack) -> ack.send("fine"));
        });
        frames.send("40");
        frames.next();
        frames.send("42[\"throw\"]");
        assertThat(next()).isEqualTo("on purpose");
        frames.send("421[\"ask\"]");
        assertThat(frames.next()).isEqualTo("431[\"fine\"]");
    }

    @Test
    void aConnectionWithoutNamespaceEnds() throws Exception {
        Http.Frames frames = start(builder -> builder.connectTimeout(Duration.ofMillis(100)));
        assertThat(frames.next()).isEqualTo("end 1000");
    }

    @Test
    void eventsBeforeConnectingEndTheConnection() throws Exception {
        Http.Frames frames = started();
        frames.send("42[\"early\"]");
        assertThat(frames.next()).isEqualTo("end 1000");
        Http.Frames late = connect();
        late.send("40");
        assertThat(late.next()).startsWith("40{");
        late.send("41");
        late.send("42[\"late\"]");
        assertThat(late.next()).isEqualTo("end 1000");
    }

    @Test
    void theNumberOfNamespacesOfAClientIsBounded() throws Exception {
        Http.Frames frames = start(builder -> builder.maxNamespacesPerClient(2).cleanupEmptyChildNamespaces(true));
        io.of(Pattern.compile("^/n\\d+$"));
        frames.send("40/n1,");
        assertThat(frames.next()).startsWith("40/n1,{");
        frames.send("40/n2,");
        assertThat(frames.next()).startsWith("40/n2,{");
        assertThat(io.namespaces()).extracting(Namespace::name).containsExactlyInAnyOrder("/", "/n1", "/n2");
        io.of("/n1").onConnection(socket -> {});
        io.of("/n2").sockets().values().forEach(socket -> socket.onDisconnect(reason -> told.add("gone " + reason)));
        frames.send("40/n3,");
        assertThat(frames.next()).isEqualTo("end 1000");
        assertThat(next()).isEqualTo("gone forced close");
        assertThat(io.namespaces())
                .as("empty ones have ended")
                .extracting(Namespace::name)
                .containsExactly("/");
    }

    @Test
    void theNumberOfRoomsOfAClientIsBounded() throws Exception {
        Http.Frames frames = start(builder -> builder.maxRoomsPerSocket(3));
        BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();
        io.onConnection(sockets::add);
        frames.send("40");
        Socket socket = sockets.poll(30, TimeUnit.SECONDS);
        assertThat(socket).isNotNull();
        socket.join("a", "b");
        assertThatThrownBy(() -> socket.join("c")).hasMessageContaining("maxRoomsPerSocket");
        assertThat(socket.rooms()).containsExactlyInAnyOrder(socket.id(), "a", "b");
        socket.leave("a");
        socket.join("c");
        assertThat(io.sockets().adapter().rooms()).containsExactlyInAnyOrder(socket.id(), "b", "c");
    }

    @Test
    void acknowledgementsThatNobodyGivesAreBoundedAndEndWithTheClient() throws Exception {
        Http.Frames frames = start(builder -> builder.maxPendingAcks(1));
        BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();
        io.onConnection(sockets::add);
        frames.send("40");
        Socket socket = sockets.poll(30, TimeUnit.SECONDS);
        assertThat(socket).isNotNull();
        var first = socket.emitWithAck("question", String.class).toCompletableFuture();
        assertThat(socket.emitWithAck("question", String.class).toCompletableFuture())
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withMessageContaining("maxPendingAcks");
        assertThat(first).isNotDone();
        frames.close();
        assertThat(first)
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withMessageContaining("socket has been disconnected");
    }

    @Test
    void aQuestionToManyEndsWithTheServerAndHasTheAnswersThatHaveCome() throws Exception {
        Http.Frames silent = started();
        silent.send("40");
        assertThat(silent.next()).startsWith("40{");
        Http.Frames ann = connect();
        io.onConnection(socket -> socket.on("after", (args, ack) -> ack.send()));
        ann.send("40");
        assertThat(ann.next()).startsWith("40{");
        var answers = io.timeout(Duration.ofHours(1))
                .emitWithAck("question", String.class)
                .toCompletableFuture();
        assertThat(ann.next()).isEqualTo("420[\"question\"]");
        ann.send("430[\"fine\"]");
        ann.send("421[\"after\"]");
        assertThat(ann.next()).isEqualTo("431[]");
        assertThat(answers).isNotDone();
        io.close();
        assertThat(answers).isCompletedExceptionally();
        AckException error =
                (AckException) answers.handle((all, failure) -> failure).join();
        assertThat(error).hasMessage("the server has been closed");
        assertThat(error.responses()).isEqualTo(List.of("fine"));
        assertThat(io.emitWithAck("too late", String.class).toCompletableFuture())
                .isCompletedExceptionally();
    }

    @Test
    void reservedEventsAreRefused() throws Exception {
        started();
        assertThatThrownBy(() -> io.emit("disconnect")).hasMessageContaining("reserved");
        assertThatThrownBy(() -> io.to("room").emit("connect_error", 1)).hasMessageContaining("reserved");
    }

    @Test
    void aServerThatStopsSaysSoToItsListeners() throws Exception {
        Http.Frames frames = started();
        io.onConnection(socket -> {
            socket.onDisconnecting(reason -> told.add("disconnecting " + reason));
            socket.onDisconnect(reason -> told.add("disconnect " + reason));
            told.add("connected");
        });
        frames.send("40");
        assertThat(next()).isEqualTo("connected");
        server.close();
        assertThat(List.of(next(), next()))
                .containsExactly("disconnecting server shutting down", "disconnect server shutting down");
        assertThat(io.sockets().sockets()).isEmpty();
        assertThat(io.sockets().adapter().rooms()).isEmpty();
    }
}
