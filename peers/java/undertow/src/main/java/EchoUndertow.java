import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.websockets.WebSocketConnectionCallback;
import io.undertow.websockets.WebSocketProtocolHandshakeHandler;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedBinaryMessage;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.WebSocketCallback;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import io.undertow.websockets.extensions.PerMessageDeflateHandshake;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.xnio.Pooled;

/** usage: EchoUndertow PORT */
public final class EchoUndertow {
    private static final long MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
    private static final int DEFLATE_LEVEL = 6;
    private static final Set<WebSocketChannel> EVERYBODY = ConcurrentHashMap.newKeySet();

    public static void main(String[] args) {
        int port = Integer.parseInt(args[0]);
        Undertow.Builder builder = Undertow.builder().setIoThreads(1);
        if (Keystore.isGiven()) {
            builder.addHttpsListener(port, "127.0.0.1", Keystore.context());
        } else {
            builder.addHttpListener(port, "127.0.0.1");
        }
        builder.setHandler(Handlers.path()
                        .addPrefixPath("/", webSocket(false))
                        .addPrefixPath("/broadcast", webSocket(true)))
                .build()
                .start();
    }

    private static WebSocketProtocolHandshakeHandler webSocket(boolean broadcast) {
        return new WebSocketProtocolHandshakeHandler((WebSocketConnectionCallback) (exchange, channel) -> {
                    if (broadcast) {
                        EVERYBODY.add(channel);
                        channel.addCloseTask(EVERYBODY::remove);
                    }
                    channel.getReceiveSetter().set(new Echo(broadcast));
                    channel.resumeReceives();
                })
                .addExtension(new PerMessageDeflateHandshake(false, DEFLATE_LEVEL, true, true, (int) MAX_MESSAGE_BYTES));
    }

    private static final class Echo extends AbstractReceiveListener {
        private final boolean broadcast;

        Echo(boolean broadcast) {
            this.broadcast = broadcast;
        }

        @Override
        protected void onFullTextMessage(WebSocketChannel channel, BufferedTextMessage message) {
            String text = message.getData();
            if (broadcast) {
                for (WebSocketChannel each : EVERYBODY) {
                    WebSockets.sendText(text, each, null);
                }
            } else {
                WebSockets.sendText(text, channel, null);
            }
        }

        @Override
        protected void onFullBinaryMessage(WebSocketChannel channel, BufferedBinaryMessage message) {
            Pooled<ByteBuffer[]> data = message.getData();
            WebSockets.sendBinary(data.getResource(), channel, new WebSocketCallback<Void>() {
                @Override
                public void complete(WebSocketChannel to, Void nothing) {
                    data.free();
                }

                @Override
                public void onError(WebSocketChannel to, Void nothing, Throwable cause) {
                    data.free();
                }
            });
        }

        @Override
        protected long getMaxTextBufferSize() {
            return MAX_MESSAGE_BYTES;
        }

        @Override
        protected long getMaxBinaryBufferSize() {
            return MAX_MESSAGE_BYTES;
        }
    }
}
