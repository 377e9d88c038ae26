package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.client.ReconnectingWebSocket.Attempt;
import dev.duplex.client.ReconnectingWebSocket.Overflow;
import dev.duplex.client.ReconnectingWebSocket.State;
import dev.duplex.client.ReconnectingWebSocket.Stop;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.SendResult;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections that are lost and made again, by a clock of this test and with a server that does as it is told. */
class ReconnectingWebSocketTest {
    private static final Duration OPTIONS_TIMEOUT = Duration.ofSeconds(77);
    private static final long PATIENCE_SECONDS = 30;

    /** What a connection does: an answer to the request, or frames after a 101. */
    private interface Script {
        void serve(Socket socket, String request) throws Exception;
    }

    private record Timer(Duration delay, Runnable task, AtomicBoolean off) {}

    private static final class ManualTimers implements Timers {
        final BlockingQueue<Timer> set = new LinkedBlockingQueue<>();
        final AtomicLong nanos = new AtomicLong();

        @Override
        public long nanoTime() {
            return nanos.get();
        }

        @Override
        public Instant wallClock() {
            return Instant.parse("2026-11-21T08:00:00Z");
        }

        @Override
        public Runnable after(Duration delay, Runnable task) {
            AtomicBoolean off = new AtomicBoolean();
            set.add(new Timer(delay, task, off));
            return () -> off.set(true);
        }
    }

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> atServer = new LinkedBlockingQueue<>();
    private final BlockingQueue<Script> scripts = new LinkedBlockingQueue<>();
    private final ManualTimers timers = new ManualTimers();
    private final CountDownLatch tested = new CountDownLatch(1);
    private volatile Disconnection last;
    private volatile WebSocket opened;
    private RawServer server;
    private ReconnectingWebSocket socket;

    private class Notes implements ReconnectingWebSocket.Listener {
        @Override
        public void onConnecting(int attempt) {
            told.add("connecting " + attempt);
        }

        @Override
        public void onOpen(WebSocket open, int attempt) {
            opened = open;
            told.add("open " + attempt);
        }

        @Override
        public void onMessage(MessageEvent event) {
            told.add("message " + event.data());
        }

        @Override
        public void onWaiting(Duration delay, Disconnection why) {
            last = why;
            told.add("waiting after " + why.kind());
        }

        @Override
        public void onDropped(Object data) {
            told.add("dropped " + data);
        }

        @Override
        public void onClosed(Stop why, Disconnection with) {
            last = with;
            told.add("closed " + why + " after " + with.kind());
        }
    }

    private ReconnectingWebSocket.Builder builder() throws IOException {
        server = new RawServer((connection, request) -> {
            scripts.take().serve(connection, request);
            connection.close();
        });
        return ReconnectingWebSocket.builder(server.url() + "feed?token=secret")
                .optionsTimeout(OPTIONS_TIMEOUT)
                .with(timers, new Random(1))
                .listener(new Notes());
    }

    /** Accepts, and notes what comes until the client goes. */
    private void echoes(Socket connection, String request) throws Exception {
        RawServer.write(connection, RawServer.switching(request));
        while (true) {
            PeerFrame frame = PeerFrame.read(connection);
            if (frame.opcode() == PeerFrame.CLOSE) {
                atServer.add("close " + closeOf(frame));
                PeerFrame.write(connection, PeerFrame.CLOSE, frame.payload());
                return;
            }
            atServer.add(frame.text());
            if (frame.text().equals("drop me")) {
                return;
            }
            if (frame.text().startsWith("close me ")) {
                int code = Integer.parseInt(frame.text().substring(9));
                PeerFrame.write(connection, PeerFrame.CLOSE, (byte) (code >> 8), (byte) code);
            } else {
                PeerFrame.write(connection, frame.opcode(), frame.payload());
            }
        }
    }

    private static String closeOf(PeerFrame frame) {
        byte[] payload = frame.payload();
        return payload.length < 2
                ? "without a code"
                : ((payload[0] & 0xFF) << 8 | payload[1] & 0xFF) + frame.text().substring(2);
    }

    private static Script answers(String response) {
        return (connection, request) -> RawServer.write(connection, response);
    }

    private static String refusal(String statusLine, String... fields) {
        StringBuilder response = new StringBuilder("HTTP/1.1 " + statusLine + "\r\nContent-Length: 0\r\n");
        for (String field : fields) {
            response.append(field).append("\r\n");
        }
        return response.append("\r\n").toString();
    }

    @AfterEach
    void stop() throws Exception {
        tested.countDown();
        if (socket != null) {
            socket.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private void expect(String... events) throws InterruptedException {
        for (String event : events) {
            assertThat(told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(event);
        }
    }

    private void expectAtServer(String... messages) throws InterruptedException {
        for (String message : messages) {
            assertThat(atServer.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(message);
        }
    }

    /** The timer of the next attempt, once it is set. */
    private Timer retry() throws InterruptedException {
        Timer timer;
        do {
            timer = timers.set.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(timer).isNotNull();
        } while (timer.delay().equals(OPTIONS_TIMEOUT));
        return timer;
    }

    private void passTime() throws InterruptedException {
        retry().task().run();
    }

    // ------------------------------------------------------------------------------------------------------
    // connections

    @Test
    void aLostConnectionIsMadeAgain() throws Exception {
        scripts.add(this::echoes);
        scripts.add(this::echoes);
        socket = builder().start();
        expect("connecting 1", "open 1");
        assertThat(socket.send("drop me")).isEqualTo(SendResult.SENT);
        expect("waiting after END_OF_STREAM");
        Timer retry = retry();
        assertThat(socket.state()).isEqualTo(State.WAITING);
        assertThat(socket.socket()).isEmpty();
        retry.task().run();
        // The first connection was not stable, so this is the second attempt.
        expect("connecting 2", "open 2");
        assertThat(socket.state()).isEqualTo(State.OPEN);
        assertThat(socket.socket()).contains(opened);
        assertThat(socket.send("hello")).isEqualTo(SendResult.SENT);
        expect("message hello");
    }

    @Test
    void attemptsCountFromTheLastStableConnection() throws Exception {
        scripts.add(answers(refusal("503 Service Unavailable")));
        scripts.add(this::echoes);
        scripts.add(this::echoes);
        socket = builder().stableAfter(Duration.ofSeconds(10)).start();
        expect("connecting 1", "waiting after REFUSED");
        passTime();
        expect("connecting 2", "open 2");
        timers.nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
        socket.send("drop me");
        expect("waiting after END_OF_STREAM");
        passTime();
        expect("connecting 1", "open 1");
    }

    @Test
    void theDelayThatIsToldIsTheDelayThatIsWaited() throws Exception {
        BlockingQueue<Duration> delays = new LinkedBlockingQueue<>();
        scripts.add(answers(refusal("503 Service Unavailable", "Retry-After: 20")));
        socket = builder()
                .listener(new Notes() {
                    @Override
                    public void onWaiting(Duration delay, Disconnection why) {
                        delays.add(delay);
                    }
                })
                .start();
        Duration delay = retry().delay();
        assertThat(delay).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(22));
        assertThat(delays.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(delay);
    }

    @Test
    void aConnectionThatCannotBeMadeIsTriedAgain() throws Exception {
        ReconnectingWebSocket.Builder builder = builder();
        server.close();
        socket = builder.start();
        expect("connecting 1", "waiting after NOT_CONNECTED");
        passTime();
        expect("connecting 2", "waiting after NOT_CONNECTED");
        assertThat(last.code()).isEqualTo(1006);
        assertThat(last.cause()).contains("connection refused");
    }

    // ----------------------------------------------------------------------------------------------------------
    // options

    @Test
    void aTokenThatHasExpiredIsReplacedForTheNextAttempt() throws Exception {
        BlockingQueue<Attempt> attempts = new LinkedBlockingQueue<>();
        scripts.add((connection, request) -> {
            assertThat(request).contains("Authorization: Bearer token1\r\n");
            RawServer.write(connection, refusal("401 Unauthorized"));
        });
        scripts.add((connection, request) -> {
            atServer.add(request);
            echoes(connection, request);
        });
        socket = builder()
                .options(attempt -> {
                    attempts.add(attempt);
                    return CompletableFuture.supplyAsync(() -> WebSocketOptions.builder()
                            .bearer("token" + attempt.number())
                            .build());
                })
                .start();
        expect("connecting 1", "waiting after REFUSED");
        passTime();
        expect("connecting 2", "open 2");
        assertThat(atServer.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).contains("Authorization: Bearer token2\r\n");
        assertThat(attempts.remove().previous()).isEmpty();
        assertThat(attempts.remove()
                        .previous()
                        .orElseThrow()
                        .response()
                        .orElseThrow()
                        .status())
                .isEqualTo(401);
    }

    @Test
    void optionsThatCannotBeMadeAreAFailedAttempt() throws Exception {
        scripts.add(this::echoes);
        AtomicInteger calls = new AtomicInteger();
        socket = builder()
                .options(attempt -> switch (calls.incrementAndGet()) {
                    case 1 -> throw new IllegalStateException("no token");
                    case 2 -> CompletableFuture.failedFuture(new IOException("the token server is down"));
                    case 3 -> CompletableFuture.completedFuture(null);
                    case 4 -> null;
                    default -> CompletableFuture.completedFuture(WebSocketOptions.DEFAULT);
                })
                .start();
        expect("connecting 1", "waiting after FAILED");
        assertThat(last.cause()).isEqualTo("no options for the connection: java.lang.IllegalStateException: no token");
        passTime();
        expect("connecting 2", "waiting after FAILED");
        assertThat(last.cause()).endsWith("java.io.IOException: the token server is down");
        passTime();
        expect("connecting 3", "waiting after FAILED");
        assertThat(last.cause()).endsWith("they are null");
        passTime();
        expect("connecting 4", "waiting after FAILED");
        assertThat(last.cause()).endsWith("there is no stage");
        passTime();
        expect("connecting 5", "open 5");
    }

    @Test
    void optionsHaveTheirTime() throws Exception {
        scripts.add(this::echoes);
        CompletableFuture<WebSocketOptions> late = new CompletableFuture<>();
        AtomicInteger calls = new AtomicInteger();
        socket = builder()
                .options(attempt -> calls.incrementAndGet() == 1
                        ? late
                        : CompletableFuture.completedFuture(WebSocketOptions.DEFAULT))
                .start();
        expect("connecting 1");
        timers.set.poll(PATIENCE_SECONDS, TimeUnit.SECONDS).task().run();
        expect("waiting after FAILED");
        assertThat(last.cause())
                .isEqualTo("no options for the connection: they were not there within 77000 ms (optionsTimeout)");
        late.complete(WebSocketOptions.DEFAULT);
        passTime();
        expect("connecting 2", "open 2");
        assertThat(told).isEmpty();
    }

    // ---------------------------------------------------------------------------------------------------------
    // messages

    @Test
    void withoutABufferNothingIsTakenWhileThereIsNoConnection() throws Exception {
        scripts.add((connection, request) -> tested.await());
        socket = builder().start();
        expect("connecting 1");
        assertThat(socket.send("lost")).isEqualTo(SendResult.DROPPED);
    }

    @Test
    void theListenerMaySendOnOpenThoughNothingMayWait() throws Exception {
        scripts.add(this::echoes);
        CompletableFuture<ReconnectingWebSocket> started = new CompletableFuture<>();
        CompletableFuture<SendResult> result = new CompletableFuture<>();
        socket = builder()
                .listener(new Notes() {
                    @Override
                    public void onOpen(WebSocket open, int attempt) {
                        result.complete(started.join().send("right away"));
                    }
                })
                .start();
        started.complete(socket);
        expectAtServer("right away");
        assertThat(result.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(SendResult.SENT);
    }

    @Test
    void whatWaitsFollowsWhatTheListenerSendsOnOpen() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        scripts.add((connection, request) -> {
            go.await();
            echoes(connection, request);
        });
        socket = builder()
                .buffer(10, 1000, Overflow.DROP_NEWEST)
                .listener(new Notes() {
                    @Override
                    public void onOpen(WebSocket open, int attempt) {
                        assertThat(socket.send("third")).isEqualTo(SendResult.QUEUED);
                        open.send("hello first");
                    }
                })
                .start();
        expect("connecting 1");
        assertThat(socket.send("first")).isEqualTo(SendResult.QUEUED);
        assertThat(socket.send("second".getBytes())).isEqualTo(SendResult.QUEUED);
        go.countDown();
        expectAtServer("hello first", "first", "second", "third");
    }

    @Test
    void aMessageThatWasGivenToALostConnectionIsNotSentAgain() throws Exception {
        scripts.add((connection, request) -> {
            RawServer.write(connection, RawServer.switching(request));
            PeerFrame.read(connection);
        });
        scripts.add(this::echoes);
        socket = builder().buffer(10, 1000, Overflow.DROP_NEWEST).start();
        expect("connecting 1", "open 1");
        assertThat(socket.send("on its way")).isEqualTo(SendResult.SENT);
        told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(socket.send("waits")).isEqualTo(SendResult.QUEUED);
        passTime();
        expect("connecting 2", "open 2", "message waits");
        expectAtServer("waits");
    }

    @Test
    void whatTheBufferDropsForNewerMessagesIsTold() throws Exception {
        scripts.add((connection, request) -> tested.await());
        socket = builder().buffer(2, 1000, Overflow.DROP_OLDEST).start();
        expect("connecting 1");
        assertThat(socket.send("a")).isEqualTo(SendResult.QUEUED);
        assertThat(socket.send("b")).isEqualTo(SendResult.QUEUED);
        assertThat(socket.send("c")).isEqualTo(SendResult.QUEUED);
        expect("dropped a");
    }

    @Test
    void whatStillWaitsAtTheEndIsTold() throws Exception {
        scripts.add((connection, request) -> tested.await());
        socket = builder().buffer(2, 1000, Overflow.DROP_NEWEST).start();
        expect("connecting 1");
        socket.send("a");
        socket.send("b");
        assertThat(socket.send("c")).isEqualTo(SendResult.DROPPED);
        socket.close();
        assertThat(socket.send("d")).isEqualTo(SendResult.CLOSED);
        expect("dropped a", "dropped b", "closed CLOSED after TERMINATED");
        assertThat(told).isEmpty();
    }

    // ---------------------------------------------------------------------------------------------------------- the
    // end

    @Test
    void aTerminalCloseCodeEndsIt() throws Exception {
        scripts.add(this::echoes);
        socket = builder().start();
        expect("connecting 1", "open 1");
        socket.send("close me 1008");
        expect("closed TERMINAL after CLOSED_BY_PEER");
        assertThat(last.code()).isEqualTo(1008);
        assertThat(last.cause())
                .isEqualTo("closed by the peer; the close code 1008 says not to try again (terminalCloseCodes)");
        assertThat(socket.state()).isEqualTo(State.CLOSED);
        assertThat(socket.send("too late")).isEqualTo(SendResult.CLOSED);
    }

    @Test
    void aTerminalStatusEndsIt() throws Exception {
        scripts.add(answers(refusal("404 Not Found")));
        socket = builder().start();
        expect("connecting 1", "closed TERMINAL after REFUSED");
        assertThat(last.response().orElseThrow().status()).isEqualTo(404);
    }

    @Test
    void theLimitOfAttemptsEndsIt() throws Exception {
        scripts.add(answers(refusal("500 Internal Server Error")));
        scripts.add(answers(refusal("500 Internal Server Error")));
        socket = builder().maxAttempts(2).start();
        expect("connecting 1", "waiting after REFUSED");
        passTime();
        expect("connecting 2", "closed ATTEMPTS after REFUSED");
    }

    @Test
    void closingAnOpenConnectionTellsTheServerAndEndsIt() throws Exception {
        scripts.add(this::echoes);
        socket = builder().start();
        expect("connecting 1", "open 1");
        socket.close(4001, "done");
        expectAtServer("close 4001done");
        expect("closed CLOSED after CLOSED_BY_US");
        assertThat(last.code()).isEqualTo(4001);
    }

    @Test
    void closingWhileItWaitsCallsTheNextAttemptOff() throws Exception {
        scripts.add(answers(refusal("500 Internal Server Error")));
        socket = builder().start();
        expect("connecting 1", "waiting after REFUSED");
        Timer retry = retry();
        socket.close();
        expect("closed CLOSED after REFUSED");
        assertThat(retry.off()).isTrue();
        retry.task().run();
        assertThat(socket.state()).isEqualTo(State.CLOSED);
        assertThat(told).isEmpty();
    }

    @Test
    void closingWhileOptionsAreMadeEndsIt() throws Exception {
        CompletableFuture<WebSocketOptions> never = new CompletableFuture<>();
        socket = builder().options(attempt -> never).start();
        expect("connecting 1");
        socket.close();
        expect("closed CLOSED after TERMINATED");
        assertThat(last.cause()).isEqualTo("closed by this program before there was a connection");
        never.complete(WebSocketOptions.DEFAULT);
        assertThat(socket.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void closingWhileItConnectsEndsIt() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        scripts.add((connection, request) -> {
            asked.countDown();
            tested.await();
        });
        socket = builder().start();
        assertThat(asked.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        socket.close();
        expect("connecting 1", "closed CLOSED after TERMINATED");
    }

    @Test
    void theListenerMayCloseItInAnyOfItsCalls() throws Exception {
        for (String when : new String[] {"connecting", "open", "waiting"}) {
            scripts.clear();
            scripts.add(when.equals("waiting") ? answers(refusal("500 Internal Server Error")) : this::echoes);
            BlockingQueue<Stop> ended = new LinkedBlockingQueue<>();
            CompletableFuture<ReconnectingWebSocket> started = new CompletableFuture<>();
            started.complete(builder()
                    .listener(new ReconnectingWebSocket.Listener() {
                        @Override
                        public void onConnecting(int attempt) {
                            closeIf("connecting");
                        }

                        @Override
                        public void onOpen(WebSocket open, int attempt) {
                            closeIf("open");
                        }

                        @Override
                        public void onWaiting(Duration delay, Disconnection why) {
                            closeIf("waiting");
                        }

                        @Override
                        public void onClosed(Stop why, Disconnection with) {
                            ended.add(why);
                        }

                        private void closeIf(String call) {
                            if (call.equals(when)) {
                                started.join().close();
                            }
                        }
                    })
                    .start());
            assertThat(ended.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).as(when).isEqualTo(Stop.CLOSED);
            server.close();
        }
    }

    @Test
    void closingTheWebSocketItselfEndsItToo() throws Exception {
        scripts.add(this::echoes);
        socket = builder().start();
        expect("connecting 1", "open 1");
        opened.close(1000);
        expect("closed CLOSED after CLOSED_BY_US");
    }

    @Test
    void closeChecksWhatItIsGiven() throws Exception {
        scripts.add(this::echoes);
        socket = builder().start();
        assertThatThrownBy(() -> socket.close(1001, "")).isInstanceOf(DOMException.InvalidAccessError.class);
        assertThatThrownBy(() -> socket.close(1000, "x".repeat(124))).isInstanceOf(DOMException.SyntaxError.class);
        expect("connecting 1", "open 1");
    }

    // ---------------------------------------------------------------------------------------------------------
    // mistakes

    @Test
    void aUrlThatIsNoneIsRefusedAtOnce() {
        assertThatThrownBy(
                        () -> ReconnectingWebSocket.builder("ftp://example.com").start())
                .isInstanceOf(DOMException.SyntaxError.class);
    }

    @Test
    void aUrlThatIsNoneWithTheOptionsOfAnAttemptEndsIt() throws Exception {
        socket = ReconnectingWebSocket.builder("relative")
                .options(attempt -> CompletableFuture.completedFuture(WebSocketOptions.DEFAULT))
                .listener(new Notes())
                .start();
        expect("connecting 1", "closed TERMINAL after FAILED");
        assertThat(last.cause()).contains("relative");
    }

    @Test
    void boundsThatMakeNoSenseAreRefused() {
        ReconnectingWebSocket.Builder builder = ReconnectingWebSocket.builder("ws://localhost/");
        assertThatThrownBy(() -> builder.backoff(Duration.ZERO, Duration.ofSeconds(1)))
                .hasMessage("base must be longer than zero but was PT0S");
        assertThatThrownBy(() -> builder.backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .hasMessage("the cap must be at least the base, PT2S, but was PT1S");
        assertThatThrownBy(() -> builder.maxAttempts(-1)).hasMessage("maxAttempts must not be negative but was -1");
        assertThatThrownBy(() -> builder.giveUpAfter(Duration.ofSeconds(-1)))
                .hasMessage("giveUpAfter must not be negative but was PT-1S");
        assertThatThrownBy(() -> builder.stableAfter(Duration.ofSeconds(-1)))
                .hasMessage("stableAfter must not be negative but was PT-1S");
        assertThatThrownBy(() -> builder.maxRetryAfter(Duration.ofSeconds(-1)))
                .hasMessage("maxRetryAfter must not be negative but was PT-1S");
        assertThatThrownBy(() -> builder.optionsTimeout(Duration.ZERO))
                .hasMessage("optionsTimeout must be longer than zero but was PT0S");
        assertThatThrownBy(() -> builder.buffer(-1, 0, Overflow.DROP_NEWEST))
                .hasMessage("the bounds of the buffer must not be negative but were -1 and 0");
    }

    @Test
    void aListenerThatThrowsDisturbsNothing() throws Exception {
        scripts.add(this::echoes);
        scripts.add(this::echoes);
        socket = builder()
                .listener(new Notes() {
                    @Override
                    public void onConnecting(int attempt) {
                        throw new IllegalStateException("on purpose");
                    }

                    @Override
                    public void onOpen(WebSocket open, int attempt) {
                        super.onOpen(open, attempt);
                        throw new IllegalStateException("on purpose");
                    }

                    @Override
                    public void onWaiting(Duration delay, Disconnection why) {
                        throw new IllegalStateException("on purpose");
                    }
                })
                .start();
        expect("open 1");
        opened.send("drop me");
        passTime();
        expect("open 2");
    }

    @Test
    void theListenerIsCalledOneCallAtATime() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicBoolean overlapped = new AtomicBoolean();
        for (int i = 0; i < 20; i++) {
            scripts.add(this::echoes);
        }
        class Careful extends Notes {
            private void alone(Runnable call) {
                overlapped.compareAndSet(false, inside.incrementAndGet() != 1);
                Thread.yield();
                call.run();
                inside.decrementAndGet();
            }

            @Override
            public void onConnecting(int attempt) {
                alone(() -> super.onConnecting(attempt));
            }

            @Override
            public void onOpen(WebSocket open, int attempt) {
                alone(() -> super.onOpen(open, attempt));
            }

            @Override
            public void onWaiting(Duration delay, Disconnection why) {
                alone(() -> super.onWaiting(delay, why));
            }

            @Override
            public void onDropped(Object data) {
                alone(() -> {});
            }

            @Override
            public void onMessage(MessageEvent event) {
                alone(() -> {});
            }
        }
        socket = builder()
                .buffer(1, 1000, Overflow.DROP_OLDEST)
                .listener(new Careful())
                .start();
        for (int i = 1; i <= 20; i++) {
            expect("connecting " + i, "open " + i);
            for (int j = 0; j < 5; j++) {
                socket.send("message");
            }
            opened.send("drop me");
            for (int j = 0; j < 5; j++) {
                socket.send("message");
            }
            assertThat(told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).startsWith("waiting after ");
            socket.send("waits");
            socket.send("drops it");
            passTime();
        }
        assertThat(overlapped).isFalse();
    }

    @Test
    void anExecutorThatTakesNoMoreTasksEndsIt() throws Exception {
        scripts.add(this::echoes);
        AtomicBoolean shut = new AtomicBoolean();
        socket = builder()
                .executor(task -> {
                    if (shut.get()) {
                        throw new RejectedExecutionException("shut down");
                    }
                    new Thread(task).start();
                })
                .start();
        expect("connecting 1", "open 1");
        shut.set(true);
        String event;
        do {
            opened.send("echo");
            event = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } while ("message echo".equals(event)); // a thread was still there to run it, and took no new one
        assertThat(event).isEqualTo("closed CLOSED after CLOSED_BY_US");
    }

    @Test
    void itsNameTellsNoSecrets() throws Exception {
        scripts.add(this::echoes);
        socket = builder().start();
        expect("connecting 1", "open 1");
        assertThat(socket).hasToString("reconnecting WebSocket to " + server.url() + "feed in state OPEN");
    }

    @Test
    void byItselfItMeasuresRealTime() throws Exception {
        scripts.add(answers(refusal("500 Internal Server Error")));
        scripts.add(this::echoes);
        server = new RawServer((connection, request) -> {
            scripts.take().serve(connection, request);
            connection.close();
        });
        socket = ReconnectingWebSocket.builder(server.url())
                .backoff(Duration.ofMillis(1), Duration.ofMillis(20))
                .listener(new Notes())
                .start();
        expect("connecting 1", "waiting after REFUSED", "connecting 2", "open 2");
        assertThat(last.kind()).isEqualTo(CloseKind.REFUSED);
        socket.send("hello");
        expect("message hello");
    }
}
