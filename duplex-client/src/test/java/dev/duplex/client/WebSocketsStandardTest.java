package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The <a href="https://websockets.spec.whatwg.org/">WHATWG WebSockets Standard</a>, section by section: each test names
 * the sentence that it holds us to, and {@link #everyStatementHasItsTest} sees to it that none is missing. The
 * sentences are in {@code websockets-standard.txt}.
 */
class WebSocketsStandardTest {
    private static final int PATIENCE_SECONDS = 30;
    private static final String BLOCKED = "ws://127.0.0.1:6667/";

    private final Recorder recorder = new Recorder();
    private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
    private RawServer server;

    @AfterEach
    void stopTheServer() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    // --------------------------------------------------------------------------------------------------------- servers

    private interface Conversation {
        void with(Socket socket) throws Exception;
    }

    private WebSocketOptions.Builder plain() {
        return WebSocketOptions.builder().compression(DeflateOptions.DISABLED);
    }

    /** A socket, and a server that accepts with these further fields and goes on as it is told. */
    private WebSocket connect(WebSocketOptions options, String fields, Conversation then) throws IOException {
        return connect(options, fields, then, socket -> {});
    }

    /** The same with listeners in place of the recorder's, or beside them, that are there before anything can come. */
    private WebSocket connect(WebSocketOptions options, String fields, Conversation then, Consumer<WebSocket> listeners)
            throws IOException {
        server = new RawServer((socket, request) -> {
            requests.add(request);
            RawServer.write(socket, RawServer.switching(request).replaceFirst("\r\n\r\n$", "\r\n" + fields + "\r\n"));
            then.with(socket);
        });
        return new WebSocket(server.url(), options, recorder.handlers().andThen(listeners));
    }

    private WebSocket open(Conversation then) throws Exception {
        WebSocket socket = connect(plain().build(), "", then);
        assertThat(recorder.next()).isEqualTo("open");
        return socket;
    }

    /** Notes each frame up to the close frame, and answers that with the same. */
    private void noting(Socket socket) throws IOException {
        PeerFrame frame;
        do {
            frame = PeerFrame.read(socket);
            frames.add(frame.toString());
        } while (frame.opcode() != PeerFrame.CLOSE);
        PeerFrame.write(socket, frame.opcode(), frame.payload());
        socket.close();
    }

    private String frame() throws InterruptedException {
        return frames.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private String request() throws InterruptedException {
        return requests.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private void assertFailed() throws InterruptedException {
        assertThat(List.of(recorder.next(), recorder.next())).containsExactly("error", "close 1006");
    }

    /** A socket whose server answers the request with this. */
    private void assertFails(String response, String... protocols) throws Exception {
        server = RawServer.answering(response.replace("|", "\r\n"));
        new WebSocket(
                server.url(), WebSocketOptions.builder().protocols(protocols).build(), recorder.handlers());
        assertFailed();
    }

    // --------------------------------------------------------------------------------------------------- the sentences

    @Test
    void everyStatementHasItsTest() throws IOException {
        try (InputStream file = WebSocketsStandardTest.class.getResourceAsStream("/websockets-standard.txt")) {
            List<String> statements = new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
            Set<String> tested = Stream.concat(
                            Arrays.stream(WebSocketsStandardTest.class.getDeclaredClasses()),
                            Stream.of(EventListenersTest.class))
                    .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                    .filter(method -> method.isAnnotationPresent(Standard.class))
                    .flatMap(method ->
                            Arrays.stream(method.getAnnotation(Standard.class).value()))
                    .collect(Collectors.toSet());
            assertThat(tested).containsExactlyInAnyOrderElementsOf(statements);
        }
    }

    @Nested
    class TheConstructor {
        @Standard("If urlRecord is failure, then throw a \"SyntaxError\" DOMException.")
        @Test
        void throwsASyntaxErrorForAUrlThatIsNone() {
            assertThatThrownBy(() -> new WebSocket("ws://")).isInstanceOf(DOMException.SyntaxError.class);
        }

        @Standard("Let baseURL be this's relevant settings object's API base URL.")
        @Test
        void resolvesAUrlAgainstTheBaseUrl() {
            WebSocketOptions options = WebSocketOptions.builder()
                    .baseUrl("https://127.0.0.1:6667/app/page")
                    .build();
            assertThat(new WebSocket("feed", options).url()).isEqualTo("wss://127.0.0.1:6667/app/feed");
        }

        @Standard("If urlRecord's scheme is \"http\", then set urlRecord's scheme to \"ws\".")
        @Test
        void makesWsOfHttp() {
            assertThat(new WebSocket("http://127.0.0.1:6667/").url()).isEqualTo(BLOCKED);
        }

        @Standard("Otherwise, if urlRecord's scheme is \"https\", set urlRecord's scheme to \"wss\".")
        @Test
        void makesWssOfHttps() {
            assertThat(new WebSocket("https://127.0.0.1:6667/").url()).isEqualTo("wss://127.0.0.1:6667/");
        }

        @Standard("If urlRecord's scheme is not \"ws\" or \"wss\", then throw a \"SyntaxError\" DOMException.")
        @Test
        void throwsASyntaxErrorForAnotherScheme() {
            assertThatThrownBy(() -> new WebSocket("ftp://host/")).isInstanceOf(DOMException.SyntaxError.class);
        }

        @Standard("If urlRecord's fragment is non-null, then throw a \"SyntaxError\" DOMException.")
        @Test
        void throwsASyntaxErrorForAFragment() {
            assertThatThrownBy(() -> new WebSocket("ws://host/#")).isInstanceOf(DOMException.SyntaxError.class);
        }

        @Standard("If protocols is a string, set protocols to a sequence consisting of just that string.")
        @Test
        void takesASingleSubprotocol() throws Exception {
            server = new RawServer((socket, request) -> requests.add(request));
            new WebSocket(server.url(), "chat");
            assertThat(request()).contains("\r\nSec-WebSocket-Protocol: chat\r\n");
        }

        @Standard("If any of the values in protocols occur more than once or otherwise fail to match the requirements"
                + " for elements that comprise the value of `Sec-WebSocket-Protocol` fields as defined by The WebSocket"
                + " protocol, then throw a \"SyntaxError\" DOMException.")
        @Test
        void throwsASyntaxErrorForSubprotocolsThatAreNoneOrThereTwice() {
            assertThatThrownBy(() -> new WebSocket(BLOCKED, "a b")).isInstanceOf(DOMException.SyntaxError.class);
            assertThatThrownBy(() -> new WebSocket(BLOCKED, "a", "b", "a"))
                    .isInstanceOf(DOMException.SyntaxError.class);
        }

        @Standard({
            "Run this step in parallel: Establish a WebSocket connection given urlRecord, protocols, and client.",
            "If the establish a WebSocket connection algorithm fails, it triggers the fail the WebSocket connection"
                    + " algorithm, which fires the close event."
        })
        @Test
        void returnsBeforeAnythingHappensAndTellsAFailureAsEvents() throws Exception {
            WebSocket socket = new WebSocket(BLOCKED, WebSocketOptions.DEFAULT, made -> {
                recorder.handlers().accept(made);
                assertThat(made.readyState()).isEqualTo(WebSocket.CONNECTING);
            });
            assertFailed();
            assertThat(socket.readyState()).isEqualTo(WebSocket.CLOSED);
        }
    }

    @Nested
    class ObtainingAndEstablishingAConnection {
        private static final String OK = "HTTP/1.1 101 Switching Protocols|Upgrade: websocket|Connection: Upgrade|"
                + "Sec-WebSocket-Accept: {accept}|";

        @Standard("RFC 6455 4.1: There MUST be no more than one connection in a CONNECTING state.")
        @Test
        void waitsForAnotherConnectionToTheSameAddress() throws Exception {
            CountDownLatch go = new CountDownLatch(1);
            BlockingQueue<String> log = new LinkedBlockingQueue<>();
            server = new RawServer(
                    (socket, request) -> {
                        go.await();
                        log.add("answered");
                        RawServer.write(socket, RawServer.switching(request));
                    },
                    () -> log.add("accepted"));
            for (int i = 0; i < 3; i++) {
                new WebSocket(server.url(), WebSocketOptions.DEFAULT, recorder.handlers());
            }
            go.countDown();
            assertThat(List.of(recorder.next(), recorder.next(), recorder.next()))
                    .containsOnly("open");
            assertThat(log).containsExactly("accepted", "answered", "accepted", "answered", "accepted", "answered");
        }

        @Standard("Fetch: If request should be blocked due to a bad port, then set response to a network error.")
        @Test
        void connectsToNoBadPort() throws Exception {
            new WebSocket("ws://127.0.0.1:25/", WebSocketOptions.DEFAULT, recorder.handlers());
            assertFailed();
            assertThat(recorder.error.message()).contains("25");
        }

        @Standard({
            "Append (`Upgrade`, `websocket`) to request's header list.",
            "Append (`Connection`, `Upgrade`) to request's header list.",
            "Append (`Sec-WebSocket-Version`, `13`) to request's header list.",
            "Append (`Sec-WebSocket-Extensions`, permessageDeflate) to request's header list."
        })
        @Test
        void asksForTheUpgrade() throws Exception {
            connect(WebSocketOptions.DEFAULT, "", socket -> {});
            assertThat(request())
                    .startsWith("GET / HTTP/1.1\r\n")
                    .contains("\r\nUpgrade: websocket\r\n", "\r\nConnection: Upgrade\r\n")
                    .contains("\r\nSec-WebSocket-Version: 13\r\n")
                    .containsPattern("\r\nSec-WebSocket-Extensions: permessage-deflate\\b");
        }

        @Standard("Let keyValue be a nonce consisting of a randomly selected 16-byte value that has been"
                + " forgiving-base64-encoded and isomorphic encoded.")
        @Test
        void sendsAnotherKeyEachTime() throws Exception {
            connect(plain().build(), "", socket -> {});
            new WebSocket(server.url(), plain().build());
            Set<String> keys = new HashSet<>();
            for (int i = 0; i < 2; i++) {
                Matcher key = Pattern.compile("Sec-WebSocket-Key: (\\S+)").matcher(request());
                assertThat(key.find()).isTrue();
                assertThat(Base64.getDecoder().decode(key.group(1))).hasSize(16);
                keys.add(key.group(1));
            }
            assertThat(keys).hasSize(2);
        }

        @Standard("For each protocol in protocols, combine (`Sec-WebSocket-Protocol`, protocol) in request's header"
                + " list.")
        @Test
        void offersTheSubprotocolsInTheirOrder() throws Exception {
            connect(plain().protocols("b", "a").build(), "Sec-WebSocket-Protocol: a\r\n", socket -> {});
            assertThat(request()).contains("\r\nSec-WebSocket-Protocol: b, a\r\n");
        }

        @Standard("redirect mode is \"error\"")
        @Test
        void followsNoRedirect() throws Exception {
            assertFails("HTTP/1.1 302 Found|Location: /other|Content-Length: 0||");
        }

        @Standard("If response is a network error or its status is not 101, fail the WebSocket connection.")
        @Test
        void failsIfTheStatusIsNot101() throws Exception {
            assertFails("HTTP/1.1 200 OK|Content-Length: 0||");
        }

        @Standard("If protocols is not the empty list and extracting header list values given"
                + " `Sec-WebSocket-Protocol` and response's header list results in null, failure, or the empty byte"
                + " sequence, then fail the WebSocket connection.")
        @Test
        void failsIfNoSubprotocolIsChosenThoughSomeWereOffered() throws Exception {
            assertFails(OK + "|", "a", "b");
            stopTheServer();
            assertFails(OK + "Sec-WebSocket-Protocol: |" + "|", "a");
        }

        @Standard("Follow the requirements stated step 2 to step 6, inclusive, of the last set of steps in section 4.1"
                + " of The WebSocket Protocol to validate response.")
        @Test
        void failsIfTheResponseBreaksRfc6455() throws Exception {
            for (String response : List.of(
                    OK.replace("Upgrade: websocket", "Upgrade: h2c"),
                    OK.replace("Connection: Upgrade", "Connection: keep-alive"),
                    OK.replace("{accept}", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
                    OK + "Sec-WebSocket-Extensions: never-offered|",
                    OK + "Sec-WebSocket-Protocol: never-offered|")) {
                assertFails(response + "|");
                stopTheServer();
            }
        }
    }

    @Nested
    class TheAttributes {
        @Standard("The url getter steps are to return this's url, serialized.")
        @Test
        void urlIsSerialized() {
            assertThat(new WebSocket("WS://LocalHost:6667/a b/../c?\u00e4").url())
                    .isEqualTo("ws://localhost:6667/c?%C3%A4");
        }

        @Standard({
            "CONNECTING (numeric value 0): The connection has not yet been established.",
            "OPEN (numeric value 1): The WebSocket connection is established and communication is possible.",
            "CLOSING (numeric value 2): The connection is going through the closing handshake, or the close() method"
                    + " has been invoked.",
            "CLOSED (numeric value 3): The connection has been closed or could not be opened."
        })
        @Test
        void readyStateGoesFromZeroToThree() throws Exception {
            BlockingQueue<Integer> states = new LinkedBlockingQueue<>();
            WebSocket socket = new WebSocket(BLOCKED, WebSocketOptions.DEFAULT, made -> states.add(made.readyState()));
            until(() -> socket.readyState() == 3);
            WebSocket second = open(WebSocketsStandardTest.this::noting);
            states.add(second.readyState());
            second.close();
            states.add(Math.min(2, second.readyState()));
            recorder.next();
            states.add(second.readyState());
            assertThat(states).containsExactly(0, 1, 2, 3);
            assertThat(List.of(WebSocket.CONNECTING, WebSocket.OPEN, WebSocket.CLOSING, WebSocket.CLOSED))
                    .containsExactly(0, 1, 2, 3);
        }

        @Standard({
            "The extensions attribute must initially return the empty string.",
            "The protocol attribute must initially return the empty string.",
            "Each WebSocket object has an associated binary type. Initially it must be \"blob\"."
        })
        @Test
        void beginEmptyAndWithBlobs() {
            new WebSocket(BLOCKED, WebSocketOptions.DEFAULT, made -> {
                assertThat(made.extensions()).isEmpty();
                assertThat(made.protocol()).isEmpty();
                assertThat(made.binaryType()).hasToString("blob");
            });
        }

        @Standard("The binaryType getter steps are to return this's binary type; the setter steps are to set it to the"
                + " given value.")
        @Test
        void binaryTypeIsWhatItWasSetTo() {
            WebSocket socket = new WebSocket(BLOCKED);
            socket.binaryType(BinaryType.ARRAYBUFFER);
            assertThat(socket.binaryType()).hasToString("arraybuffer");
        }

        @Standard({
            "bufferedAmount returns the number of bytes of application data (UTF-8 text and binary data) that have been"
                    + " queued using send() but not yet been transmitted to the network.",
            "This thus includes any text sent during the execution of the current task, regardless of whether the user"
                    + " agent is able to transmit text in the background.",
            "This does not include framing overhead incurred by the protocol."
        })
        @Test
        void bufferedAmountCountsPayloadUntilItIsOut() throws Exception {
            CompletableFuture<Long> within = new CompletableFuture<>();
            WebSocket socket = connect(
                    plain().build(),
                    "",
                    WebSocketsStandardTest.this::noting,
                    made -> made.onopen(event -> {
                        made.send("\u00e9\u20ac");
                        frame(); // it is out, and counts all the same
                        made.send(new byte[10]);
                        within.complete(made.bufferedAmount());
                    }));
            assertThat(within.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(15);
            frame();
            until(() -> socket.bufferedAmount() == 0);
        }

        @Standard("If the WebSocket connection is closed, this attribute's value will only increase with each call to"
                + " the send() method. (The number does not reset to zero once the connection closes.)")
        @Test
        void bufferedAmountOnlyGrowsOnceTheConnectionIsClosed() throws Exception {
            WebSocket socket = open(WebSocketsStandardTest.this::noting);
            socket.close();
            socket.send("abc");
            assertThat(recorder.next()).isEqualTo("close 1005 clean");
            assertThat(socket.bufferedAmount()).isEqualTo(3);
            socket.send(new byte[4]);
            assertThat(socket.bufferedAmount()).isEqualTo(7);
        }
    }

    @Nested
    class Close {
        @Standard(
                "If code is present, but is neither an integer equal to 1000 nor an integer in the range 3000 to 4999,"
                        + " inclusive, throw an \"InvalidAccessError\" DOMException.")
        @Test
        void takes1000And3000To4999() {
            WebSocket socket = new WebSocket(BLOCKED);
            for (int code : new int[] {999, 1001, 1005, 2999, 5000}) {
                assertThatThrownBy(() -> socket.close(code)).isInstanceOf(DOMException.InvalidAccessError.class);
            }
            socket.close(3000);
            socket.close(4999);
        }

        @Standard({
            "If reasonBytes is longer than 123 bytes, then throw a \"SyntaxError\" DOMException.",
            "Let reasonBytes be the result of encoding reason."
        })
        @Test
        void takes123BytesOfUtf8() {
            WebSocket socket = new WebSocket(BLOCKED);
            assertThatThrownBy(() -> socket.close(1000, "\u00e9".repeat(62)))
                    .isInstanceOf(DOMException.SyntaxError.class);
            socket.close(1000, "\u00e9".repeat(61) + "x");
        }

        @Standard("If this's ready state is CLOSING (2) or CLOSED (3): Do nothing.")
        @Test
        void doesNothingTheSecondTime() throws Exception {
            WebSocket socket = open(WebSocketsStandardTest.this::noting);
            socket.close(1000, "first");
            socket.close(4000, "second");
            assertThat(recorder.next()).isEqualTo("close 1000 first clean");
            socket.close(4001, "third");
            assertThat(socket.readyState()).isEqualTo(WebSocket.CLOSED);
            assertThat(frames).hasSize(1);
        }

        @Standard(
                "If the WebSocket connection is not yet established: Fail the WebSocket connection and set this's ready"
                        + " state to CLOSING (2).")
        @Test
        void failsAConnectionThatIsNotEstablished() throws Exception {
            BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
            server = new RawServer((peer, request) -> {});
            WebSocket socket = new WebSocket(
                    server.url(),
                    WebSocketOptions.builder().executor(tasks::add).build(),
                    recorder.handlers());
            socket.close();
            assertThat(socket.readyState()).isEqualTo(WebSocket.CLOSING);
            tasks.take().run();
            assertFailed();
            assertThat(socket.readyState()).isEqualTo(WebSocket.CLOSED);
        }

        @Standard({
            "If the WebSocket closing handshake has not yet been started: Start the WebSocket closing handshake and set"
                    + " this's ready state to CLOSING (2).",
            "If neither code nor reason is present, the WebSocket Close message must not have a body."
        })
        @Test
        void withoutACodeSendsNone() throws Exception {
            WebSocket socket = open(WebSocketsStandardTest.this::noting);
            socket.close();
            assertThat(socket.readyState()).isGreaterThanOrEqualTo(WebSocket.CLOSING);
            assertThat(frame()).isEqualTo("88 ");
        }

        @Standard("If code is present, then the status code to use in the WebSocket Close message must be the integer"
                + " given by code.")
        @Test
        void sendsTheCode() throws Exception {
            open(WebSocketsStandardTest.this::noting).close(4000);
            assertThat(frame()).isEqualTo("88 \u000f\ufffd"); // 0fa0; a0 alone is no UTF-8
        }

        @Standard("If reason is also present, then reasonBytes must be provided in the Close message after the status"
                + " code.")
        @Test
        void sendsTheReasonBehindTheCode() throws Exception {
            open(WebSocketsStandardTest.this::noting).close(3000, "gr\u00fc\u00df dich");
            assertThat(frame()).endsWith("gr\u00fc\u00df dich");
        }

        @Standard("The close() method does not discard previously sent messages before starting the WebSocket closing"
                + " handshake; the handshake will only start after the messages are sent.")
        @Test
        void comesBehindWhatWasSent() throws Exception {
            WebSocket socket = open(WebSocketsStandardTest.this::noting);
            socket.send("one");
            socket.send(Blob.of(
                    3,
                    () -> InputStream.nullInputStream().available() == 0
                            ? new java.io.ByteArrayInputStream(new byte[] {'t', 'w', 'o'})
                            : InputStream.nullInputStream()));
            socket.close();
            assertThat(List.of(frame(), frame(), frame())).containsExactly("81 one", "82 two", "88 ");
        }

        @Standard("Otherwise: Set this's ready state to CLOSING (2).")
        @Test
        void afterTheServersCloseFrameSendsNoOther() throws Exception {
            CountDownLatch closing = new CountDownLatch(1);
            server = new RawServer((socket, request) -> {
                RawServer.write(socket, RawServer.switching(request) + "\u0088\u0000");
                frames.add(PeerFrame.read(socket).toString()); // so it has been received, and answered
                closing.countDown();
            });
            CountDownLatch opened = new CountDownLatch(1);
            new WebSocket(server.url(), WebSocketOptions.DEFAULT, made -> {
                recorder.handlers().accept(made);
                made.onopen(event -> {
                    opened.countDown();
                    closing.await();
                    // The task that tells of the server's close frame is behind this one.
                    assertThat(made.readyState()).isEqualTo(WebSocket.OPEN);
                    made.close(4000, "mine");
                    recorder.note("state " + made.readyState());
                });
            });
            assertThat(opened.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(recorder.next()).isEqualTo("state 2");
            assertThat(frame()).isEqualTo("88 ");
            server.close();
            assertThat(recorder.next()).isEqualTo("close 1005 clean");
        }
    }

    @Nested
    class Send {
        @Standard("If this's ready state is CONNECTING, then throw an \"InvalidStateError\" DOMException.")
        @Test
        void throwsWhileConnecting() {
            new WebSocket(BLOCKED, WebSocketOptions.DEFAULT, socket -> {
                assertThatThrownBy(() -> socket.send("x")).isInstanceOf(DOMException.InvalidStateError.class);
                assertThatThrownBy(() -> socket.send(new byte[1])).isInstanceOf(DOMException.InvalidStateError.class);
                assertThatThrownBy(() -> socket.send(ByteBuffer.allocate(1)))
                        .isInstanceOf(DOMException.InvalidStateError.class);
                assertThatThrownBy(() -> socket.send(Blob.of("x"))).isInstanceOf(DOMException.InvalidStateError.class);
                assertThat(socket.bufferedAmount()).isZero();
            });
        }

        private void closeOnceAllIsOut(WebSocket socket) {
            until(() -> socket.bufferedAmount() == 0);
            socket.close();
        }

        @Standard({
            "If data is a string: send a WebSocket Message comprised of the data argument using a text frame opcode",
            "Any invocation of this method with a string argument that does not throw an exception must increase the"
                    + " bufferedAmount attribute by the number of bytes needed to express the argument as UTF-8."
        })
        @Test
        void sendsAStringAsText() throws Exception {
            WebSocket socket = open(WebSocketsStandardTest.this::noting);
            socket.send("h\u00e9llo \ud800");
            assertThat(frame()).isEqualTo("81 h\u00e9llo \ufffd");
            closeOnceAllIsOut(socket);
            socket.send("\u20ac");
            assertThat(socket.bufferedAmount()).isEqualTo(3);
        }

        @Standard({
            "If data is a Blob object: send a WebSocket Message comprised of data using a binary frame opcode",
            "Any invocation of this method with a Blob argument that does not throw an exception must increase the"
                    + " bufferedAmount attribute by the size of the Blob object's raw data, in bytes."
        })
        @Test
        void sendsABlobAsBinary() throws Exception {
            WebSocket socket = open(WebSocketsStandardTest.this::noting);
            socket.send(Blob.of("raw"));
            assertThat(frame()).isEqualTo("82 raw");
            closeOnceAllIsOut(socket);
            socket.send(Blob.of(1000, InputStream::nullInputStream));
            assertThat(socket.bufferedAmount()).isEqualTo(1000);
        }

        @Standard({
            "If data is an ArrayBuffer: send a WebSocket Message comprised of data using a binary frame opcode",
            "Any invocation of this method with an ArrayBuffer argument that does not throw an exception must increase"
                    + " the bufferedAmount attribute by the length of the ArrayBuffer in bytes."
        })
        @Test
        void sendsAnArrayAsBinary() throws Exception {
            WebSocket socket = open(WebSocketsStandardTest.this::noting);
            socket.send(new byte[] {'a', 'b'});
            assertThat(frame()).isEqualTo("82 ab");
            closeOnceAllIsOut(socket);
            socket.send(new byte[5]);
            assertThat(socket.bufferedAmount()).isEqualTo(5);
        }

        @Standard({
            "If data is an ArrayBufferView: The data to be sent is the data stored in the section of the buffer"
                    + " described by the ArrayBuffer object that data references.",
            "Any invocation of this method with this kind of argument that does not throw an exception must increase"
                    + " the bufferedAmount attribute by the length of data's buffer in bytes."
        })
        @Test
        void sendsTheSectionOfABufferAsBinary() throws Exception {
            WebSocket socket = open(WebSocketsStandardTest.this::noting);
            ByteBuffer view = ByteBuffer.wrap("abcdef".getBytes(StandardCharsets.US_ASCII))
                    .position(2)
                    .limit(5);
            socket.send(view);
            assertThat(frame()).isEqualTo("82 cde");
            assertThat(view.position()).isEqualTo(2);
            closeOnceAllIsOut(socket);
            socket.send(view);
            // Of the view, as in browsers.
            assertThat(socket.bufferedAmount()).isEqualTo(3);
        }

        @Standard("If the WebSocket connection is established and the WebSocket closing handshake has not yet started")
        @Test
        void sendsNothingOnceTheClosingHandshakeHasStarted() throws Exception {
            WebSocket socket = open(WebSocketsStandardTest.this::noting);
            socket.close();
            socket.send("too late");
            assertThat(recorder.next()).isEqualTo("close 1005 clean");
            assertThat(frames).containsExactly("88 ");
        }

        @Standard(
                "if the data cannot be sent, e.g. because it would need to be buffered but the buffer is full, the user"
                        + " agent must flag the WebSocket as full and then close the WebSocket connection.")
        @Test
        void closesASocketWhoseBufferIsFull() throws Exception {
            WebSocket socket = connect(
                    plain().limits(Limits.DEFAULTS.withMaxBufferedBytes(100_000))
                            .build(),
                    "",
                    deaf -> {});
            assertThat(recorder.next()).isEqualTo("open");
            for (int i = 0; i < 32; i++) {
                socket.send(new byte[1024 * 1024]);
            }
            assertFailed();
            assertThat(socket.bufferedAmount()).isPositive();
        }
    }

    @Nested
    class Feedback {
        @Standard({
            "When the WebSocket connection is established: Change the ready state to OPEN (1).",
            "Change the extensions attribute's value to the extensions in use, if it is not the null value.",
            "Change the protocol attribute's value to the subprotocol in use, if it is not the null value.",
            "Fire an event named open at the WebSocket object."
        })
        @Test
        void establishedChangesTheAttributesAndFiresOpen() throws Exception {
            connect(
                    WebSocketOptions.builder().protocols("chat").build(),
                    "Sec-WebSocket-Protocol: chat\r\n"
                            + "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n",
                    WebSocketsStandardTest.this::noting,
                    made -> made.onopen(event -> recorder.note(event.type() + " " + made.readyState() + " "
                            + made.protocol() + " " + made.extensions() + " " + (event.target() == made))));
            assertThat(recorder.next()).isEqualTo("open 1 chat permessage-deflate; server_no_context_takeover true");
        }

        @Standard("Since the algorithm above is queued as a task, there is no race condition between the WebSocket"
                + " connection being established and the script setting up an event listener for the open event.")
        @Test
        void openReachesAListenerThatIsSetAfterwards() throws Exception {
            CountDownLatch opened = new CountDownLatch(1);
            connect(plain().build(), "", WebSocketsStandardTest.this::noting);
            WebSocket late = new WebSocket(server.url(), WebSocketOptions.DEFAULT);
            until(() -> late.readyState() == WebSocket.OPEN);
            late.onopen(event -> opened.countDown());
            assertThat(opened.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }

        @Standard("When a WebSocket message has been received: If ready state is not OPEN (1), then return.")
        @Test
        void noMessageIsToldOnceTheSocketIsClosing() throws Exception {
            connect(
                    plain().build(),
                    "",
                    peer -> {
                        RawServer.write(peer, "\u0081\u0001a\u0081\u0001b\u0081\u0001c");
                        noting(peer);
                    },
                    made -> made.onmessage(event -> {
                        recorder.note(event.text());
                        made.close();
                    }));
            assertThat(List.of(recorder.next(), recorder.next(), recorder.next()))
                    .containsExactly("open", "a", "close 1005 clean");
        }

        @Standard({
            "type indicates that the data is Text: a new DOMString containing data",
            "type indicates that the data is Binary and binary type is \"blob\": a new Blob object that represents data"
                    + " as its raw data",
            "type indicates that the data is Binary and binary type is \"arraybuffer\": a new ArrayBuffer object whose"
                    + " contents are data"
        })
        @Test
        void dataIsAStringABlobOrAnArray() throws Exception {
            BlockingQueue<Object> data = new LinkedBlockingQueue<>();
            connect(
                    plain().build(),
                    "",
                    peer -> {
                        RawServer.write(peer, "\u0081\u0001a\u0082\u0001b\u0082\u0001c");
                        noting(peer);
                    },
                    made -> made.onmessage(event -> {
                        data.add(event.data());
                        if (event.data() instanceof Blob) {
                            made.binaryType(BinaryType.ARRAYBUFFER);
                        }
                    }));
            assertThat(data.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("a");
            assertThat(((Blob) data.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).bytes())
                    .containsExactly('b');
            assertThat(data.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(new byte[] {'c'});
        }

        @Standard("Fire an event named message at the WebSocket object, using MessageEvent, with the origin attribute"
                + " initialized to the serialization of the WebSocket object's url's origin, and the data attribute"
                + " initialized to dataForEvent.")
        @Test
        void aMessageEventHasOriginAndData() throws Exception {
            BlockingQueue<MessageEvent> messages = new LinkedBlockingQueue<>();
            connect(
                    plain().build(),
                    "",
                    peer -> {
                        RawServer.write(peer, "\u0081\u0002hi");
                        noting(peer);
                    },
                    made -> made.onmessage(messages::add));
            MessageEvent message = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(message.origin() + "/").isEqualTo(server.url());
            assertThat(message.data()).isEqualTo("hi");
            assertThat(message.type()).hasToString("message");
        }

        @Standard(
                "When the WebSocket closing handshake is started, the user agent must queue a task to change the ready"
                        + " state to CLOSING (2).")
        @Test
        void theServersCloseFrameMakesTheSocketClosing() throws Exception {
            CountDownLatch end = new CountDownLatch(1);
            WebSocket socket = open(peer -> {
                RawServer.write(peer, "\u0088\u0000");
                end.await();
                peer.close();
            });
            until(() -> socket.readyState() == WebSocket.CLOSING);
            assertThat(recorder.isEmpty()).isTrue();
            end.countDown();
            assertThat(recorder.next()).isEqualTo("close 1005 clean");
        }

        @Standard({
            "When the WebSocket connection is closed, possibly cleanly: Change the ready state to CLOSED (3).",
            "If the user agent was required to fail the WebSocket connection, or if the WebSocket connection was closed"
                    + " after being flagged as full, fire an event named error at the WebSocket object."
        })
        @Test
        void aFailureIsAnErrorEventAndThenACloseEventBothClosed() throws Exception {
            connect(
                    plain().build(),
                    "",
                    peer -> {
                        RawServer.write(peer, "\u0083\u0000"); // opcode 3
                        peer.getInputStream().readAllBytes();
                        peer.close();
                    },
                    made -> {
                        made.addEventListener(EventType.ERROR, event -> recorder.note("state " + made.readyState()));
                        made.addEventListener(EventType.CLOSE, event -> recorder.note("state " + made.readyState()));
                    });
            assertThat(List.of(recorder.next(), recorder.next(), recorder.next(), recorder.next(), recorder.next()))
                    .containsExactly("open", "error", "state 3", "close 1006", "state 3");
        }

        @Standard({
            "Fire an event named close at the WebSocket object, using CloseEvent",
            "the wasClean attribute initialized to true if the connection closed cleanly and false otherwise",
            "the code attribute initialized to the WebSocket connection close code",
            "the reason attribute initialized to the result of applying UTF-8 decode without BOM to the WebSocket"
                    + " connection close reason"
        })
        @Test
        void aCloseEventTellsHowItEnded() throws Exception {
            WebSocket socket = connect(plain().build(), "", peer -> {
                // 4001 and a reason that begins with a byte order mark, which stays.
                RawServer.write(peer, "\u0088\u0007\u000f\u00a1\u00ef\u00bb\u00bfhi");
                PeerFrame.read(peer);
                peer.close();
            });
            assertThat(List.of(recorder.next(), recorder.next())).containsExactly("open", "close 4001 \ufeffhi clean");
            assertThat(recorder.close.code()).isEqualTo(4001);
            assertThat(recorder.close.reason()).isEqualTo("\ufeffhi");
            assertThat(recorder.close.wasClean()).isTrue();
            assertThat(recorder.close.target()).isSameAs(socket);
        }

        @Standard(
                "In all of these cases, the WebSocket connection close code would be 1006, as required by The WebSocket"
                        + " Protocol.")
        @Test
        void aConnectionThatIsLostHasCode1006() throws Exception {
            open(Socket::close);
            assertFailed();
            assertThat(recorder.close.wasClean()).isFalse();
            assertThat(recorder.close.reason()).isEmpty();
        }

        @Standard("The task source for all tasks queued in this section is the WebSocket task source.")
        @Test
        void tasksRunOneAfterTheOtherInOrder() throws Exception {
            StringBuffer told = new StringBuffer();
            connect(
                    plain().build(),
                    "",
                    peer -> {
                        for (int i = 0; i < 50; i++) {
                            RawServer.write(peer, "\u0081\u0002" + (char) ('A' + i / 10) + i % 10);
                        }
                        RawServer.write(peer, "\u0088\u0000");
                        PeerFrame.read(peer);
                        peer.close();
                    },
                    made -> {
                        made.onopen(event -> told.append("open "));
                        made.onmessage(event -> told.append(event.text()).append(' '));
                        made.onclose(event -> recorder.note(told + "close"));
                    });
            StringBuilder expected = new StringBuilder("open ");
            for (int i = 0; i < 50; i++) {
                expected.append((char) ('A' + i / 10)).append(i % 10).append(' ');
            }
            assertThat(recorder.next()).isEqualTo(expected + "close");
        }
    }

    @Nested
    class TheEventHandlers {
        @Standard(
                "The following are the event handlers (and their corresponding event handler event types) that must be"
                        + " supported: onopen open, onmessage message, onerror error, onclose close")
        @Test
        void areFourWithTheirTypes() throws Exception {
            server = new RawServer((peer, request) -> {
                RawServer.write(peer, RawServer.switching(request) + "\u0081\u0000\u0083\u0000");
                peer.getInputStream().readAllBytes();
                peer.close();
            });
            new WebSocket(server.url(), plain().build(), made -> {
                EventListener<Event> noting =
                        event -> recorder.note(event.type().toString());
                made.onopen(noting);
                made.onmessage(noting);
                made.onerror(noting);
                made.onclose(noting);
                assertThat(made.onopen()).isSameAs(noting);
                assertThat(made.onmessage()).isSameAs(noting);
                assertThat(made.onerror()).isSameAs(noting);
                assertThat(made.onclose()).isSameAs(noting);
            });
            assertThat(List.of(recorder.next(), recorder.next(), recorder.next(), recorder.next()))
                    .containsExactly("open", "message", "error", "close");
        }
    }

    @Nested
    class PingAndPongFrames {
        @Standard({
            "The WebSocket protocol defines Ping and Pong frames. These are not currently exposed in the API.",
            "User agents must not use pings or unsolicited pongs to aid the server."
        })
        @Test
        void areAnsweredWithoutAnEvent() throws Exception {
            WebSocket socket = connect(plain().build(), "", peer -> {
                RawServer.write(peer, "\u0089\u0002hi\u008a\u0001x\u0081\u0001a");
                noting(peer);
            });
            assertThat(List.of(recorder.next(), recorder.next())).containsExactly("open", "a");
            socket.close();
            assertThat(recorder.next()).isEqualTo("close 1005 clean");
            assertThat(frames).containsExactly("8a hi", "88 ");
        }
    }

    @Nested
    class GarbageCollection {
        @Standard({
            "A WebSocket object whose ready state was set to CONNECTING (0) must not be garbage collected if there are"
                    + " any event listeners registered for open, message, error, or close events.",
            "A WebSocket object whose ready state was set to OPEN (1) must not be garbage collected if there are any"
                    + " event listeners registered for message, error, or close events.",
            "A WebSocket object whose ready state was set to CLOSING (2) must not be garbage collected if there are any"
                    + " event listeners registered for error or close events."
        })
        @Test
        void noSocketIsCollectedBeforeItsLastEvent() throws Exception {
            CountDownLatch connecting = new CountDownLatch(1);
            CountDownLatch opened = new CountDownLatch(1);
            CountDownLatch closing = new CountDownLatch(1);
            server = new RawServer((peer, request) -> {
                connecting.await();
                RawServer.write(peer, RawServer.switching(request));
                opened.await();
                RawServer.write(peer, "\u0081\u0001a");
                PeerFrame.read(peer);
                closing.await();
                RawServer.write(peer, "\u0088\u0000");
                peer.close();
            });
            WeakReference<WebSocket> socket = new WeakReference<>(forgotten());
            System.gc();
            assertThat(socket.get()).isNotNull();
            connecting.countDown();
            assertThat(recorder.next()).isEqualTo("open");
            System.gc();
            opened.countDown();
            assertThat(recorder.next()).isEqualTo("a");
            assertThat(recorder.next()).isEqualTo("closing");
            System.gc();
            closing.countDown();
            assertThat(recorder.next()).isEqualTo("close 1005 clean");
        }

        private WebSocket forgotten() {
            WebSocket socket = new WebSocket(server.url(), plain().build(), recorder.handlers());
            socket.addEventListener(EventType.MESSAGE, event -> {
                event.target().close();
                recorder.note("closing");
            });
            return socket;
        }

        @Standard("A WebSocket object with an established connection that has data queued to be transmitted to the"
                + " network must not be garbage collected.")
        @Test
        void noSocketIsCollectedBeforeItsDataIsOut() throws Exception {
            CountDownLatch read = new CountDownLatch(1);
            server = new RawServer((peer, request) -> {
                RawServer.write(peer, RawServer.switching(request));
                read.await();
                noting(peer);
            });
            new WebSocket(
                    server.url(),
                    plain().build(),
                    made -> made.onopen(event -> {
                        for (int i = 0; i < 12; i++) {
                            made.send(new byte[1024 * 1024]);
                        }
                        made.send("last");
                        made.onopen(null);
                        recorder.note("sent");
                    }));
            assertThat(recorder.next()).isEqualTo("sent");
            System.gc();
            read.countDown();
            for (int i = 0; i < 12; i++) {
                assertThat(frame()).hasSize(3 + 1024 * 1024);
            }
            assertThat(frame()).isEqualTo("81 last");
        }

        @Standard("If a WebSocket object is garbage collected while its connection is still open, the user agent must"
                + " start the WebSocket closing handshake, with no status code for the Close message.")
        @Test
        void aSocketIsCollectedOnceItIsClosedAndNeverWhileItIsOpen() throws Exception {
            server = new RawServer((peer, request) -> {
                RawServer.write(peer, RawServer.switching(request));
                noting(peer);
            });
            WeakReference<WebSocket> socket = new WeakReference<>(new WebSocket(server.url(), plain().build()));
            until(() -> socket.get() == null || socket.get().readyState() == WebSocket.OPEN);
            System.gc();
            assertThat(socket.get()).as("an open socket without listeners").isNotNull();
            socket.get().close();
            assertThat(frame()).isEqualTo("88 ");
            until(() -> {
                System.gc();
                return socket.get() == null;
            });
        }
    }
}
