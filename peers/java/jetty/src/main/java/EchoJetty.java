import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/** usage: EchoJetty PORT */
public final class EchoJetty {
    private static final long MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
    private static final Set<Session> EVERYBODY = ConcurrentHashMap.newKeySet();

    public static void main(String[] args) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server, 1, 1, tls());
        connector.setHost("127.0.0.1");
        connector.setPort(Integer.parseInt(args[0]));
        server.addConnector(connector);
        server.setHandler(WebSocketUpgradeHandler.from(server, container -> {
            container.setMaxTextMessageSize(MAX_MESSAGE_BYTES);
            container.setMaxBinaryMessageSize(MAX_MESSAGE_BYTES);
            container.setMaxFrameSize(MAX_MESSAGE_BYTES);
            container.addMapping("/echo", (request, response, callback) -> new Echo(false));
            container.addMapping("/broadcast", (request, response, callback) -> new Echo(true));
        }));
        server.start();
    }

    private static SslContextFactory.Server tls() {
        if (!Keystore.isGiven()) {
            return null;
        }
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setSslContext(Keystore.context());
        return tls;
    }

    public static final class Echo extends Session.Listener.AbstractAutoDemanding {
        private final boolean broadcast;

        Echo(boolean broadcast) {
            this.broadcast = broadcast;
        }

        @Override
        public void onWebSocketOpen(Session session) {
            super.onWebSocketOpen(session);
            if (broadcast) {
                EVERYBODY.add(session);
            }
        }

        @Override
        public void onWebSocketText(String message) {
            if (broadcast) {
                EVERYBODY.forEach(each -> each.sendText(message, Callback.NOOP));
            } else {
                getSession().sendText(message, Callback.NOOP);
            }
        }

        @Override
        public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
            getSession().sendBinary(payload, callback);
        }

        @Override
        public void onWebSocketClose(int code, String reason, Callback callback) {
            EVERYBODY.remove(getSession());
            callback.succeed();
        }
    }
}
