package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.client.Blob;
import dev.duplex.client.WebSocket;
import dev.duplex.client.WebSocketOptions;
import dev.duplex.core.deflate.DeflateOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our client against servers of the npm package ws: {@code peers/serve-ws.js}. */
@Tag("peer")
class WsServerTest {
    private static final int PATIENCE_SECONDS = 60;

    /** What the servers print. */
    private static final BlockingQueue<String> PRINTED = new LinkedBlockingQueue<>();

    private static Process node;
    private static String base;

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private byte[] lastBytes = {};

    @BeforeAll
    static void startTheServers() throws Exception {
        node = new ProcessBuilder(Peers.node().toString(), "serve-ws.js")
                .directory(Peers.NODE_FOLDER.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread reader = new Thread(WsServerTest::readWhatIsPrinted, "serve-ws");
        reader.setDaemon(true);
        reader.start();
        base = "ws://127.0.0.1:" + printed();
    }

    private static void readWhatIsPrinted() {
        try (BufferedReader lines = node.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(PRINTED::add);
        } catch (IOException e) {
            PRINTED.add(e.toString());
        }
    }

    @AfterAll
    static void stopTheServers() {
        if (node != null) {
            node.destroy();
        }
    }

    private static String printed() throws InterruptedException {
        return PRINTED.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** The server has printed this, possibly behind the ends of connections before. */
    private static void assertPrinted(String line) throws InterruptedException {
        String last = printed();
        while (last != null && !last.equals(line)) {
            last = printed();
        }
        assertThat(last).isEqualTo(line);
    }

    private WebSocket connect(String path, WebSocketOptions options) {
        PRINTED.clear();
        return new WebSocket(base + path, options, socket -> {
            socket.onopen(event -> told.add("open"));
            socket.onmessage(event -> {
                lastBytes = event.bytes();
                told.add(event.isText() ? event.text() : lastBytes.length + " bytes");
            });
            socket.onerror(event -> told.add("error " + event.message()));
            socket.onclose(event ->
                    told.add("close " + event.code() + " " + event.reason() + (event.wasClean() ? " clean" : "")));
        });
    }

    private WebSocket open(String path, WebSocketOptions options) throws InterruptedException {
        WebSocket socket = connect(path, options);
        assertTold("open");
        return socket;
    }

    private WebSocket open(String path) throws InterruptedException {
        return open(path, WebSocketOptions.DEFAULT);
    }

    private String next() throws InterruptedException {
        return told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private void assertTold(String... lines) throws InterruptedException {
        for (String line : lines) {
            assertThat(next()).isEqualTo(line);
        }
    }

    @Test
    void textBytesAndBlobsComeBack() throws Exception {
        WebSocket socket = open("/echo");
        assertThat(socket.extensions()).isEmpty();
        socket.send("Grüße, 世界 \uD83D\uDE00");
        assertTold("Grüße, 世界 \uD83D\uDE00");
        socket.send("");
        assertTold("");
        byte[] bytes = new byte[300_000];
        new Random(1).nextBytes(bytes);
        socket.send(bytes);
        assertTold("300000 bytes");
        assertThat(lastBytes).isEqualTo(bytes);
        socket.send(Blob.of(bytes));
        assertTold("300000 bytes");
        socket.close(4000, "genug für heute");
        assertThat(next()).startsWith("close 4000").endsWith("clean");
        assertPrinted("closed 4000 genug für heute");
    }

    @Test
    void closeWithoutACodeIs1005There() throws Exception {
        open("/echo").close();
        assertTold("close 1005  clean");
        assertPrinted("closed 1005");
    }

    @Test
    void fragmentsAreOneMessage() throws Exception {
        open("/fragments");
        assertTold("frag" + "ments", "1001 bytes");
    }

    @Test
    void aPingIsAnswered() throws Exception {
        open("/ping");
        assertTold("pong are you there?");
    }

    @Test
    void itsCloseHasCodeAndReason() throws Exception {
        open("/close");
        assertTold("close 4001 bis bald \uD83D\uDC4B clean");
    }

    @Test
    void itsCloseWithoutACodeIs1005() throws Exception {
        open("/close-without-a-code");
        assertTold("close 1005  clean");
    }

    @Test
    void itsTerminateIsALostConnection() throws Exception {
        open("/terminate");
        assertThat(next()).startsWith("error ");
        assertTold("close 1006 ");
    }

    @Test
    void theSubprotocolIsTheOneThatItHasChosen() throws Exception {
        WebSocketOptions two = WebSocketOptions.builder().protocols("a", "b").build();
        WebSocket socket = open("/chooses-the-second", two);
        assertThat(socket.protocol()).isEqualTo("b");
        socket.close();
    }

    @Test
    void aServerThatChoosesNoSubprotocolFailsTheConnection() throws Exception {
        connect("/chooses-none", WebSocketOptions.builder().protocols("a", "b").build());
        assertThat(next()).startsWith("error ").contains("[a, b]");
        assertTold("close 1006 ");
    }

    @Test
    void aMessageBeyondItsMaxPayloadEndsWith1009() throws Exception {
        WebSocket socket = open("/small");
        socket.send("x".repeat(100));
        assertTold("x".repeat(100));
        socket.send("x".repeat(101));
        assertThat(next()).startsWith("close 1009");
        assertPrinted("error WS_ERR_UNSUPPORTED_MESSAGE_LENGTH");
    }

    @Test
    void aRefusalIsToldWithStatusAndBody() throws Exception {
        connect("/unauthorized", WebSocketOptions.DEFAULT);
        assertThat(next()).startsWith("error ").contains("401", "token?");
        assertTold("close 1006 ");
    }

    @Test
    void aRedirectIsFollowedOnRequestOnly() throws Exception {
        connect("/redirect", WebSocketOptions.DEFAULT);
        assertThat(next()).startsWith("error ").contains("302");
        assertTold("close 1006 ");
        open("/redirect", WebSocketOptions.builder().followRedirects().build()).close();
        assertTold("close 1005  clean");
    }

    @ParameterizedTest
    @CsvSource({
        "/deflate, SHARED",
        "/deflate, DEDICATED",
        "/deflate-server-alone, SHARED",
        "/deflate-server-alone, DEDICATED",
        "/deflate-client-alone, SHARED",
        "/deflate-client-alone, DEDICATED",
        "/deflate-both-alone, SHARED",
        "/deflate-both-alone, DEDICATED",
        "/deflate-server-9, SHARED",
        "/deflate-server-9, DEDICATED",
        "/deflate-client-9, SHARED",
        "/deflate-client-9, DEDICATED",
    })
    void everyParameterOfPermessageDeflateWorks(String path, String compression) throws Exception {
        DeflateOptions options = compression.equals("SHARED") ? DeflateOptions.SHARED : DeflateOptions.DEDICATED;
        WebSocket socket =
                open(path, WebSocketOptions.builder().compression(options).build());
        assertThat(socket.extensions()).startsWith("permessage-deflate");
        byte[] random = new byte[20_000];
        Random source = new Random(7);
        for (int i = 0; i < 5; i++) {
            String text = i + " compress me ".repeat(5_000);
            socket.send(text);
            assertTold(text);
            source.nextBytes(random);
            socket.send(random);
            assertTold("20000 bytes");
            assertThat(lastBytes).isEqualTo(random);
        }
        socket.close();
        assertTold("close 1005  clean");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/echo", "/deflate"})
    void aThousandMessagesComeBackInOrder(String path) throws Exception {
        WebSocket socket = open(path);
        List<String> messages = new Random(3)
                .ints(1000, 0, 400)
                .mapToObj(length -> "message " + "x".repeat(length))
                .toList();
        messages.forEach(socket::send);
        assertTold(messages.toArray(String[]::new));
        socket.close();
    }
}
