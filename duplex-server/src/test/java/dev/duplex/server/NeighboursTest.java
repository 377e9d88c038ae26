package dev.duplex.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import dev.duplex.transport.Tls;
import dev.duplex.transport.Transport;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Connections of one event loop are read into the same memory and written from the same memory. However what they send is
 * cut and mixed, each gets its own bytes back and nobody else's.
 */
class NeighboursTest {
    private static final int SECONDS = 60;
    private static final int MESSAGES = 60;
    private static final int BEGUN_AND_CUT = 20;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    /** Pauses after every third message, and goes on when another thread says so. */
    private final class Pausing implements WebSocketHandler {
        private int messages;

        @Override
        public void onMessage(Session session, Message message) {
            session.send(message);
            if (++messages % 3 == 0) {
                session.pause();
                threads.execute(session::resume);
            }
        }
    }

    /** Keeps a copy, and answers from another thread, in order. */
    private static final class Handing implements WebSocketHandler, AutoCloseable {
        private final ExecutorService one = Executors.newSingleThreadExecutor();

        @Override
        public void onMessage(Session session, Message message) {
            byte[] copy = message.bytes();
            one.execute(() -> session.send(new String(copy, UTF_8)));
        }

        @Override
        public void close() {
            one.shutdownNow();
        }
    }

    /** One client, whose messages consist of a character that no other client sends. */
    private static final class Neighbour implements AutoCloseable {
        private final RawClient client;
        private final String character;
        private final byte[] stream;
        private final StringBuilder expected = new StringBuilder();
        private int sent;

        Neighbour(RawClient client, String character, Random random) {
            this.client = client;
            this.character = character;
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < MESSAGES; i++) {
                int kind = random.nextInt(10);
                String text = i + character.repeat(kind < 7 ? random.nextInt(40) : kind < 9 ? 1_500 : 8_000);
                expected.append(text);
                byte[] payload = text.getBytes(UTF_8);
                if (random.nextInt(4) > 0) {
                    all.writeBytes(RawClient.masked(0x81, payload));
                } else {
                    // In two frames, cut anywhere, with a ping between them.
                    int cut = random.nextInt(payload.length + 1);
                    all.writeBytes(RawClient.masked(0x01, Arrays.copyOf(payload, cut)));
                    all.writeBytes(RawClient.masked(0x89, character.getBytes(UTF_8)));
                    all.writeBytes(RawClient.masked(0x80, Arrays.copyOfRange(payload, cut, payload.length)));
                }
            }
            stream = all.toByteArray();
        }

        boolean hasMore() {
            return sent < stream.length;
        }

        void sendSome(int bytes) throws IOException {
            int end = Math.min(stream.length, sent + bytes);
            client.send(Arrays.copyOfRange(stream, sent, end));
            sent = end;
        }

        /** The text of all that comes back. */
        String received() throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int left = expected.toString().getBytes(UTF_8).length; left > 0; ) {
                RawClient.Frame frame = client.frame();
                if (frame.opcode() == 10) {
                    assertThat(frame.text()).isEqualTo(character);
                } else {
                    all.writeBytes(frame.payload());
                    left -= frame.payload().length;
                }
            }
            return all.toString(UTF_8);
        }

        @Override
        public void close() throws IOException {
            client.close();
        }
    }

    private static RawClient open(WebSocketServer server, boolean tls, String path) throws Exception {
        if (!tls) {
            return RawClient.open(server, path);
        }
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        Socket plain = new Socket("127.0.0.1", server.port());
        SSLSocket socket =
                (SSLSocket) trusting.getSocketFactory().createSocket(plain, "127.0.0.1", server.port(), true);
        socket.startHandshake();
        RawClient client = new RawClient(socket).send(RawClient.handshake(path));
        assertThat(client.response().status()).isEqualTo(101);
        return client;
    }

    @ParameterizedTest
    @CsvSource({"EPOLL, false", "EPOLL, true", "NIO, false", "NIO, true", "IO_URING, false", "IO_URING, true"})
    void everybodyGetsTheirOwnBytes(Transport transport, boolean tls) throws Exception {
        try (Handing handing = new Handing()) {
            WebSocketHandler echo = WebSocketHandler.onMessage(Session::send);
            WebSocketServer.Builder builder = WebSocketServer.builder()
                    .port(0)
                    .eventLoops(1)
                    .limits(Limits.DEFAULTS.withHandshakeTimeout(Duration.ofSeconds(30)))
                    .webSocket("/whole", echo)
                    .webSocket("/parts", Route.to(echo).streaming())
                    .webSocket("/pausing", new Pausing())
                    .webSocket("/handing", handing);
            if (tls) {
                builder.tls(Tls.selfSigned("localhost", "127.0.0.1"));
            }
            try (WebSocketServer server = TransportsTest.startIfPossible(builder, transport)) {
                mix(server, tls, new Random(7));
            }
        }
    }

    private void mix(WebSocketServer server, boolean tls, Random random) throws Exception {
        List<Neighbour> neighbours = new ArrayList<>();
        try {
            List<Future<String>> received = new ArrayList<>();
            String characters = "甲乙丙丁戊己庚辛";
            String[] paths = {"/whole", "/parts", "/pausing", "/handing"};
            for (int i = 0; i < characters.length(); i++) {
                RawClient client = open(server, tls, paths[i % paths.length]);
                Neighbour neighbour = new Neighbour(client, characters.substring(i, i + 1), random);
                neighbours.add(neighbour);
                received.add(threads.submit(neighbour::received));
            }
            int[] sizes = {20, 2_000, 70_000};
            List<Neighbour> sending = new ArrayList<>(neighbours);
            for (int turn = 0; !sending.isEmpty(); turn++) {
                Neighbour next = sending.get(random.nextInt(sending.size()));
                next.sendSome(1 + random.nextInt(sizes[random.nextInt(sizes.length)]));
                sending.removeIf(neighbour -> !neighbour.hasMore());
                if (turn < BEGUN_AND_CUT) {
                    // Half a message of somebody who is gone then.
                    byte[] half = Arrays.copyOf(
                            RawClient.masked(0x81, "secret".repeat(100).getBytes(UTF_8)), 300);
                    open(server, tls, paths[turn % paths.length]).send(half).reset();
                }
            }
            for (int i = 0; i < received.size(); i++) {
                assertThat(received.get(i).get(SECONDS, TimeUnit.SECONDS))
                        .as(neighbours.get(i).character)
                        .isEqualTo(neighbours.get(i).expected.toString());
            }
        } finally {
            for (Neighbour neighbour : neighbours) {
                neighbour.close();
            }
        }
    }
}
