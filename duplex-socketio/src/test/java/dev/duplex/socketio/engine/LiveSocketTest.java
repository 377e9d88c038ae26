package dev.duplex.socketio.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.transport.SendResult;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The test is the event loop, and the executor where there is one: each does its next step when the test says so. */
class LiveSocketTest {
    private static final String POLLING = "/engine.io/?EIO=4&transport=polling";
    private static final String WEBSOCKET = "/engine.io/?EIO=4&transport=websocket";

    /** More than may wait for the handler. */
    private static final int MANY = 300;

    private final Queue<Runnable> executor = new ArrayDeque<>();
    private final List<String> told = new ArrayList<>();

    /** What the WebSocket was told about reading. */
    private final BlockingQueue<String> reading = new LinkedBlockingQueue<>();

    private final ConcurrentMap<String, Object> attributes = new ConcurrentHashMap<>();
    private Runnable whilePausing = () -> {};

    private final Session webSocket = (Session) Proxy.newProxyInstance(
            Session.class.getClassLoader(), new Class<?>[] {Session.class}, (proxy, method, arguments) -> {
                switch (method.getName()) {
                    case "attributes" -> {
                        return attributes;
                    }
                    case "send" -> {
                        return SendResult.SENT;
                    }
                    case "pause" -> {
                        reading.add("pause");
                        whilePausing.run();
                    }
                    case "resume" -> reading.add("resume");
                    default -> assertThat(method.getName()).isEqualTo("close");
                }
                return null;
            });

    private record Text(String text) implements Message {
        @Override
        public boolean isText() {
            return true;
        }

        @Override
        public boolean isLast() {
            return true;
        }

        @Override
        public int size() {
            return text.length();
        }

        @Override
        public byte[] bytes() {
            return text.getBytes(UTF_8);
        }

        @Override
        public ByteBuffer buffer() {
            return ByteBuffer.wrap(bytes());
        }
    }

    private final class Handler implements EngineHandler {
        @Override
        public void onMessage(EngineSocket socket, String text) {
            told.add(text);
        }

        @Override
        public void onClose(EngineSocket socket, CloseReason reason, String description) {
            told.add("close " + reason + ", " + description);
        }
    }

    private EngineServer engine;

    private LiveSocket create(EngineServer.Builder builder, String target) {
        engine = builder.build();
        LiveSocket socket = engine.create(HttpRequest.builder("GET", target).build());
        assertThat(socket).isNotNull();
        return socket;
    }

    private EngineServer.Builder withoutExecutor() {
        return EngineServer.builder(new Handler());
    }

    private EngineServer.Builder withExecutor() {
        return withoutExecutor().executor(executor::add);
    }

    private void runAll() {
        for (Runnable task = executor.poll(); task != null; task = executor.poll()) {
            task.run();
        }
    }

    /** Brings messages until the WebSocket is not to be read any more. */
    private void receiveUntilPaused() {
        LiveSocket.Linked linked = (LiveSocket.Linked) attributes.get(WebSocketEndpoint.LINK);
        for (int i = 0; i < MANY && reading.isEmpty(); i++) {
            linked.received(new Text("4" + i));
        }
    }

    private static CompletableFuture<HttpResponse> post(LiveSocket socket, String body) {
        HttpRequest request = HttpRequest.builder("POST", POLLING + "&sid=" + socket.id())
                .body(body.getBytes(UTF_8))
                .build();
        return socket.post(request, request.body(), false).toCompletableFuture();
    }

    @AfterEach
    void stop() {
        engine.close();
        runAll();
    }

    @Test
    void readingGoesOnWhoeverTellsTheHandler() throws Exception {
        LiveSocket socket = create(withoutExecutor(), WEBSOCKET);
        socket.open(webSocket);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        // No event loop brings this: another thread tells the handler, and what the event loop brings meanwhile, too.
        socket.execute(() -> {
            begun.countDown();
            try {
                held.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        receiveUntilPaused();
        assertThat(reading.poll()).isEqualTo("pause");
        held.countDown();
        assertThat(reading.poll(30, TimeUnit.SECONDS)).isEqualTo("resume");
    }

    @Test
    void readingGoesOnAfterActionsOfTheApplication() {
        LiveSocket socket = create(withExecutor(), WEBSOCKET);
        socket.open(webSocket);
        runAll();
        receiveUntilPaused();
        assertThat(reading).containsExactly("pause");
        for (int i = 0; i < MANY; i++) {
            socket.execute(() -> told.add("action"));
        }
        runAll();
        assertThat(told).endsWith("action");
        assertThat(reading).containsExactly("pause", "resume");
    }

    @Test
    void readingGoesOnIfTheHandlerCatchesUpWhileItStops() {
        LiveSocket socket = create(withExecutor(), WEBSOCKET);
        socket.open(webSocket);
        runAll();
        whilePausing = this::runAll;
        receiveUntilPaused();
        assertThat(executor).isEmpty();
        assertThat(reading).containsExactly("pause", "resume");
    }

    @Test
    void aPostThatBringsMuchIsAnsweredOnceTheHandlerHasBeenTold() {
        LiveSocket socket = create(withExecutor(), POLLING);
        socket.open();
        runAll();
        CompletableFuture<HttpResponse> much = post(socket, "4a\u001e".repeat(MANY) + "4b");
        assertThat(much).isNotDone();
        runAll();
        assertThat(told).hasSize(MANY + 1).endsWith("b");
        assertThat(much).isCompletedWithValueMatching(response -> response.status() == 200);
        assertThat(post(socket, "4c")).isCompletedWithValueMatching(response -> response.status() == 200);
        assertThat(socket.readyState()).isEqualTo(ReadyState.OPEN);
    }

    @Test
    void aPostBeforeTheLastOneIsAnsweredEndsTheSession() {
        LiveSocket socket = create(withExecutor(), POLLING);
        socket.open();
        runAll();
        CompletableFuture<HttpResponse> much = post(socket, "4a\u001e".repeat(MANY) + "4b");
        CompletableFuture<HttpResponse> more = post(socket, "4c");
        assertThat(more).isCompletedWithValueMatching(response -> response.status() == 400);
        assertThat(socket.readyState()).isEqualTo(ReadyState.CLOSED);
        runAll();
        assertThat(much).isCompletedWithValueMatching(response -> response.status() == 200);
        assertThat(told).hasSize(MANY + 2).endsWith("b", "close transport error, data request overlap from client");
    }
}
