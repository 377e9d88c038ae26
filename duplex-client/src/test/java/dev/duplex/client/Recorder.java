package dev.duplex.client;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Notes the events of a socket in words, in the order in which they are told. */
final class Recorder {
    private static final long PATIENCE_SECONDS = 30;

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    volatile ErrorEvent error;
    volatile CloseEvent close;

    /** Sets the four handlers. */
    Consumer<WebSocket> handlers() {
        return socket -> {
            socket.onopen(event -> note("open"));
            socket.onmessage(event -> note(event.isText() ? event.text() : event.bytes().length + " bytes"));
            socket.onerror(event -> {
                error = event;
                note("error");
            });
            socket.onclose(event -> {
                close = event;
                note("close " + event.code() + (event.reason().isEmpty() ? "" : " " + event.reason())
                        + (event.wasClean() ? " clean" : ""));
            });
        };
    }

    void note(String event) {
        told.add(event);
    }

    /** The next event. */
    String next() throws InterruptedException {
        String event = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("no event within " + PATIENCE_SECONDS + " s");
        }
        return event;
    }

    boolean isEmpty() {
        return told.isEmpty();
    }
}
