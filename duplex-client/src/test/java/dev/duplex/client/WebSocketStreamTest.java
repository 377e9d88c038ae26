package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.client.WebSocketStream.CloseInfo;
import dev.duplex.client.WebSocketStream.Message;
import dev.duplex.client.WebSocketStream.OpenInfo;
import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.server.Route;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.SendResult;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketStreamTest {
    private static final long PATIENCE_SECONDS = 30;

    private static final Duration SEND_TIMEOUT = Duration.ofMillis(500);

    private final CountDownLatch tested = new CountDownLatch(1);
    private RawServer raw;
    private WebSocketServer server;
    private WebSocketStream stream;

    /** What a server does once it has accepted the opening handshake. */
    private interface Script {
        void run(Socket socket) throws Exception;
    }

    /** Notes every signal in words, and asks for nothing by itself. */
    private static class Probe implements Flow.Subscriber<Message> {
        final BlockingQueue<String> signals = new LinkedBlockingQueue<>();
        final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
        volatile Throwable failure;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            signals.add("subscribed");
            subscribed.complete(subscription);
        }

        @Override
        public void onNext(Message message) {
            signals.add(
                    message instanceof Message.Text text
                            ? text.text()
                            : ((Message.Binary) message).bytes().length + " bytes");
        }

        @Override
        public void onError(Throwable thrown) {
            failure = thrown;
            signals.add("error");
        }

        @Override
        public void onComplete() {
            signals.add("complete");
        }

        void request(long n) {
            subscribed.join().request(n);
        }

        void expect(String... expected) throws InterruptedException {
            for (String signal : expected) {
                assertThat(signals.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(signal);
            }
        }
    }

    private void serve(Script script) throws Exception {
        raw = new RawServer((connection, request) -> {
            RawServer.write(connection, RawServer.switching(request));
            script.run(connection);
            connection.getInputStream().readAllBytes();
            connection.close();
        });
    }

    private static void echo(Socket connection) throws Exception {
        while (true) {
            PeerFrame frame = PeerFrame.read(connection);
            PeerFrame.write(connection, frame.opcode(), frame.payload());
            if (frame.opcode() == PeerFrame.CLOSE) {
                connection.close();
                return;
            }
        }
    }

    private static void close(Socket connection, int code) throws Exception {
        PeerFrame.write(connection, PeerFrame.CLOSE, (byte) (code >> 8), (byte) code);
        PeerFrame frame;
        do {
            frame = PeerFrame.read(connection);
        } while (frame.opcode() != PeerFrame.CLOSE);
        connection.close();
    }

    private OpenInfo open(Script script) throws Exception {
        return open(WebSocketOptions.DEFAULT, script);
    }

    private OpenInfo open(WebSocketOptions options, Script script) throws Exception {
        serve(script);
        stream = new WebSocketStream(raw.url(), options);
        return get(stream.opened());
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static Throwable failure(CompletionStage<?> stage) throws Exception {
        try {
            throw new AssertionError("it did not fail but was " + get(stage));
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    private static DOMException.WebSocketError error(CompletionStage<?> stage) throws Exception {
        Throwable failure = failure(stage);
        assertThat(failure).isInstanceOf(DOMException.WebSocketError.class);
        return (DOMException.WebSocketError) failure;
    }

    private Probe subscribe(OpenInfo open) throws Exception {
        Probe probe = new Probe();
        open.readable().subscribe(probe);
        probe.expect("subscribed");
        return probe;
    }

    @AfterEach
    void stop() throws Exception {
        tested.countDown();
        if (stream != null) {
            stream.close();
        }
        if (raw != null) {
            raw.close();
        }
        if (server != null) {
            server.close();
        }
    }

    // ------------------------------------------------------------------------------------------------ opened and
    // closed

    @Test
    void messagesGoThereAndBack() throws Exception {
        OpenInfo open = open(WebSocketStreamTest::echo);
        Probe probe = subscribe(open);
        probe.request(10);
        get(open.writable().write("Grüße, 世界"));
        get(open.writable().write(new byte[3]));
        get(open.writable().write(new Message.Text("lone \ud800")));
        get(open.writable().write(new Message.Binary(new byte[4])));
        probe.expect("Grüße, 世界", "3 bytes", "lone \ufffd", "4 bytes");
        stream.close(4001, "done");
        assertThat(get(stream.closed())).isEqualTo(new CloseInfo(4001, "done"));
        probe.expect("complete");
        assertThat(stream.url()).isEqualTo(raw.url());
    }

    @Test
    void whatWasAgreedOnIsThereOnOpen() throws Exception {
        server = WebSocketServer.builder()
                .port(0)
                .eventLoops(1)
                .webSocket(
                        "/", Route.to(WebSocketHandler.onMessage(Session::send)).subprotocols("chat.v2", "chat.v1"))
                .start();
        stream = new WebSocketStream(
                server.uri("/").toString(),
                WebSocketOptions.builder().protocols("chat.v1", "chat.v2").build());
        OpenInfo open = get(stream.opened());
        assertThat(open.protocol()).isEqualTo("chat.v2");
        assertThat(open.extensions()).startsWith("permessage-deflate");
        stream.close();
        assertThat(get(stream.closed())).isEqualTo(new CloseInfo(1005, ""));
    }

    @Test
    void itIsOpenedBeforeItIsClosedInWhateverOrderTheExecutorRunsItsTasks() throws Exception {
        AtomicReference<Runnable> first = new AtomicReference<>();
        WebSocketOptions options = WebSocketOptions.builder()
                .executor(task -> {
                    if (!first.compareAndSet(null, task)) {
                        RawServer.start(task);
                    }
                })
                .build();
        serve(Socket::shutdownOutput);
        stream = new WebSocketStream(raw.url(), options);
        CompletableFuture<Boolean> openedFirst = new CompletableFuture<>();
        stream.closed()
                .whenComplete((info, failure) -> openedFirst.complete(
                        stream.opened().toCompletableFuture().isDone()));
        error(stream.closed());
        assertThat(get(openedFirst)).isTrue();
        assertThat(get(stream.opened()).protocol()).isEmpty();
        first.get().run();
        assertThat(get(stream.opened()).protocol()).isEmpty();
    }

    @Test
    void aRefusedHandshakeFailsBothStages() throws Exception {
        raw = RawServer.answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
        stream = new WebSocketStream(raw.url());
        DOMException.WebSocketError error = error(stream.opened());
        assertThat(error.kind()).isEqualTo(CloseKind.REFUSED);
        assertThat(error.closeCode()).isEqualTo(1006);
        assertThat(error.response().orElseThrow().body()).isEqualTo("no");
        assertThat(error).hasMessageContaining("403");
        assertThat(failure(stream.closed())).isSameAs(error);
    }

    @Test
    void aCloseOfTheServerComesBehindItsMessages() throws Exception {
        OpenInfo open = open(connection -> {
            PeerFrame.writeText(connection, "last words");
            close(connection, 4002);
        });
        Probe probe = subscribe(open);
        probe.request(1);
        probe.expect("last words", "complete");
        assertThat(get(stream.closed())).isEqualTo(new CloseInfo(4002, ""));
    }

    @Test
    void aConnectionThatIsLostFailsEverything() throws Exception {
        OpenInfo open = open(connection -> {
            PeerFrame.writeText(connection, "last words");
            connection.shutdownOutput();
        });
        Probe probe = subscribe(open);
        probe.request(1);
        probe.expect("last words", "error");
        DOMException.WebSocketError error = error(stream.closed());
        assertThat(error.kind()).isEqualTo(CloseKind.END_OF_STREAM);
        assertThat(error.closeCode()).isEqualTo(1006);
        assertThat(error).hasMessage("the connection ended without a close frame");
        assertThat(probe.failure).isSameAs(error);
        assertThat(failure(open.writable().write("too late"))).isSameAs(error);
        assertThat(failure(open.writable().ready())).isSameAs(error);
    }

    @Test
    void aUrlThatIsNoneIsRefusedAtOnce() {
        assertThatThrownBy(() -> new WebSocketStream("ftp://example.com")).isInstanceOf(DOMException.SyntaxError.class);
        assertThatThrownBy(() -> new WebSocketStream(
                        "ws://example.com",
                        WebSocketOptions.builder().protocols("a", "a").build()))
                .isInstanceOf(DOMException.SyntaxError.class);
    }

    @Test
    void closeChecksWhatItIsGiven() throws Exception {
        open(WebSocketStreamTest::echo);
        assertThatThrownBy(() -> stream.close(1001, "")).isInstanceOf(DOMException.InvalidAccessError.class);
        assertThatThrownBy(() -> stream.close(1000, "x".repeat(124))).isInstanceOf(DOMException.SyntaxError.class);
        stream.close(1000, "x".repeat(123));
        assertThat(get(stream.closed()).reason()).hasSize(123);
    }

    @Test
    void closingBeforeItIsOpenFailsBothStages() throws Exception {
        raw = new RawServer((connection, request) -> tested.await());
        stream = new WebSocketStream(raw.url());
        stream.close();
        assertThat(error(stream.opened()).kind()).isEqualTo(CloseKind.TERMINATED);
        assertThat(error(stream.closed()).kind()).isEqualTo(CloseKind.TERMINATED);
    }

    // ---------------------------------------------------------------------------------------------------- abort
    // signals

    @Test
    void aSignalThatHasAbortedKeepsItFromConnecting() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        raw = new RawServer((connection, request) -> {}, connections::incrementAndGet);
        AbortController controller = new AbortController();
        controller.abort();
        stream = new WebSocketStream(raw.url(), WebSocketOptions.DEFAULT, controller.signal());
        assertThat(failure(stream.opened())).isInstanceOf(DOMException.AbortError.class);
        assertThat(failure(stream.closed())).isInstanceOf(DOMException.AbortError.class);
        assertThat(connections).hasValue(0);
    }

    @Test
    void aSignalThatAbortsEndsTheAttempt() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        BlockingQueue<Integer> read = new LinkedBlockingQueue<>();
        raw = new RawServer((connection, request) -> {
            asked.countDown();
            read.add(connection.getInputStream().read());
        });
        AbortController controller = new AbortController();
        stream = new WebSocketStream(raw.url(), WebSocketOptions.DEFAULT, controller.signal());
        assertThat(asked.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        controller.abort();
        assertThat(failure(stream.opened()))
                .isInstanceOf(DOMException.AbortError.class)
                .hasMessage("given up by an AbortSignal before the connection was established");
        assertThat(read.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(-1);
    }

    @Test
    void aSignalThatAbortsLaterHasNoEffect() throws Exception {
        serve(WebSocketStreamTest::echo);
        AbortController controller = new AbortController();
        stream = new WebSocketStream(raw.url(), WebSocketOptions.DEFAULT, controller.signal());
        OpenInfo open = get(stream.opened());
        controller.abort();
        Probe probe = subscribe(open);
        probe.request(1);
        open.writable().write("still here");
        probe.expect("still here");
    }

    // ---------------------------------------------------------------------------------------------------- backpressure
    // in

    /** A server that sends so many messages as fast as it is read. */
    private BlockingQueue<CloseEvent> serveMessages(int messages, Limits limits) {
        BlockingQueue<CloseEvent> closed = new LinkedBlockingQueue<>();
        byte[] payload = new byte[64 * 1024];
        server = WebSocketServer.builder()
                .port(0)
                .eventLoops(1)
                .limits(limits)
                .webSocket("/", new WebSocketHandler() {
                    private int sent;

                    @Override
                    public void onOpen(Session session) {
                        onDrain(session);
                    }

                    @Override
                    public void onDrain(Session session) {
                        SendResult result = SendResult.SENT;
                        while (result == SendResult.SENT && sent < messages) {
                            sent++;
                            result = session.send(payload);
                        }
                    }

                    @Override
                    public void onClose(Session session, CloseEvent event) {
                        closed.add(event);
                    }
                })
                .start();
        return closed;
    }

    @Test
    void aServerThatSendsWhatNobodyAsksForHasToWait() throws Exception {
        BlockingQueue<CloseEvent> closed =
                serveMessages(Integer.MAX_VALUE, Limits.DEFAULTS.withSendTimeout(SEND_TIMEOUT));
        stream = new WebSocketStream(
                server.uri("/").toString(),
                WebSocketOptions.builder().compression(DeflateOptions.DISABLED).build());
        OpenInfo open = get(stream.opened());
        Probe probe = subscribe(open);
        probe.request(2);
        probe.expect("65536 bytes", "65536 bytes");
        CloseEvent event = closed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(event.kind()).isEqualTo(CloseKind.SEND_TIMEOUT);
        assertThat(probe.signals).isEmpty();
    }

    @Test
    void whoAsksForOneMessageAfterTheOtherGetsThemAll() throws Exception {
        BlockingQueue<CloseEvent> closed = serveMessages(300, Limits.DEFAULTS);
        stream = new WebSocketStream(
                server.uri("/").toString(),
                WebSocketOptions.builder().compression(DeflateOptions.DISABLED).build());
        OpenInfo open = get(stream.opened());
        Probe probe = subscribe(open);
        for (int i = 0; i < 300; i++) {
            assertThat(probe.signals).isEmpty();
            probe.request(1);
            probe.expect("65536 bytes");
        }
        stream.close(1000, "");
        assertThat(closed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS).code()).isEqualTo(1000);
    }

    @Test
    void pingsAreAnsweredThoughNobodyHasAskedForMessages() throws Exception {
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        open(connection -> {
            PeerFrame.write(connection, PeerFrame.PING, "there?".getBytes());
            answers.add(PeerFrame.read(connection).text());
        });
        assertThat(answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("there?");
    }

    @Test
    void messagesThatCameBeforeTheSubscriberAreKeptForIt() throws Exception {
        OpenInfo open = open(connection -> {
            PeerFrame.writeText(connection, "1");
            PeerFrame.writeText(connection, "2");
            PeerFrame.writeText(connection, "3");
            close(connection, 1000);
        });
        Probe probe = subscribe(open);
        probe.request(2);
        probe.expect("1", "2");
        probe.request(5);
        probe.expect("3", "complete");
    }

    // --------------------------------------------------------------------------------------------------- backpressure
    // out

    private static final WebSocketOptions LARGE_BUFFER = WebSocketOptions.builder()
            .compression(DeflateOptions.DISABLED)
            .limits(WebSocketOptions.DEFAULT_LIMITS.withMaxBufferedBytes(64 * 1024 * 1024))
            .build();

    /** 40 messages of a megabyte: more than is buffered on the way to a server that reads nothing. */
    private static List<CompletableFuture<Void>> writeMoreThanKernelsTake(OpenInfo open) {
        List<CompletableFuture<Void>> writes = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            writes.add(open.writable().write(new byte[1_000_000]).toCompletableFuture());
        }
        assertThat(writes.get(39)).isNotDone();
        return writes;
    }

    @Test
    void aWriteIsCompleteWhenTheNetworkCanTakeMore() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        OpenInfo open = open(LARGE_BUFFER, connection -> {
            read.await();
            for (int i = 0; i < 40; i++) {
                PeerFrame.writeText(connection, PeerFrame.read(connection).payload().length + " bytes");
            }
        });
        List<CompletableFuture<Void>> writes = writeMoreThanKernelsTake(open);
        CompletableFuture<Void> ready = open.writable().ready().toCompletableFuture();
        assertThat(ready).isNotDone();
        assertThat(writes).noneMatch(CompletableFuture::isCompletedExceptionally);
        Probe probe = subscribe(open);
        probe.request(Long.MAX_VALUE);
        read.countDown();
        get(CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)));
        get(ready);
        for (int i = 0; i < writes.size(); i++) {
            probe.expect("1000000 bytes");
        }
    }

    @Test
    void aWriteBeyondTheBoundIsRefusedAndTheOthersAreNot() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        AtomicInteger received = new AtomicInteger();
        CountDownLatch closed = new CountDownLatch(1);
        OpenInfo open = open(
                WebSocketOptions.builder()
                        .limits(WebSocketOptions.DEFAULT_LIMITS.withMaxBufferedBytes(1024 * 1024))
                        .build(),
                connection -> {
                    read.await();
                    PeerFrame frame = PeerFrame.read(connection);
                    while (frame.opcode() != PeerFrame.CLOSE) {
                        received.incrementAndGet();
                        frame = PeerFrame.read(connection);
                    }
                    PeerFrame.write(connection, PeerFrame.CLOSE, frame.payload());
                    connection.close();
                    closed.countDown();
                });
        int taken = 0;
        CompletableFuture<Void> write = open.writable().write(new byte[60_000]).toCompletableFuture();
        while (!write.isCompletedExceptionally() && taken < 10_000) {
            taken++;
            write = open.writable().write(new byte[60_000]).toCompletableFuture();
        }
        assertThat(failure(write))
                .isInstanceOf(DOMException.InvalidStateError.class)
                .hasMessage("more than 1048576 bytes would wait to be sent (maxBufferedBytes); write when the stage of"
                        + " the last write is complete");
        read.countDown();
        get(open.writable().ready());
        stream.close(1000, "");
        assertThat(get(stream.closed())).isEqualTo(new CloseInfo(1000, ""));
        assertThat(closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(received).hasValue(taken);
    }

    @Test
    void writesThatWaitFailWithTheConnection() throws Exception {
        CountDownLatch cut = new CountDownLatch(1);
        OpenInfo open = open(LARGE_BUFFER, connection -> {
            cut.await();
            connection.setSoLinger(true, 0);
            connection.close();
        });
        List<CompletableFuture<Void>> writes = writeMoreThanKernelsTake(open);
        cut.countDown();
        assertThat(error(stream.closed()).kind()).isEqualTo(CloseKind.RESET);
        assertThat(error(writes.get(writes.size() - 1)).kind()).isEqualTo(CloseKind.RESET);
    }

    @Test
    void nothingIsWrittenOnceItIsClosing() throws Exception {
        OpenInfo open = open(WebSocketStreamTest::echo);
        open.writable().write("before");
        CompletionStage<Void> closed = open.writable().close();
        assertThat(failure(open.writable().write("after"))).isInstanceOf(DOMException.class);
        get(closed);
        assertThat(get(stream.closed())).isEqualTo(new CloseInfo(1005, ""));
    }

    @Test
    void aPublisherIsWrittenToItsEnd() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        OpenInfo open = open(connection -> {
            PeerFrame frame = PeerFrame.read(connection);
            while (frame.opcode() != PeerFrame.CLOSE) {
                received.add(frame.text());
                frame = PeerFrame.read(connection);
            }
            PeerFrame.write(connection, PeerFrame.CLOSE, frame.payload());
            connection.close();
        });
        try (SubmissionPublisher<Message> publisher = new SubmissionPublisher<>()) {
            publisher.subscribe(open.writable().subscriber());
            for (int i = 0; i < 100; i++) {
                publisher.submit(new Message.Text("message " + i));
            }
        }
        assertThat(get(stream.closed())).isEqualTo(new CloseInfo(1005, ""));
        assertThat(received).hasSize(100).startsWith("message 0", "message 1").endsWith("message 99");
    }

    @Test
    void aPublisherIsCancelledWhenTheConnectionIsLost() throws Exception {
        OpenInfo open = open(Socket::shutdownOutput);
        error(stream.closed());
        CompletableFuture<String> cancelled = new CompletableFuture<>();
        Flow.Subscriber<Message> subscriber = open.writable().subscriber();
        subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {
                subscriber.onNext(new Message.Text("too late"));
            }

            @Override
            public void cancel() {
                cancelled.complete("cancelled");
            }
        });
        assertThat(get(cancelled)).isEqualTo("cancelled");
    }

    // ------------------------------------------------------------------------------------------ reactive streams 1.0.4

    @Test
    void rule109NullIsNoSubscriber() throws Exception {
        OpenInfo open = open(WebSocketStreamTest::echo);
        assertThatThrownBy(() -> open.readable().subscribe(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void rule111ThereIsOneSubscriberAndTheNextIsToldSo() throws Exception {
        OpenInfo open = open(WebSocketStreamTest::echo);
        Probe first = subscribe(open);
        Probe second = new Probe();
        open.readable().subscribe(second);
        second.expect("subscribed", "error");
        assertThat(second.failure).isInstanceOf(IllegalStateException.class);
        second.request(1);
        second.subscribed.join().cancel();
        first.request(1);
        open.writable().write("for the first");
        first.expect("for the first");
    }

    @Test
    void rule101NoMoreIsSignalledThanWasRequested() throws Exception {
        OpenInfo open = open(WebSocketStreamTest::echo);
        Probe probe = subscribe(open);
        for (int i = 0; i < 5; i++) {
            get(open.writable().write("message " + i));
        }
        probe.request(1);
        probe.expect("message 0");
        probe.request(3);
        probe.expect("message 1", "message 2", "message 3");
        // Whatever was signalled beyond would be signalled before the end.
        CompletableFuture<Void> afterwards = new CompletableFuture<>();
        open.readable().subscribe(new Probe() {
            @Override
            public void onError(Throwable thrown) {
                afterwards.complete(null);
            }
        });
        get(afterwards);
        assertThat(probe.signals).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void rule309ARequestThatIsNotPositiveIsAnErrorAndClosesTheStream(long n) throws Exception {
        OpenInfo open = open(WebSocketStreamTest::echo);
        Probe probe = subscribe(open);
        probe.request(n);
        probe.expect("error");
        assertThat(probe.failure)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("request must be of a positive number of messages but was of " + n
                        + " (reactive streams §3.9)");
        assertThat(get(stream.closed())).isEqualTo(new CloseInfo(1005, ""));
        assertThat(probe.signals).isEmpty();
    }

    @Test
    void rule317DemandWithoutEndDoesNotOverflow() throws Exception {
        OpenInfo open = open(WebSocketStreamTest::echo);
        Probe probe = subscribe(open);
        probe.request(Long.MAX_VALUE);
        probe.request(Long.MAX_VALUE);
        probe.request(1);
        for (int i = 0; i < 200; i++) {
            open.writable().write("message " + i);
        }
        for (int i = 0; i < 200; i++) {
            probe.expect("message " + i);
        }
    }

    @Test
    void rule308CancellingClosesTheStreamAndEndsTheSignals() throws Exception {
        OpenInfo open = open(WebSocketStreamTest::echo);
        Probe probe = subscribe(open);
        probe.request(1);
        open.writable().write("one");
        open.writable().write("two");
        probe.expect("one");
        probe.subscribed.join().cancel();
        assertThat(get(stream.closed())).isEqualTo(new CloseInfo(1005, ""));
        probe.subscribed.join().cancel();
        probe.request(1);
        probe.request(0);
        assertThat(probe.signals).isEmpty();
    }

    @Test
    void rule213ASubscriberThatThrowsHasCancelled() throws Exception {
        OpenInfo open = open(WebSocketStreamTest::echo);
        AtomicInteger calls = new AtomicInteger();
        Probe probe = new Probe() {
            @Override
            public void onNext(Message message) {
                calls.incrementAndGet();
                throw new IllegalStateException("on purpose");
            }
        };
        open.readable().subscribe(probe);
        probe.request(10);
        open.writable().write("one");
        assertThat(get(stream.closed())).isEqualTo(new CloseInfo(1005, ""));
        assertThat(calls).hasValue(1);
        probe.expect("subscribed");
        assertThat(probe.signals).isEmpty();
    }

    @Test
    void rule103SignalsAreSerialWhoeverRequests() throws Exception {
        OpenInfo open = open(WebSocketStreamTest::echo);
        AtomicInteger inside = new AtomicInteger();
        AtomicBoolean overlapped = new AtomicBoolean();
        Probe probe = new Probe() {
            @Override
            public void onNext(Message message) {
                overlapped.compareAndSet(false, inside.incrementAndGet() != 1);
                request(1); // §3.2: from within
                super.onNext(message);
                inside.decrementAndGet();
            }
        };
        open.readable().subscribe(probe);
        probe.expect("subscribed");
        for (int i = 0; i < 4; i++) {
            new Thread(() -> probe.request(1)).start();
        }
        for (int i = 0; i < 500; i++) {
            open.writable().write("message " + i);
        }
        for (int i = 0; i < 500; i++) {
            probe.expect("message " + i);
        }
        assertThat(overlapped).isFalse();
    }

    @Test
    void theSubscriberMayWaitForItsWrites() throws Exception {
        OpenInfo open = open(WebSocketStreamTest::echo);
        Probe probe = new Probe() {
            @Override
            public void onNext(Message message) {
                open.writable().write(new byte[300_000]).toCompletableFuture().join();
                super.onNext(message);
            }
        };
        open.readable().subscribe(probe);
        probe.request(1);
        open.writable().write("go");
        probe.expect("subscribed", "go");
    }
}
