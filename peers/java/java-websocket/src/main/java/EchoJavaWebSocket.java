import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.java_websocket.WebSocket;
import org.java_websocket.drafts.Draft_6455;
import org.java_websocket.extensions.permessage_deflate.PerMessageDeflateExtension;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.protocols.Protocol;
import org.java_websocket.server.DefaultSSLWebSocketServerFactory;
import org.java_websocket.server.WebSocketServer;

/** usage: EchoJavaWebSocket PORT */
public final class EchoJavaWebSocket extends WebSocketServer {
    private static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

    private EchoJavaWebSocket(int port) {
        super(
                new InetSocketAddress("127.0.0.1", port),
                1,
                List.of(new Draft_6455(
                        List.of(new PerMessageDeflateExtension()), List.of(new Protocol("")), MAX_MESSAGE_BYTES)));
        setReuseAddr(true);
        if (Keystore.isGiven()) {
            setWebSocketFactory(new DefaultSSLWebSocketServerFactory(Keystore.context()));
        }
    }

    public static void main(String[] args) {
        new EchoJavaWebSocket(Integer.parseInt(args[0])).run();
    }

    @Override
    public void onOpen(WebSocket socket, ClientHandshake handshake) {
        socket.setAttachment(handshake.getResourceDescriptor().startsWith("/broadcast"));
    }

    @Override
    public void onMessage(WebSocket socket, String text) {
        if (socket.<Boolean>getAttachment()) {
            broadcast(text);
        } else {
            socket.send(text);
        }
    }

    @Override
    public void onMessage(WebSocket socket, ByteBuffer bytes) {
        socket.send(bytes);
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason, boolean remote) {}

    @Override
    public void onError(WebSocket socket, Exception cause) {}

    @Override
    public void onStart() {}
}
