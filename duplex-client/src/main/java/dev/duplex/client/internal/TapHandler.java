package dev.duplex.client.internal;

import dev.duplex.client.internal.wire.WireTap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows a {@link WireTap} what passes between TLS and the protocol; there only if somebody wants to see it. */
final class TapHandler extends ChannelDuplexHandler {
    private static final Logger LOG = LoggerFactory.getLogger(TapHandler.class);

    private final WireTap tap;
    private final @Nullable SslHandler ssl;

    /** @param ssl in front of it, or null */
    TapHandler(WireTap tap, @Nullable SslHandler ssl) {
        this.tap = tap;
        this.ssl = ssl;
    }

    static void connected(WireTap tap, SocketAddress peer) {
        tell(() -> tap.connected(peer));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (ssl != null && event instanceof SslHandshakeCompletionEvent tls && tls.isSuccess()) {
            tell(() -> tap.secured(ssl.engine().getSession()));
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        show(message, tap::received);
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        show(message, tap::sent);
        ctx.write(message, promise);
    }

    private static void show(Object message, Consumer<ByteBuffer> to) {
        if (message instanceof ByteBuf bytes && bytes.isReadable()) {
            tell(() -> to.accept(bytes.nioBuffer().asReadOnlyBuffer()));
        }
    }

    private static void tell(Runnable what) {
        try {
            what.run();
        } catch (RuntimeException e) {
            LOG.warn("A tap of a WebSocket has failed", e);
        }
    }
}
