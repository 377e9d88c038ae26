package dev.duplex.server;

import dev.duplex.transport.CloseEvent;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A handler that notes what it is told, for a test to wait for. */
class Events implements WebSocketHandler {
    private static final int PATIENCE_SECONDS = 20;

    private final BlockingQueue<String> noted = new LinkedBlockingQueue<>();
    private final BlockingQueue<Session> opened = new LinkedBlockingQueue<>();

    @Override
    public void onOpen(Session session) throws Exception {
        opened.add(session);
    }

    @Override
    public void onMessage(Session session, Message message) throws Exception {
        String end = message.isLast() ? "" : " ...";
        noted.add((message.isText() ? "text " + message.text() : "binary " + hex(message)) + end);
    }

    @Override
    public void onPing(Session session, Message payload) {
        noted.add("ping " + hex(payload));
    }

    @Override
    public void onPong(Session session, Message payload) {
        noted.add("pong " + hex(payload));
    }

    @Override
    public void onDrain(Session session) {
        noted.add("drain");
    }

    @Override
    public void onClose(Session session, CloseEvent event) {
        noted.add("close " + event.code() + " '" + event.reason() + "' clean " + event.wasClean());
    }

    @Override
    public void onError(Session session, Throwable error) {
        noted.add("error " + error.getMessage());
    }

    private static String hex(Message message) {
        return HexFormat.of().formatHex(message.bytes());
    }

    /** The next event. */
    String next() throws InterruptedException {
        String event = noted.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("nothing happened within " + PATIENCE_SECONDS + " s");
        }
        return event;
    }

    /** Whether nothing is noted now. */
    boolean isEmpty() {
        return noted.isEmpty();
    }

    /** The next session that was opened. */
    Session session() throws InterruptedException {
        Session session = opened.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (session == null) {
            throw new AssertionError("no session was opened within " + PATIENCE_SECONDS + " s");
        }
        return session;
    }
}
