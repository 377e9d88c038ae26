import io.helidon.common.buffers.BufferData;
import io.helidon.common.tls.Tls;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.websocket.WsRouting;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Helidon hands over frames, not messages, so what comes in fragments goes back in fragments. Its limit of 1 MiB for a
 * frame stays: text frames of 4 MiB and more kept its carrier threads busy for minutes. usage: EchoHelidon PORT
 */
public final class EchoHelidon {
    private static final Set<WsSession> EVERYBODY = ConcurrentHashMap.newKeySet();

    public static void main(String[] args) {
        WebServerConfig.Builder builder = WebServer.builder()
                .host("127.0.0.1")
                .port(Integer.parseInt(args[0]))
                .addRouting(WsRouting.builder()
                        .endpoint("/echo", Echo::new)
                        .endpoint("/broadcast", Broadcast::new));
        if (Keystore.isGiven()) {
            builder.tls(Tls.builder().sslContext(Keystore.context()).build());
        }
        builder.build().start();
    }

    private static final class Echo implements WsListener {
        @Override
        public void onPing(WsSession session, BufferData payload) {
            session.pong(payload); // Helidon leaves the answer to its listeners
        }

        @Override
        public void onMessage(WsSession session, String text, boolean last) {
            session.send(text, last);
        }

        @Override
        public void onMessage(WsSession session, BufferData bytes, boolean last) {
            session.send(bytes, last);
        }
    }

    private static final class Broadcast implements WsListener {
        @Override
        public void onOpen(WsSession session) {
            EVERYBODY.add(session);
        }

        @Override
        public void onMessage(WsSession session, String text, boolean last) {
            for (WsSession each : EVERYBODY) {
                try {
                    each.send(text, last);
                } catch (UncheckedIOException | IllegalStateException e) {
                    EVERYBODY.remove(each); // it has gone; the sender has not
                }
            }
        }

        @Override
        public void onClose(WsSession session, int status, String reason) {
            EVERYBODY.remove(session);
        }
    }
}
