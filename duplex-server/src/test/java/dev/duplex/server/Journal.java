package dev.duplex.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.transport.CloseEvent;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A handler that writes down what it is told; tests take it from there, in order, and wait for it if need be. */
class Journal implements WebSocketHandler {
    private final BlockingQueue<Object> entries = new LinkedBlockingQueue<>();
    private final BlockingQueue<Session> sessions = new LinkedBlockingQueue<>();

    void add(Object entry) {
        entries.add(entry);
    }

    Object next() throws InterruptedException {
        Object entry = entries.poll(10, TimeUnit.SECONDS);
        assertThat(entry).as("what the handler is told next").isNotNull();
        return entry;
    }

    CloseEvent closed() throws InterruptedException {
        Object entry = next();
        assertThat(entry).isInstanceOf(CloseEvent.class);
        return (CloseEvent) entry;
    }

    /** The session opened next. */
    Session session() throws InterruptedException {
        Session session = sessions.poll(10, TimeUnit.SECONDS);
        assertThat(session).as("a session").isNotNull();
        return session;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    @Override
    public void onOpen(Session session) throws Exception {
        sessions.add(session);
    }

    @Override
    public void onMessage(Session session, Message message) throws Exception {
        entries.add(message.isText() ? message.text() : message.bytes());
    }

    @Override
    public void onClose(Session session, CloseEvent event) throws Exception {
        entries.add(event);
    }

    @Override
    public void onError(Session session, Throwable error) {
        entries.add(error);
    }
}
