package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.server.Message;
import dev.duplex.server.Route;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The standard's interface against a server that does what it is told: "close 4001 bye", "cut", or to send back. */
class WebSocketTest {
    private final Recorder recorder = new Recorder();
    private final BlockingQueue<String> receivedAtServer = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> closedAtServer = new LinkedBlockingQueue<>();
    private WebSocketServer server;

    private final WebSocketHandler handler = new WebSocketHandler() {
        @Override
        public void onMessage(Session session, Message message) {
            String text = message.isText() ? message.text() : "";
            receivedAtServer.add(message.isText() ? text : message.size() + " bytes");
            if (text.startsWith("close ")) {
                session.close(Integer.parseInt(text.substring(6, 10)), text.substring(11));
            } else if (text.equals("cut")) {
                session.terminate();
            } else if (text.equals("three")) {
                session.send("1");
                session.send("2");
                session.send("3");
            } else if (!message.isText() && message.size() > 1000) {
                session.send(message.size() + " bytes, checksum " + checksum(message.bytes()));
            } else {
                session.send(message);
            }
        }

        @Override
        public void onClose(Session session, dev.duplex.transport.CloseEvent event) {
            closedAtServer.add(event.code() + " " + event.reason());
        }
    };

    @BeforeEach
    void startServer() {
        server = WebSocketServer.builder()
                .port(0)
                .eventLoops(1)
                .limits(Limits.DEFAULTS.withMaxMessageBytes(8 * 1024 * 1024))
                .webSocket("/", handler)
                .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                .webSocket("/chat", Route.to(handler).subprotocols("chat.v2", "chat.v1"))
                .start();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    private static long checksum(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }

    private WebSocket open(String path, WebSocketOptions options) throws Exception {
        WebSocket socket = new WebSocket(server.uri(path).toString(), options, recorder.handlers());
        assertThat(recorder.next()).isEqualTo("open");
        return socket;
    }

    private WebSocket open() throws Exception {
        return open("/", WebSocketOptions.DEFAULT);
    }

    // ----------------------------------------------------------------------------------------------- open and messages

    @Test
    void theOpenEventComesWithTheReadyStateOpenAndWhatWasAgreedOn() throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        WebSocket socket = new WebSocket(server.uri("/chat").toString(), "chat.v1", "chat.v2");
        socket.addEventListener(
                EventType.OPEN,
                event -> seen.add(event.type() + " " + event.target().readyState() + " "
                        + event.target().protocol() + " " + event.target().extensions()));
        assertThat(seen.poll(30, TimeUnit.SECONDS)).startsWith("open 1 chat.v2 permessage-deflate");
        socket.close();
    }

    @Test
    void extensionsAndProtocolAreEmptyWhereNoneWasAgreedOn() throws Exception {
        WebSocket socket = open(
                "/",
                WebSocketOptions.builder().compression(DeflateOptions.DISABLED).build());
        assertThat(socket.extensions()).isEmpty();
        assertThat(socket.protocol()).isEmpty();
        socket.close();
    }

    @Test
    void aMessageEventHasDataAndOrigin() throws Exception {
        BlockingQueue<MessageEvent> messages = new LinkedBlockingQueue<>();
        WebSocket socket = open();
        socket.onmessage(messages::add);
        socket.send("Grüße, 世界");
        MessageEvent event = messages.poll(30, TimeUnit.SECONDS);
        assertThat(event.data()).isEqualTo("Grüße, 世界");
        assertThat(event.origin()).isEqualTo("ws://127.0.0.1:" + server.port());
        assertThat(event.target()).isSameAs(socket);
        socket.close();
    }

    @Test
    void binaryDataIsABlobOrAnArrayByTheBinaryTypeAtTheTimeOfTheEvent() throws Exception {
        BlockingQueue<Object> data = new LinkedBlockingQueue<>();
        WebSocket socket = open();
        socket.onmessage(event -> data.add(event.data()));
        socket.send(new byte[] {1, 2, 3});
        Object blob = data.poll(30, TimeUnit.SECONDS);
        assertThat(blob)
                .isInstanceOfSatisfying(
                        Blob.class, received -> assertThat(received.size()).isEqualTo(3));
        socket.binaryType(BinaryType.ARRAYBUFFER);
        socket.send(new byte[] {4});
        assertThat(data.poll(30, TimeUnit.SECONDS)).isEqualTo(new byte[] {4});
        socket.close();
    }

    @Test
    void aByteBufferIsSentFromItsPositionOnWhichStaysWhereItIs() throws Exception {
        BlockingQueue<byte[]> data = new LinkedBlockingQueue<>();
        WebSocket socket = open();
        socket.onmessage(event -> data.add(event.bytes()));
        ByteBuffer buffer = ByteBuffer.wrap(new byte[] {1, 2, 3, 4}).position(1).limit(3);
        socket.send(buffer);
        assertThat(data.poll(30, TimeUnit.SECONDS)).containsExactly(2, 3);
        assertThat(buffer.position()).isEqualTo(1);
        socket.close();
    }

    @Test
    void aLoneSurrogateIsSentAsTheReplacementCharacter() throws Exception {
        WebSocket socket = open();
        socket.send("a\uD800b");
        assertThat(recorder.next()).isEqualTo("a\uFFFDb");
        socket.close();
    }

    @Test
    void whatIsSentInTheArrayAfterwardsDoesNotMatter() throws Exception {
        BlockingQueue<byte[]> data = new LinkedBlockingQueue<>();
        WebSocket socket = open();
        socket.onmessage(event -> data.add(event.bytes()));
        byte[] bytes = {1};
        socket.send(bytes);
        bytes[0] = 9;
        assertThat(data.poll(30, TimeUnit.SECONDS)).containsExactly(1);
        socket.close();
    }

    @Test
    void messagesThatArriveOnceTheSocketIsClosingAreDropped() throws Exception {
        WebSocket socket = open();
        socket.onmessage(event -> {
            recorder.note(event.text());
            event.target().close();
        });
        socket.send("three");
        assertThat(recorder.next()).isEqualTo("1");
        assertThat(recorder.next()).isEqualTo("close 1005 clean");
    }

    @Test
    void listenersRunOneAtATimeOnTheGivenExecutor() throws Exception {
        ExecutorService page = Executors.newSingleThreadExecutor(task -> new Thread(task, "page"));
        try {
            WebSocketOptions options = WebSocketOptions.builder().executor(page).build();
            WebSocket socket = page.submit(() -> {
                        WebSocket made = new WebSocket(server.uri("/").toString(), options);
                        made.onopen(event -> recorder.note(
                                "open on " + Thread.currentThread().getName()));
                        return made;
                    })
                    .get(30, TimeUnit.SECONDS);
            assertThat(recorder.next()).isEqualTo("open on page");
            CountDownLatch closed = new CountDownLatch(1);
            socket.onclose(event -> closed.countDown());
            socket.close();
            assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            page.shutdown();
        }
    }

    @Test
    void aSocketWhoseExecutorEndsIsClosed() throws Exception {
        ExecutorService page = Executors.newSingleThreadExecutor();
        WebSocketOptions options = WebSocketOptions.builder().executor(page).build();
        WebSocket socket = open("/", options);
        page.shutdown();
        assertThat(page.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        socket.send("cannot be told");
        assertThat(closedAtServer.poll(30, TimeUnit.SECONDS)).startsWith("1006");
        // What cannot be told where it should is told all the same.
        assertThat(List.of(recorder.next(), recorder.next(), recorder.next()))
                .containsExactly("cannot be told", "error", "close 1006");
    }

    @Test
    void listenersRunOnTheEventLoopIfAsked() throws Exception {
        WebSocket socket = open("/", WebSocketOptions.builder().onEventLoop().build());
        socket.onmessage(event -> recorder.note(Thread.currentThread().getName().replaceAll("[0-9-]+$", "")));
        socket.send("x");
        assertThat(recorder.next()).isEqualTo("duplex-client");
        socket.close();
        assertThat(recorder.next()).isEqualTo("close 1005 clean");
    }

    @Test
    void aSlowListenerLosesNothing() throws Exception {
        WebSocket socket = open();
        CountDownLatch go = new CountDownLatch(1);
        List<String> received = new ArrayList<>();
        socket.onmessage(event -> {
            go.await();
            received.add(event.text());
            if (received.size() == 1000) {
                recorder.note("all");
            }
        });
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            sent.add("message " + i);
            socket.send(sent.get(i));
        }
        go.countDown();
        assertThat(recorder.next()).isEqualTo("all");
        assertThat(received).isEqualTo(sent);
        socket.close();
    }

    // -------------------------------------------------------------------------------------------------- bufferedAmount

    @Test
    void bufferedAmountCountsWhatTheCurrentTaskHasSentInBytesOfUtf8() throws Exception {
        BlockingQueue<Long> amounts = new LinkedBlockingQueue<>();
        WebSocket socket = open();
        socket.onmessage(event -> {
            event.target().send("é€");
            event.target().send(new byte[10]);
            amounts.add(event.target().bufferedAmount());
            event.target().onmessage(null);
        });
        socket.send("go");
        assertThat(amounts.poll(30, TimeUnit.SECONDS)).isEqualTo(15);
        socket.close();
    }

    @Test
    void bufferedAmountGrowsWithEachSendAfterTheSocketIsClosed() throws Exception {
        WebSocket socket = open();
        socket.close();
        socket.send("abc");
        assertThat(socket.bufferedAmount()).isEqualTo(3);
        assertThat(recorder.next()).isEqualTo("close 1005 clean");
        socket.send(new byte[4]);
        socket.send(Blob.of("five5"));
        assertThat(socket.bufferedAmount()).isEqualTo(12);
        socket.close();
        assertThat(socket.readyState()).isEqualTo(WebSocket.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatWasBufferedWhenTheConnectionWasLostStaysCounted(boolean reset) throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        try (RawServer deaf = new RawServer((socket, request) -> {
            RawServer.write(socket, RawServer.switching(request));
            sent.await();
            socket.setSoLinger(reset, 0);
            socket.close();
        })) {
            WebSocketOptions options = WebSocketOptions.builder()
                    .compression(DeflateOptions.DISABLED)
                    .build();
            WebSocket socket = new WebSocket(deaf.url(), options, recorder.handlers());
            assertThat(recorder.next()).isEqualTo("open");
            for (int i = 0; i < 12; i++) {
                socket.send(new byte[1024 * 1024]);
            }
            sent.countDown();
            assertThat(recorder.next()).isEqualTo("error");
            assertThat(recorder.next()).isEqualTo("close 1006");
            long lost = socket.bufferedAmount();
            assertThat(lost).isBetween(1L, 12 * 1024 * 1024L);
            socket.send("abc");
            assertThat(socket.bufferedAmount()).isEqualTo(lost + 3);
        }
    }

    @Test
    void whatCannotBeBufferedFlagsTheSocketAsFullAndClosesIt() throws Exception {
        try (RawServer deaf =
                new RawServer((socket, request) -> RawServer.write(socket, RawServer.switching(request)))) {
            WebSocketOptions options = WebSocketOptions.builder()
                    .limits(Limits.DEFAULTS.withMaxBufferedBytes(100_000))
                    .compression(DeflateOptions.DISABLED)
                    .build();
            WebSocket socket = new WebSocket(deaf.url(), options, recorder.handlers());
            assertThat(recorder.next()).isEqualTo("open");
            byte[] message = new byte[1024 * 1024];
            for (int i = 0; i < 32; i++) {
                socket.send(message);
            }
            assertThat(recorder.next()).isEqualTo("error");
            assertThat(recorder.next()).isEqualTo("close 1006");
            assertThat(recorder.error.message()).contains("maxBufferedBytes");
        }
    }

    @Test
    void aClientThatSendsMuchAtOnceReadsMeanwhile() throws Exception {
        WebSocket socket = open(
                "/echo",
                WebSocketOptions.builder().compression(DeflateOptions.DISABLED).build());
        byte[] message = new byte[900_000];
        for (int i = 0; i < 12; i++) {
            socket.send(message);
        }
        for (int i = 0; i < 12; i++) {
            assertThat(recorder.next()).isEqualTo("900000 bytes");
        }
        socket.close();
    }

    // ----------------------------------------------------------------------------------------------------------- Blobs

    @Test
    void aFileIsSentAsOneMessageAndWhatIsSentAfterItFollowsIt(@TempDir Path folder) throws Exception {
        byte[] bytes = new byte[3_000_001];
        new Random(1).nextBytes(bytes);
        Path file = Files.write(folder.resolve("large"), bytes);
        WebSocket socket = open();
        socket.send(Blob.of(file));
        socket.send("after");
        socket.send(Blob.of(file));
        socket.close(1000);
        String told = "3000001 bytes, checksum " + checksum(bytes);
        // Nothing is told once close() was called; the server has got it all the same, in order.
        assertThat(recorder.next()).isEqualTo("close 1000 clean");
        assertThat(closedAtServer.poll(30, TimeUnit.SECONDS)).isEqualTo("1000 ");
        assertThat(receivedAtServer).containsExactly("3000001 bytes", "after", "3000001 bytes");
        WebSocket again = open();
        again.send(Blob.of(file));
        again.send("after");
        assertThat(recorder.next()).isEqualTo(told);
        assertThat(recorder.next()).isEqualTo("after");
        assertThat(again.bufferedAmount()).isZero();
        again.close();
    }

    @Test
    void anEmptyBlobIsAnEmptyMessage() throws Exception {
        WebSocket socket = open();
        socket.send(Blob.of(0, () -> new ByteArrayInputStream(new byte[0])));
        assertThat(recorder.next()).isEqualTo("0 bytes");
        socket.send(Blob.of(new byte[0]));
        assertThat(recorder.next()).isEqualTo("0 bytes");
        socket.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWaitsBehindABlobIsBoundedInNumberToo(boolean blobs) throws Exception {
        CountDownLatch tested = new CountDownLatch(1);
        Blob slow = Blob.of(1, () -> {
            assertThatCode(() -> tested.await(30, TimeUnit.SECONDS)).doesNotThrowAnyException();
            return new ByteArrayInputStream(new byte[1]);
        });
        int mayWait = 100;
        WebSocket socket = open(
                "/",
                WebSocketOptions.builder()
                        .limits(WebSocketOptions.DEFAULT_LIMITS.withMaxBufferedBytes(mayWait * 64))
                        .build());
        socket.send(slow);
        for (int i = 0; i < mayWait; i++) {
            socket.send("");
        }
        assertThat(socket.readyState()).isEqualTo(WebSocket.OPEN);
        if (blobs) {
            socket.send(slow);
        } else {
            socket.send("");
        }
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.error.message()).contains("maxBufferedBytes");
        assertThat(recorder.next()).isEqualTo("close 1006");
        tested.countDown();
    }

    @Test
    void aBlobThatEndsEarlyFailsTheConnection() throws Exception {
        WebSocket socket = open();
        socket.send(Blob.of(10, () -> new ByteArrayInputStream(new byte[5])));
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.error.message()).contains("5 of 10 bytes");
        assertThat(recorder.next()).isEqualTo("close 1006");
    }

    // --------------------------------------------------------------------------------------------------------- closing

    @Test
    void closeWithoutACodeSendsNone() throws Exception {
        WebSocket socket = open();
        socket.close();
        assertThat(socket.readyState()).isGreaterThanOrEqualTo(WebSocket.CLOSING);
        assertThat(closedAtServer.poll(30, TimeUnit.SECONDS)).isEqualTo("1005 ");
        assertThat(recorder.next()).isEqualTo("close 1005 clean");
        assertThat(socket.readyState()).isEqualTo(WebSocket.CLOSED);
    }

    @Test
    void closeSendsCodeAndReason() throws Exception {
        WebSocket socket = open();
        socket.close(4999, "é".repeat(61) + "x");
        assertThat(closedAtServer.poll(30, TimeUnit.SECONDS)).isEqualTo("4999 " + "é".repeat(61) + "x");
        assertThat(recorder.next()).startsWith("close 4999");
    }

    @Test
    void whatWasSentBeforeCloseArrives() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        WebSocketServer listening = WebSocketServer.builder()
                .port(0)
                .eventLoops(1)
                .webSocket("/", WebSocketHandler.onMessage((session, message) -> received.add(message.text())))
                .start();
        try (listening) {
            WebSocket socket =
                    new WebSocket(listening.uri("/").toString(), WebSocketOptions.DEFAULT, recorder.handlers());
            assertThat(recorder.next()).isEqualTo("open");
            for (int i = 0; i < 100; i++) {
                socket.send("message " + i);
            }
            socket.close();
            assertThat(recorder.next()).isEqualTo("close 1005 clean");
            assertThat(received).hasSize(100).last().isEqualTo("message 99");
        }
    }

    @Test
    void theServersCloseIsToldWithCodeAndReasonAndNoError() throws Exception {
        WebSocket socket = open();
        socket.send("close 4001 bye");
        assertThat(recorder.next()).isEqualTo("close 4001 bye clean");
        assertThat(recorder.close.cause()).isEqualTo("closed by the peer");
        assertThat(socket.readyState()).isEqualTo(WebSocket.CLOSED);
    }

    @Test
    void aLostConnectionIsAnErrorAndThenCloseWith1006() throws Exception {
        WebSocket socket = open();
        socket.send("cut");
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.next()).isEqualTo("close 1006");
        assertThat(recorder.close.wasClean()).isFalse();
        assertThat(recorder.close.reason()).isEmpty();
    }

    @Test
    void aSecondCloseHasNoEffect() throws Exception {
        WebSocket socket = open();
        socket.close(1000, "first");
        socket.close(4000, "second");
        assertThat(closedAtServer.poll(30, TimeUnit.SECONDS)).isEqualTo("1000 first");
    }

    @Test
    void aServerThatDoesNotAnswerACloseIsCutWithoutAnErrorEvent() throws Exception {
        try (RawServer deaf =
                new RawServer((socket, request) -> RawServer.write(socket, RawServer.switching(request)))) {
            WebSocketOptions options = WebSocketOptions.builder()
                    .closeTimeout(Duration.ofMillis(100))
                    .build();
            WebSocket socket = new WebSocket(deaf.url(), options, recorder.handlers());
            assertThat(recorder.next()).isEqualTo("open");
            socket.close();
            assertThat(recorder.next()).isEqualTo("close 1006");
            assertThat(recorder.close.cause()).contains("closeTimeout");
        }
    }

    // ------------------------------------------------------------------------------------------------------- addresses

    @Test
    void aUnixSocketTakesThePlaceOfHostAndPort(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("ws.sock");
        WebSocketServer local = WebSocketServer.builder()
                .unixSocket(path)
                .eventLoops(1)
                .webSocket("/", WebSocketHandler.onMessage(Session::send))
                .start();
        try (local) {
            WebSocketOptions options =
                    WebSocketOptions.builder().unixSocket(path).build();
            WebSocket socket = new WebSocket("ws://localhost/", options, recorder.handlers());
            assertThat(recorder.next()).isEqualTo("open");
            socket.send("over a file");
            assertThat(recorder.next()).isEqualTo("over a file");
            socket.close();
            assertThat(recorder.next()).isEqualTo("close 1005 clean");
        }
    }

    @Test
    void aUnixSocketThatIsNotThereIsSaidInWords(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("no.sock");
        new WebSocket(
                "ws://localhost/", WebSocketOptions.builder().unixSocket(path).build(), recorder.handlers());
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.error.message()).isEqualTo("could not connect to " + path + ": there is no such socket");
        assertThat(recorder.next()).isEqualTo("close 1006");
    }

    @Test
    void aHostThatIsNotKnownFailsTheConnection() throws Exception {
        WebSocket socket = new WebSocket("ws://no-such-host.invalid/", WebSocketOptions.DEFAULT, recorder.handlers());
        assertThat(recorder.next()).isEqualTo("error");
        assertThat(recorder.error.message()).contains("no-such-host.invalid");
        assertThat(recorder.next()).isEqualTo("close 1006");
        assertThat(socket.url()).isEqualTo("ws://no-such-host.invalid/");
    }
}
