package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Many clients of one server. */
final class Crowd implements AutoCloseable, Iterable<RawClient> {
    private final List<RawClient> clients = new ArrayList<>();

    /**
     * How many of something: few in a build, and as many as the table of hostile input says where {@code
     * scripts/hostile} asks for it.
     */
    static int size(int few, int all) {
        return isFull() ? all : few;
    }

    static boolean isFull() {
        return Boolean.getBoolean("duplex.hostile.full");
    }

    /** Says what was measured, for the person who runs {@code scripts/hostile}. */
    static void report(String format, Object... numbers) {
        if (isFull()) {
            System.out.printf(format + "%n", numbers);
        }
    }

    static Crowd connect(int port, int size) throws IOException {
        Crowd crowd = new Crowd();
        for (int i = 0; i < size; i++) {
            crowd.clients.add(RawClient.connect(port));
        }
        return crowd;
    }

    /** Connects so many and opens a WebSocket on each. */
    static Crowd open(int port, int size, String path, String... fields) throws IOException {
        Crowd crowd = new Crowd();
        String handshake = RawClient.handshake(path, fields);
        for (int i = 0; i < size; i++) {
            // At once: the server does not wait for ever, and thousands take a while.
            crowd.add(RawClient.connect(port).send(handshake));
        }
        for (RawClient client : crowd) {
            assertThat(client.response().status()).isEqualTo(101);
        }
        return crowd;
    }

    Crowd add(RawClient client) {
        clients.add(client);
        return this;
    }

    RawClient any() {
        return clients.get(0);
    }

    /** Each sends the same. */
    Crowd send(String characters) throws IOException {
        for (RawClient client : clients) {
            client.send(characters);
        }
        return this;
    }

    /** Each sends the same. */
    Crowd send(byte[] bytes) throws IOException {
        for (RawClient client : clients) {
            client.send(bytes);
        }
        return this;
    }

    /** Each sends the same, if the server has not ended its connection. */
    void trySend(String characters) {
        for (RawClient client : clients) {
            try {
                client.send(characters);
            } catch (IOException ended) {
                // As it should be, sooner or later.
            }
        }
    }

    /** Waits until the server has ended all connections. */
    Crowd ends() throws IOException {
        for (RawClient client : clients) {
            assertThat(client.ends()).isTrue();
        }
        return this;
    }

    /** Each sends a text message and has it back. */
    Crowd text(String message) throws IOException {
        send(RawClient.masked(0x81, message.getBytes(StandardCharsets.UTF_8)));
        for (RawClient client : clients) {
            assertThat(client.text()).isEqualTo(message);
        }
        return this;
    }

    @Override
    public Iterator<RawClient> iterator() {
        return clients.iterator();
    }

    /** Leaves without a word. */
    @Override
    public void close() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
    }
}
