import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.PfxOptions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** usage: EchoVertx PORT */
public final class EchoVertx {
    private static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
    private static final Set<ServerWebSocket> EVERYBODY = ConcurrentHashMap.newKeySet();

    public static void main(String[] args) {
        Vertx vertx = Vertx.vertx(
                new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
        HttpServerOptions options = new HttpServerOptions()
                .setMaxWebSocketFrameSize(MAX_MESSAGE_BYTES)
                .setMaxWebSocketMessageSize(MAX_MESSAGE_BYTES);
        if (System.getenv("PEER_NO_CONTEXT_TAKEOVER") != null) {
            options.setWebSocketAllowServerNoContext(true).setWebSocketPreferredClientNoContext(true);
        }
        if (Keystore.isGiven()) {
            options.setSsl(true)
                    .setKeyCertOptions(new PfxOptions()
                            .setPath(Keystore.path().toString())
                            .setPassword(Keystore.PASSWORD));
        }
        vertx.createHttpServer(options)
                .webSocketHandler(EchoVertx::open)
                .listen(Integer.parseInt(args[0]), "127.0.0.1");
    }

    private static void open(ServerWebSocket socket) {
        if (socket.path().equals("/broadcast")) {
            EVERYBODY.add(socket);
            socket.closeHandler(nothing -> EVERYBODY.remove(socket));
            socket.textMessageHandler(text -> EVERYBODY.forEach(each -> each.writeTextMessage(text)));
        } else {
            socket.textMessageHandler(socket::writeTextMessage);
            socket.binaryMessageHandler(socket::writeBinaryMessage);
        }
    }
}
