package dev.duplex.benchmarks;

import dev.duplex.server.Message;
import dev.duplex.server.Route;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.Tls;
import dev.duplex.transport.TlsEngine;
import dev.duplex.transport.Transport;
import java.nio.file.Path;

/**
 * The server that {@code scripts/bench} and {@code scripts/scaling} measure: the README's echo, and a topic, with default
 * settings on one event loop, or as many as the system property {@code loops} says, and with the JDK's TLS or the
 * {@link TlsEngine} that {@code tls} names. At {@code /topics/NUMBER} each session
 * subscribes to so many topics of its own. It prints the transport that it has chosen.
 *
 * <p>usage: {@code EchoServer PORT TRANSPORT [CERTIFICATE KEY]}, both of them PEM files
 */
public final class EchoServer {
    private static final String TOPIC = "everybody";

    private EchoServer() {}

    public static void main(String[] args) {
        WebSocketServer.Builder builder = WebSocketServer.builder()
                .port(Integer.parseInt(args[0]))
                .transport(Transport.valueOf(args[1]))
                .eventLoops(Integer.getInteger("loops", 1))
                .webSocket("/echo", WebSocketHandler.onMessage(Session::send))
                .webSocket("/broadcast", Route.to(new Broadcast()))
                .webSocket("/topics/{number}", Route.to(new OwnTopics()));
        if (args.length > 2) {
            builder.tls(Tls.pem(Path.of(args[2]), Path.of(args[3]))
                    .on(TlsEngine.valueOf(System.getProperty("tls", "JDK"))));
        }
        System.out.println("transport " + builder.start().transport());
    }

    private static final class OwnTopics implements WebSocketHandler {
        @Override
        public void onOpen(Session session) {
            int number = Integer.parseInt(session.request().pathParameter("number"));
            for (int i = 0; i < number; i++) {
                session.subscribe(session.id() + "/" + i);
            }
        }

        @Override
        public void onMessage(Session session, Message message) {}
    }

    private static final class Broadcast implements WebSocketHandler {
        @Override
        public void onOpen(Session session) {
            session.subscribe(TOPIC);
        }

        @Override
        public void onMessage(Session session, Message message) {
            session.server().publish(TOPIC, message.text());
        }
    }
}
