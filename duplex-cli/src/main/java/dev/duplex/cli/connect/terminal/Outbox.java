package dev.duplex.cli.connect.terminal;

import dev.duplex.cli.connect.Outgoing;
import dev.duplex.client.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is sent: over the connection there is, or, if another one is going to be made, over that, in order. What was given
 * to a connection is not sent again: nobody knows whether it has arrived. Any thread.
 */
final class Outbox {
    static final int MOST_WAITING = 100;

    /** What becomes of a message. */
    enum Fate {
        SENT,
        WAITS,
        NOT_SENT
    }

    private final boolean keeps;
    private final long mostBytes;
    private final Consumer<Outgoing> sending;
    private final Queue<Outgoing> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private @Nullable WebSocket open;

    /**
     * @param keeps whether messages wait while there is no connection
     * @param mostBytes that these have in all; files are not in memory and have none
     * @param sending told of each that is sent, before it is
     */
    Outbox(boolean keeps, long mostBytes, Consumer<Outgoing> sending) {
        this.keeps = keeps;
        this.mostBytes = mostBytes;
        this.sending = sending;
    }

    synchronized Fate send(Outgoing message) {
        Optional<WebSocket> socket = socket();
        if (socket.isPresent()) {
            give(message, socket.get());
            return Fate.SENT;
        }
        long bytes = bytes(message);
        if (!keeps || waiting.size() == MOST_WAITING || waitingBytes + bytes > mostBytes) {
            return Fate.NOT_SENT;
        }
        waiting.add(message);
        waitingBytes += bytes;
        return Fate.WAITS;
    }

    /**
     * There is a connection: sends these, and then what waits.
     *
     * @return how many have waited
     */
    synchronized int opened(WebSocket socket, List<Outgoing> first) {
        open = socket;
        first.forEach(message -> give(message, socket));
        int waited = waiting.size();
        waiting.forEach(message -> give(message, socket));
        waiting.clear();
        waitingBytes = 0;
        return waited;
    }

    /**
     * There is none any more.
     *
     * @return whether there was one
     */
    synchronized boolean lost() {
        boolean was = open != null;
        open = null;
        return was;
    }

    /** The open connection. */
    synchronized Optional<WebSocket> socket() {
        return Optional.ofNullable(open).filter(socket -> socket.readyState() == WebSocket.OPEN);
    }

    synchronized int waiting() {
        return waiting.size();
    }

    private void give(Outgoing message, WebSocket to) {
        sending.accept(message);
        message.sendTo(to);
    }

    private static long bytes(Outgoing message) {
        if (message instanceof Outgoing.Text text) {
            return text.text().getBytes(StandardCharsets.UTF_8).length;
        }
        return message instanceof Outgoing.Binary binary ? binary.bytes().length : 0;
    }
}
