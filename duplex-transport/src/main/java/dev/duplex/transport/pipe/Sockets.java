package dev.duplex.transport.pipe;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Connections to servers that know nothing of WebSocket, as two pipes each. */
public final class Sockets implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup loops;
    private final Duration timeout;

    /** @param timeout for a connection to be made */
    public Sockets(String threadName, Duration timeout) {
        this.loops = new MultiThreadIoEventLoopGroup(
                Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                new DefaultThreadFactory(threadName, true),
                NioIoHandler.newFactory());
        this.timeout = timeout;
    }

    /**
     * A connection.
     *
     * @param in what the server reads
     * @param out what it writes
     */
    public record Connection(PipeWriter in, PipeReader out) {}

    /**
     * Connects.
     *
     * @param address of a host or of a Unix socket; a host's name is looked up each time
     * @return fails with an IOException
     */
    public CompletableFuture<Connection> connect(SocketAddress address) {
        CompletableFuture<Connection> connected = new CompletableFuture<>();
        SocketPipe pipe = new SocketPipe();
        Bootstrap bootstrap = new Bootstrap()
                .group(loops)
                .channel(
                        address instanceof UnixDomainSocketAddress
                                ? NioDomainSocketChannel.class
                                : NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout.toMillis())
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(pipe.handler());
                    }
                });
        if (address instanceof InetSocketAddress) {
            bootstrap.option(ChannelOption.TCP_NODELAY, true);
        }
        ChannelFuture attempt = bootstrap.connect(address);
        attempt.addListener(done -> {
            if (done.isSuccess()) {
                pipe.connected(attempt.channel());
                connected.complete(new Connection(pipe, pipe));
            } else {
                connected.completeExceptionally(new IOException(
                        "cannot connect to " + address + ": " + done.cause().getMessage(), done.cause()));
            }
        });
        return connected;
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
