package dev.duplex.server.internal;

import dev.duplex.core.Limits;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.internal.EventLoops;
import dev.duplex.transport.internal.ServerSslHandler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Binds addresses and sets up what comes in: [ssl] → decoder → {@link HttpConnection}. */
public final class Listener {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketServer.class);

    /** Many clients come back at once after a restart. The system makes it less: by net.core.somaxconn, 4096 on Linux. */
    private static final int BACKLOG = 16 * 1024;

    private static final int LOW_WATER = 128 * 1024;
    private static final int HIGH_WATER = 256 * 1024;

    private static final String TOO_MANY = "HTTP/1.1 503 Service Unavailable\r\n"
            + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 22\r\nRetry-After: 5\r\nConnection: close\r\n\r\n"
            + "Too many connections.\n";

    private final ServerCore server;

    public Listener(ServerCore server) {
        this.server = server;
    }

    /**
     * Binds one address and begins to accept.
     *
     * @throws java.io.UncheckedIOException if the address cannot be bound
     */
    public Channel bind(SocketAddress address) {
        EventLoops loops = server.eventLoops();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverChannel(address))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                // One for all: what is of a single connection is in its handle.
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator())
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(LOW_WATER, HIGH_WATER))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel);
                    }
                });
        if (address instanceof InetSocketAddress) {
            bootstrap.option(ChannelOption.SO_REUSEADDR, true).childOption(ChannelOption.TCP_NODELAY, true);
        }
        Channel listening = bootstrap
                .bind(loops.nativeAddress(address))
                .syncUninterruptibly()
                .channel();
        listening.pipeline().addLast(new AcceptFailures());
        return listening;
    }

    /** Netty has stopped accepting for a second by the time it tells of a failure here. */
    private static final class AcceptFailures extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
            LOG.warn(
                    "No connection can be accepted on {} for a second: {}. If files are too many, raise their limit"
                            + " (ulimit -n) or lower maxConnections below it",
                    ctx.channel().localAddress(),
                    thrown.getMessage());
        }
    }

    private void accept(Channel channel) {
        if (!server.connectionOpened(channel)) {
            refuse(channel);
            return;
        }
        ServerSettings settings = server.settings();
        Limits limits = settings.limits();
        ChannelPipeline pipeline = channel.pipeline();
        SslContext tls = settings.tls();
        if (tls != null) {
            SslHandler handler = new ServerSslHandler(tls.newEngine(channel.alloc()));
            // Its handshake is within the deadline of HttpConnection, which knows when it is the server that is late.
            handler.setHandshakeTimeoutMillis(0);
            pipeline.addLast(handler);
        } else {
            server.eventLoops().readTogether(channel);
        }
        pipeline.addLast(new RequestDecoder(limits));
        pipeline.addLast(new HttpConnection(server, channel, server.loop(channel.eventLoop())));
    }

    /** Too many: says so, unless that would take a TLS handshake, and ends. */
    private void refuse(Channel channel) {
        channel.pipeline().addLast(new Discarding());
        if (server.settings().tls() != null) {
            channel.close();
            return;
        }
        channel.writeAndFlush(Unpooled.copiedBuffer(TOO_MANY, StandardCharsets.US_ASCII))
                .addListener(written -> {
                    // Closing with the request unread would reset the connection, and the answer might be lost.
                    if (written.isSuccess() && channel instanceof DuplexChannel duplex) {
                        duplex.shutdownOutput();
                        channel.eventLoop().schedule(() -> channel.close(), 1, TimeUnit.SECONDS);
                    } else {
                        channel.close();
                    }
                });
    }

    private static final class Discarding extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
            ctx.close();
        }
    }
}
