package dev.duplex.cli.connect;

import dev.duplex.client.WebSocket;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends what there is to send, on a thread of its own, which may wait for input for ever without keeping the program
 * alive. Reads no faster than the network takes it.
 */
final class Feed implements Runnable {
    /** More than this waits for the network: nothing is read until it is less. */
    private static final long HIGH_WATER = 1024 * 1024;

    private static final long PAUSE_NANOS = 500_000;

    /** Where to send. */
    interface Sockets {
        /** An open socket, as soon as there is one; null if there will be none any more. */
        @Nullable
        WebSocket awaitOpen() throws InterruptedException;
    }

    /** What is told, on the feed's thread. */
    interface Listener {
        /**
         * This is sent next.
         *
         * @return false if it should not be, and nothing else either
         */
        boolean sending(Outgoing message);

        /** What was given first is sent. */
        void firstSent();

        /** There is no more input. */
        void ended();

        void failed(IOException why);
    }

    private final Sockets sockets;
    private final List<Outgoing> first;
    private final MessageReader input;
    private final Listener listener;

    private Feed(Sockets sockets, List<Outgoing> first, MessageReader input, Listener listener) {
        this.sockets = sockets;
        this.first = first;
        this.input = input;
        this.listener = listener;
    }

    static void start(Sockets sockets, List<Outgoing> first, MessageReader input, Listener listener) {
        Thread thread = new Thread(new Feed(sockets, first, input, listener), "duplex-input");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        try {
            for (Outgoing message : first) {
                if (!send(message)) {
                    return;
                }
            }
            listener.firstSent();
            for (@Nullable Outgoing message = input.next(); message != null; message = input.next()) {
                if (!send(message)) {
                    return;
                }
            }
            if (drained(0) != null) {
                listener.ended();
            }
        } catch (IOException e) {
            listener.failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends when there is room; false if nothing can be sent any more. */
    private boolean send(Outgoing message) throws InterruptedException {
        WebSocket socket = drained(HIGH_WATER);
        if (socket == null || !listener.sending(message)) {
            return false;
        }
        message.sendTo(socket);
        return !(message instanceof Outgoing.Close);
    }

    /** An open socket of whose bytes at most so many are not with the operating system; null if there will be none. */
    private @Nullable WebSocket drained(long most) throws InterruptedException {
        WebSocket socket = sockets.awaitOpen();
        while (socket != null && socket.bufferedAmount() > most) {
            LockSupport.parkNanos(PAUSE_NANOS);
            if (socket.readyState() != WebSocket.OPEN) {
                socket = sockets.awaitOpen();
            }
        }
        return socket;
    }
}
