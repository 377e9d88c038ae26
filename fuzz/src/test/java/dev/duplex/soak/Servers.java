package dev.duplex.soak;

import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.server.Message;
import dev.duplex.server.Route;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.SlowConsumerPolicy;
import dev.duplex.transport.Tls;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The servers under load: one plain, one with TLS, with the same routes. */
final class Servers implements AutoCloseable {
    static final String NEWS = "news";

    final AtomicLong opened = new AtomicLong();
    final AtomicLong closed = new AtomicLong();
    final WebSocketServer plain;
    final WebSocketServer secure;

    Servers(Settings settings) {
        plain = builder(settings).start();
        secure = builder(settings).tls(Tls.selfSigned("localhost")).start();
    }

    private WebSocketServer.Builder builder(Settings settings) {
        return WebSocketServer.builder()
                .port(0)
                .eventLoops(1)
                .limits(settings.limits())
                .webSocket("/echo", new Echo())
                .webSocket("/shared", Route.to(new Echo()).compression(DeflateOptions.SHARED.withThreshold(16)))
                .webSocket("/dedicated", Route.to(new Echo()).compression(DeflateOptions.DEDICATED.withThreshold(16)))
                .webSocket("/blocking", Route.to(new Echo()).blocking())
                .webSocket("/streaming", Route.to(new Echo()).streaming().compression(DeflateOptions.SHARED))
                .webSocket("/news", Route.to(new News()).compression(DeflateOptions.DEDICATED.withThreshold(16)))
                .webSocket("/news-drop", Route.to(new News()).slowConsumers(SlowConsumerPolicy.DROP_OLDEST))
                // It sends without being asked, so that bytes are on their way whatever the peer does.
                .webSocket("/flood", new Flood());
    }

    List<WebSocketServer> all() {
        return List.of(plain, secure);
    }

    /** What must be nothing once all peers are gone. */
    int left() {
        return plain.sessions().size()
                + secure.sessions().size()
                + plain.topics().size()
                + secure.topics().size();
    }

    private class Counted implements WebSocketHandler {
        @Override
        public void onOpen(Session session) throws Exception {
            opened.incrementAndGet();
        }

        @Override
        public void onMessage(Session session, Message message) throws Exception {}

        @Override
        public void onClose(Session session, dev.duplex.transport.CloseEvent event) throws Exception {
            closed.incrementAndGet();
        }
    }

    private final class Echo extends Counted {
        @Override
        public void onMessage(Session session, Message message) {
            session.send(message);
        }
    }

    private final class News extends Counted {
        @Override
        public void onOpen(Session session) throws Exception {
            super.onOpen(session);
            session.subscribe(NEWS);
        }
    }

    private final class Flood extends Counted {
        private static final int MESSAGES = 16;

        @Override
        public void onOpen(Session session) throws Exception {
            super.onOpen(session);
            for (int i = 0; i < MESSAGES; i++) {
                session.send(new byte[4096]);
            }
        }
    }

    @Override
    public void close() {
        plain.close();
        secure.close();
    }
}
