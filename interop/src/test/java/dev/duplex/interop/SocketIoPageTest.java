package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.Args;
import dev.duplex.socketio.Socket;
import dev.duplex.socketio.SocketIoServer;
import dev.duplex.socketio.parser.MsgpackParser;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The official client in a browser, from the bundles that our server serves, with a page of the same server. */
@Tag("page")
@ExtendWith(ChromiumExtension.class)
class SocketIoPageTest {
    /** Connects, and keeps how the connection changed and what came; {@code %s} makes {@code io} known. */
    private static final String PAGE = """
            <!doctype html><meta charset="utf-8"><title>Socket.IO</title><link rel="icon" href="data:,">
            %s
              const hex = (bytes) => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, '0')).join('');
              const came = [];
              const ways = [];
              const socket = io({ reconnectionDelay: 50, reconnectionDelayMax: 100 });
              socket.io.on('open', () => {
                ways.push(socket.io.engine.transport.name);
                socket.io.engine.on('upgrade', (transport) => ways.push(transport.name));
              });
              socket.on('file', (name, bytes, answer) => {
                came.push(name + ' ' + hex(bytes));
                answer({ size: bytes.byteLength, reversed: new Uint8Array(bytes).reverse().buffer });
              });
              socket.on('said', (text) => came.push(text));
              Object.assign(window, { socket, came, ways, hex });
            </script>""";

    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();

    private record Reversed(int size, byte[] reversed) {}

    private WebSocketServer start(SocketIoServer.Builder builder, String script) {
        return start(builder, script, 0);
    }

    private WebSocketServer start(SocketIoServer.Builder builder, String script, int port) {
        SocketIoServer io = builder.build();
        io.onConnection(socket -> {
            socket.on("echo", (args, ack) -> ack.send(args.values().toArray()));
            socket.on("room", String.class, room -> socket.join(room));
            sockets.add(socket);
        });
        HttpResponse page = HttpResponse.html(200, PAGE.formatted(script));
        return io.attach(WebSocketServer.builder().port(port).http("/", HttpHandler.of(request -> page)))
                .start();
    }

    private static Page open(Browser browser, WebSocketServer server) {
        return browser.open(URI.create("http://127.0.0.1:" + server.port() + "/"))
                .waitUntil("window.socket && socket.connected");
    }

    private Socket connected() throws InterruptedException {
        Socket socket = sockets.poll(30, TimeUnit.SECONDS);
        assertThat(socket).isNotNull();
        return socket;
    }

    private static SocketIoServer.Builder builder(boolean msgpack) {
        return msgpack ? SocketIoServer.builder().parser(mapper -> new MsgpackParser()) : SocketIoServer.builder();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "<script src='/socket.io/socket.io.js'></script><script>, false",
                "<script src='/socket.io/socket.io.min.js'></script><script>, false",
                "<script src='/socket.io/socket.io.msgpack.min.js'></script><script>, true",
                "<script type=module>import { io } from '/socket.io/socket.io.esm.min.js';, false"
            })
    void goesFromPollingToWebSocketAndSendsBytesBothWays(String script, boolean msgpack, Browser browser)
            throws Exception {
        try (WebSocketServer server = start(builder(msgpack), script)) {
            Page page = open(browser, server);
            Socket socket = connected();
            page.waitUntil("ways.length === 2");
            assertThat(page.texts("ways")).containsExactly("polling", "websocket");

            String answer = page.text("""
                    new Promise((resolve) => socket.emit('echo', { a: new Uint8Array([1, 2, 255]).buffer }, 'ü😀', null,
                        (bytes, text, nothing) => resolve([hex(bytes.a), text, nothing].join(' '))))""");
            assertThat(answer).isEqualTo("0102ff ü😀 ");

            Reversed reversed = socket.emitWithAck("file", Reversed.class, "name", new byte[] {1, 2, (byte) 0xfe})
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            assertThat(reversed.size()).isEqualTo(3);
            assertThat(reversed.reversed()).containsExactly(0xfe, 2, 1);
            assertThat(page.texts("came")).containsExactly("name 0102fe");
            assertThat(page.problems()).isEmpty();
        }
    }

    @Test
    void aLargeFileGoesThroughWhileTheConnectionIsUpgraded(Browser browser) throws Exception {
        String script = "<script src='/socket.io/socket.io.js'></script><script>";
        try (WebSocketServer server = start(SocketIoServer.builder(), script)) {
            Page page = open(browser, server);
            List<String> sizes = page.texts("""
                    Promise.all([100, 100_000, 900_000].map((size) => new Promise((resolve) => {
                      const bytes = new Uint8Array(size).fill(7);
                      socket.emit('echo', bytes, (back) => resolve(String(back.byteLength)));
                    })))""");
            assertThat(sizes).containsExactly("100", "100000", "900000");
            assertThat(connected()
                            .emitWithAck("file", Args.class, "large", new byte[900_000])
                            .toCompletableFuture())
                    .succeedsWithin(Duration.ofSeconds(30));
            assertThat(page.problems()).isEmpty();
        }
    }

    @Test
    void twoPagesShareARoomAndComeBackAfterTheServer(Browser browser) throws Exception {
        String script = "<script src='/socket.io/socket.io.js'></script><script>";
        int port;
        Page first;
        Page second;
        try (WebSocketServer server = start(SocketIoServer.builder(), script)) {
            port = server.port();
            first = open(browser, server);
            second = open(browser, server);
            for (Page page : List.of(first, second)) {
                page.evaluate("socket.on('connect', () => socket.emit('room', 'red')); socket.emit('room', 'red'); 0");
                page.evaluate("socket.emitWithAck('echo')");
            }
            connected().nsp().to("red").emit("said", "to both");
            for (Page page : List.of(first, second)) {
                page.waitUntil("came.includes('to both')");
            }
        }
        for (Page page : List.of(first, second)) {
            page.waitUntil("!socket.connected");
        }
        sockets.clear();
        try (WebSocketServer server = start(SocketIoServer.builder(), script, port)) {
            assertThat(server.port()).isEqualTo(port);
            for (Page page : List.of(first, second)) {
                page.waitUntil("socket.connected");
                page.evaluate("socket.emitWithAck('echo')");
            }
            connected().nsp().to("red").emit("said", "again");
            for (Page page : List.of(first, second)) {
                page.waitUntil("came.includes('again')");
            }
        }
    }
}
