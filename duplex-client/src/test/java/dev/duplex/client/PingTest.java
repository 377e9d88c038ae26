package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.core.Limits;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pings of the program, and what answers them. */
class PingTest {
    private final Recorder recorder = new Recorder();
    private RawServer server;
    private WebSocket socket;

    /** What a server does with each ping that it gets. */
    private interface OnPing {
        void got(Socket socket, PeerFrame ping) throws Exception;
    }

    private void open(Limits limits, OnPing onPing) throws Exception {
        server = new RawServer((connection, request) -> {
            RawServer.write(connection, RawServer.switching(request));
            while (true) {
                PeerFrame frame = PeerFrame.read(connection);
                if (frame.opcode() == PeerFrame.PING) {
                    onPing.got(connection, frame);
                } else {
                    PeerFrame.write(connection, frame.opcode(), frame.payload());
                }
            }
        });
        socket = new WebSocket(
                server.url(), WebSocketOptions.builder().limits(limits).build(), recorder.handlers());
        assertThat(recorder.next()).isEqualTo("open");
    }

    private void open(OnPing onPing) throws Exception {
        open(WebSocketOptions.DEFAULT_LIMITS, onPing);
    }

    @AfterEach
    void close() throws Exception {
        if (socket != null) {
            socket.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private static void answer(Socket connection, PeerFrame ping) throws IOException {
        PeerFrame.write(connection, PeerFrame.PONG, ping.payload());
    }

    private static Duration time(CompletionStage<Duration> answer) throws Exception {
        return answer.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static Throwable failure(CompletionStage<Duration> answer) {
        try {
            throw new AssertionError("the answer came after " + time(answer));
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anAnsweredPingTellsItsRoundTripTime() throws Exception {
        open(PingTest::answer);
        assertThat(socket.roundTripTime()).isEmpty();
        Duration time = time(socket.ping());
        assertThat(time).isPositive();
        assertThat(socket.roundTripTime()).contains(time);
    }

    @Test
    void thePayloadGoesOutAsItIs() throws Exception {
        BlockingQueue<String> pings = new LinkedBlockingQueue<>();
        open((connection, ping) -> {
            pings.add(ping.text());
            answer(connection, ping);
        });
        assertThat(time(socket.ping("are you there?".getBytes()))).isPositive();
        assertThat(time(socket.ping(new byte[125]))).isPositive();
        assertThat(time(socket.ping(new byte[0]))).isPositive();
        assertThat(pings).containsExactly("are you there?", "\0".repeat(125), "");
    }

    @Test
    void twoPingsDifferSoThatTheAnswersCanBeToldApart() throws Exception {
        BlockingQueue<String> pings = new LinkedBlockingQueue<>();
        open((connection, ping) -> {
            pings.add(ping.text());
            answer(connection, ping);
        });
        time(socket.ping());
        time(socket.ping());
        assertThat(pings).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void anAnswerToTheLatestPingAnswersThoseBeforeIt() throws Exception {
        List<PeerFrame> pings = new ArrayList<>();
        open((connection, ping) -> {
            pings.add(ping);
            if (pings.size() == 3) {
                answer(connection, ping);
            }
        });
        CompletionStage<Duration> first = socket.ping();
        CompletionStage<Duration> second = socket.ping();
        Duration last = time(socket.ping());
        assertThat(time(first)).isGreaterThanOrEqualTo(time(second));
        assertThat(time(second)).isGreaterThanOrEqualTo(last);
        assertThat(socket.roundTripTime()).contains(last);
    }

    @Test
    void aPongThatNobodyAskedForAnswersNothing() throws Exception {
        open((connection, ping) -> {
            PeerFrame.write(connection, PeerFrame.PONG, "unasked".getBytes());
            PeerFrame.write(connection, PeerFrame.PONG);
            PeerFrame.writeText(connection, "after both pongs");
        });
        CompletableFuture<Duration> answer = socket.ping().toCompletableFuture();
        assertThat(recorder.next()).isEqualTo("after both pongs");
        assertThat(answer).isNotDone();
        assertThat(socket.roundTripTime()).isEmpty();
    }

    @Test
    void aPingWithoutAnAnswerFailsAfterThePongTimeoutAndNamesIt() throws Exception {
        open(
                WebSocketOptions.DEFAULT_LIMITS.withKeepalive(Duration.ZERO, Duration.ofMillis(150)),
                (connection, ping) -> {});
        assertThat(failure(socket.ping()))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("no answer to the ping within 150 ms (pongTimeout)");
        assertThat(socket.readyState()).isEqualTo(WebSocket.OPEN);
    }

    @Test
    void onlySixteenPingsWaitForAnswersAtATime() throws Exception {
        open((connection, ping) -> {});
        List<CompletableFuture<Duration>> waiting = new ArrayList<>();
        for (int i = 0; i < Pings.MAX_UNANSWERED; i++) {
            waiting.add(socket.ping().toCompletableFuture());
        }
        assertThat(failure(socket.ping()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("16 pings have no answer yet; wait for one before you send the next");
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void noPingIsAnsweredOnceTheConnectionIsClosed() throws Exception {
        open((connection, ping) -> connection.close());
        assertThat(failure(socket.ping())).isInstanceOf(IOException.class).hasMessageContaining("closed");
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.next()).isEqualTo("close 1006");
        assertThat(failure(socket.ping())).isInstanceOf(IOException.class).hasMessageContaining("closed");
    }

    @Test
    void aSocketThatNeverOpenedIsPingedInVain() throws Exception {
        server = RawServer.answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        socket = new WebSocket(server.url(), WebSocketOptions.DEFAULT, recorder.handlers());
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.next()).isEqualTo("close 1006");
        assertThat(failure(socket.ping())).isInstanceOf(IOException.class);
    }

    @Test
    void aPingNeedsAnOpenSocket() throws Exception {
        server = new RawServer((connection, request) -> PeerFrame.read(connection));
        socket = new WebSocket(server.url());
        assertThatThrownBy(() -> socket.ping())
                .isInstanceOf(DOMException.InvalidStateError.class)
                .hasMessage("ping needs an open socket but this one is CONNECTING; wait for the open event");
    }

    @Test
    void aPayloadOf126BytesIsRefused() throws Exception {
        open(PingTest::answer);
        assertThatThrownBy(() -> socket.ping(new byte[126]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("RFC 6455 §5.5");
    }

    @Test
    void aListenerMayWaitForTheAnswer() throws Exception {
        open(PingTest::answer);
        BlockingQueue<Duration> times = new LinkedBlockingQueue<>();
        socket.onmessage(event -> times.add(socket.ping().toCompletableFuture().join()));
        socket.send("ping now");
        assertThat(times.poll(30, TimeUnit.SECONDS)).isPositive();
    }

    @Test
    void theAnswerIsToldByTheExecutorOfTheListeners() throws Exception {
        BlockingQueue<String> threads = new LinkedBlockingQueue<>();
        server = new RawServer((connection, request) -> {
            RawServer.write(connection, RawServer.switching(request));
            answer(connection, PeerFrame.read(connection));
        });
        socket = new WebSocket(
                server.url(),
                WebSocketOptions.builder()
                        .executor(task -> new Thread(task, "of the program").start())
                        .build(),
                recorder.handlers());
        assertThat(recorder.next()).isEqualTo("open");
        CompletableFuture<Void> told = socket.ping()
                .thenAccept(time -> threads.add(Thread.currentThread().getName()))
                .toCompletableFuture();
        told.get(30, TimeUnit.SECONDS);
        assertThat(threads).hasSize(1);
        // Only if the answer was there before its dependent was added, it ran right here.
        assertThat(threads.poll()).isIn("of the program", Thread.currentThread().getName());
    }
}
