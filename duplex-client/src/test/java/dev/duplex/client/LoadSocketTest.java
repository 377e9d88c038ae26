package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.client.internal.load.ConnectTimes;
import dev.duplex.client.internal.load.Expected;
import dev.duplex.client.internal.load.Incoming;
import dev.duplex.client.internal.load.LoadListener;
import dev.duplex.client.internal.load.LoadLoop;
import dev.duplex.client.internal.load.LoadLoops;
import dev.duplex.client.internal.load.LoadSocket;
import dev.duplex.client.internal.load.LoadTarget;
import dev.duplex.client.internal.load.Payload;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.Transport;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The connections of {@code duplex bench}, which do without the object of the standard. */
class LoadSocketTest {
    private static final Expected HELLO = new Expected("hello".getBytes(StandardCharsets.UTF_8));
    private static LoadLoops loops;

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<LoadSocket> opened = new LinkedBlockingQueue<>();

    @BeforeAll
    static void open() {
        loops = LoadLoops.open(Transport.AUTO, 1);
    }

    @AfterAll
    static void close() {
        loops.close();
    }

    private static LoadLoop loop() {
        return loops.loops().get(0);
    }

    private final class Recording implements LoadListener {
        @Override
        public void opened(LoadSocket socket, ConnectTimes times) {
            events.add("open" + (times.total() >= times.lookup() + times.tcp() + times.upgrade() ? "" : " " + times));
            opened.add(socket);
        }

        @Override
        public void failed(CloseKind kind, String message, @Nullable HandshakeResponse response) {
            events.add("failed " + kind + (response == null ? "" : " " + response.status()));
        }

        @Override
        public void message(LoadSocket socket, Incoming message, long now) {
            events.add((message.isText() ? "text " : "binary ") + message + (message.is(HELLO) ? "!" : ""));
        }

        @Override
        public void drained(LoadSocket socket) {
            events.add("drained");
        }

        @Override
        public void closed(LoadSocket socket, CloseEvent event) {
            events.add("closed " + event.code() + " " + event.kind());
        }
    }

    private void connect(String url) {
        LoadTarget target = LoadTarget.of(url, WebSocketOptions.DEFAULT);
        loop().execute(() -> loop().connect(target, null, new Recording()));
    }

    private String next() throws InterruptedException {
        return events.poll(30, TimeUnit.SECONDS);
    }

    @Test
    void masksEachMessageWithAKeyOfItsOwn() throws Exception {
        BlockingQueue<PeerFrame> frames = new LinkedBlockingQueue<>();
        try (RawServer server = new RawServer((connection, request) -> {
            RawServer.write(connection, RawServer.switching(request));
            while (true) {
                frames.add(PeerFrame.read(connection));
            }
        })) {
            connect(server.url());
            assertThat(next()).isEqualTo("open");
            LoadSocket socket = opened.take();
            Payload payload = new Payload("hello there".getBytes(StandardCharsets.UTF_8));
            int messages = 100;
            loop().execute(() -> {
                for (int i = 0; i < messages; i++) {
                    socket.send(i % 2 == 0, payload, 5 + i % 7);
                }
            });
            Set<Integer> keys = new HashSet<>();
            for (int i = 0; i < messages; i++) {
                PeerFrame frame = frames.poll(30, TimeUnit.SECONDS);
                assertThat(frame).isNotNull();
                assertThat(frame.opcode()).isEqualTo(i % 2 == 0 ? PeerFrame.TEXT : PeerFrame.BINARY);
                assertThat(frame.text()).isEqualTo("hello there".substring(0, 5 + i % 7));
                keys.add(frame.maskingKey());
            }
            // RFC 6455 §5.3; of 100 numbers out of 2^32, two are the same once in a million runs.
            assertThat(keys).hasSize(messages);
        }
        assertThat(next()).startsWith("closed 1006");
    }

    @Test
    void tellsWhatComesAndHowItEnds() throws Exception {
        try (RawServer server = new RawServer((connection, request) -> {
            RawServer.write(connection, RawServer.switching(request));
            PeerFrame.writeText(connection, "hello");
            PeerFrame.write(connection, PeerFrame.BINARY, "hi".getBytes(StandardCharsets.UTF_8));
            PeerFrame.read(connection);
            PeerFrame.write(connection, PeerFrame.CLOSE, (byte) 0x03, (byte) 0xE8);
            connection.close();
        })) {
            connect(server.url());
            assertThat(List.of(next(), next(), next())).containsExactly("open", "text hello!", "binary hi");
            LoadSocket socket = opened.take();
            loop().execute(() -> socket.close(1000));
            assertThat(next()).isEqualTo("closed 1000 CLOSED_BY_US");
        }
    }

    @Test
    void tellsWhyThereIsNoConnection() throws Exception {
        try (RawServer server = RawServer.answering("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")) {
            connect(server.url());
            assertThat(next()).isEqualTo("failed REFUSED 503");
        }
        assertThatThrownBy(() -> LoadTarget.of("mailto:me", WebSocketOptions.DEFAULT))
                .isInstanceOf(DOMException.SyntaxError.class);
    }

    /** RFC 6455 §4.1, item 2, is about one client; here one program is many. */
    @Test
    void doesNotWaitForOthersThatAreConnecting() throws Exception {
        int many = 8;
        CountDownLatch asked = new CountDownLatch(many);
        try (RawServer server = new RawServer((connection, request) -> {
            asked.countDown();
            asked.await(); // nobody is answered before all have asked
            RawServer.write(connection, RawServer.switching(request));
        })) {
            for (int i = 0; i < many; i++) {
                connect(server.url());
            }
            for (int i = 0; i < many; i++) {
                assertThat(next()).isEqualTo("open");
            }
        }
    }

    @Test
    void connectsFromAnAddressOfItsOwn() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (RawServer server =
                new RawServer((connection, request) -> RawServer.write(connection, RawServer.switching(request)))) {
            LoadTarget target = LoadTarget.of(server.url(), WebSocketOptions.DEFAULT);
            loop().execute(() -> loop().connect(target, loopback, new Recording()));
            assertThat(next()).isEqualTo("open");
        }
    }
}
