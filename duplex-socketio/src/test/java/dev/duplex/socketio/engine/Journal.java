package dev.duplex.socketio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Echoes, and writes down what it is told. */
final class Journal implements EngineHandler {
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final BlockingQueue<EngineSocket> sockets = new LinkedBlockingQueue<>();

    /** Who has said "wait" waits for it. */
    final CountDownLatch goOn = new CountDownLatch(1);

    String next() throws InterruptedException {
        String line = lines.poll(30, TimeUnit.SECONDS);
        assertThat(line).as("something told").isNotNull();
        return line;
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    EngineSocket socket() throws InterruptedException {
        EngineSocket socket = sockets.poll(30, TimeUnit.SECONDS);
        assertThat(socket).as("a socket").isNotNull();
        return socket;
    }

    @Override
    public void onConnection(EngineSocket socket) {
        sockets.add(socket);
        lines.add("connection");
    }

    @Override
    public void onMessage(EngineSocket socket, String text) throws InterruptedException {
        lines.add("text " + text);
        if (text.equals("wait")) {
            assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
        }
        if (text.equals("throw")) {
            throw new IllegalStateException("on purpose");
        }
        socket.send(text);
    }

    @Override
    public void onMessage(EngineSocket socket, byte[] binary) {
        lines.add("bytes " + Arrays.toString(binary));
        socket.send(binary);
    }

    @Override
    public void onUpgrade(EngineSocket socket) {
        lines.add("upgrade");
    }

    @Override
    public void onDrain(EngineSocket socket) {
        lines.add("drain");
    }

    @Override
    public void onClose(EngineSocket socket, CloseReason reason, String description) {
        lines.add("close " + reason);
    }
}
