package dev.duplex.transport.internal;

import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.transport.Transport;
import io.netty.bootstrap.AbstractBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/** The event loops of one server or client, each with its {@link LoopState}, on the transport that was chosen. */
public final class EventLoops {
    private final Transport transport;
    private final MultiThreadIoEventLoopGroup group;
    private final Map<EventExecutor, LoopState> states = new IdentityHashMap<>();
    private final List<LoopState> ordered = new ArrayList<>();

    private EventLoops(
            Transport transport, MultiThreadIoEventLoopGroup group, Function<EventLoop, LoopState> newState) {
        this.transport = transport;
        this.group = group;
        for (EventExecutor executor : group) {
            LoopState state = newState.apply((EventLoop) executor);
            states.put(executor, state);
            ordered.add(state);
        }
    }

    /**
     * Starts event loops.
     *
     * @param wanted which transport; AUTO for the best that works here
     * @param threads how many loops; 0 for one per processor
     * @param deflate makes the compressors of each loop
     * @throws IllegalStateException if a transport was asked for by name and does not work here
     */
    public static EventLoops open(
            Transport wanted, int threads, String threadName, Supplier<DeflateResources> deflate) {
        // Not daemons: a program whose main method has started a server goes on running.
        return open(wanted, threads, new DefaultThreadFactory(threadName), deflate);
    }

    /** As the other, on threads from a factory. */
    public static EventLoops open(
            Transport wanted, int threads, ThreadFactory threadFactory, Supplier<DeflateResources> deflate) {
        Transport chosen = choose(wanted);
        IoHandlerFactory handlers = switch (chosen) {
            case IO_URING -> IoUringIoHandler.newFactory();
            case EPOLL -> EpollIoHandler.newFactory();
            case KQUEUE -> KQueueIoHandler.newFactory();
            default -> NioIoHandler.newFactory();
        };
        int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(count, threadFactory, handlers);
        return new EventLoops(chosen, group, loop -> new LoopState(loop, System::nanoTime, deflate.get()));
    }

    private static Transport choose(Transport wanted) {
        if (wanted == Transport.AUTO) {
            if (Epoll.isAvailable()) {
                return Transport.EPOLL;
            }
            return KQueue.isAvailable() ? Transport.KQUEUE : Transport.NIO;
        }
        Throwable missing = switch (wanted) {
            case IO_URING -> IoUring.unavailabilityCause();
            case EPOLL -> Epoll.unavailabilityCause();
            case KQUEUE -> KQueue.unavailabilityCause();
            default -> null;
        };
        if (missing != null) {
            throw new IllegalStateException(
                    "the transport " + wanted + " does not work on this machine: " + missing.getMessage()
                            + "; choose AUTO",
                    missing);
        }
        return wanted;
    }

    /** What was chosen; never AUTO. */
    public Transport transport() {
        return transport;
    }

    public MultiThreadIoEventLoopGroup group() {
        return group;
    }

    public LoopState stateOf(EventLoop loop) {
        LoopState state = states.get(loop);
        if (state == null) {
            throw new IllegalArgumentException("not an event loop of this group: " + loop);
        }
        return state;
    }

    /** Every loop's state, in a fixed order. */
    public List<LoopState> states() {
        return ordered;
    }

    /** The kind of channel that listens on such an address. */
    public Class<? extends ServerChannel> serverChannel(SocketAddress address) {
        boolean unix = address instanceof UnixDomainSocketAddress;
        return switch (transport) {
            case IO_URING -> unix ? IoUringServerDomainSocketChannel.class : IoUringServerSocketChannel.class;
            case EPOLL -> unix ? EpollServerDomainSocketChannel.class : EpollServerSocketChannel.class;
            case KQUEUE -> unix ? KQueueServerDomainSocketChannel.class : KQueueServerSocketChannel.class;
            default -> unix ? NioServerDomainSocketChannel.class : NioServerSocketChannel.class;
        };
    }

    /** The kind of channel that connects to such an address. */
    public Class<? extends Channel> channel(SocketAddress address) {
        boolean unix = address instanceof UnixDomainSocketAddress;
        return switch (transport) {
            case IO_URING -> unix ? IoUringDomainSocketChannel.class : IoUringSocketChannel.class;
            case EPOLL -> unix ? EpollDomainSocketChannel.class : EpollSocketChannel.class;
            case KQUEUE -> unix ? KQueueDomainSocketChannel.class : KQueueSocketChannel.class;
            default -> unix ? NioDomainSocketChannel.class : NioSocketChannel.class;
        };
    }

    /**
     * Lets a channel that is bound to a local address take its port only when it connects: one that another channel uses
     * to another peer serves too (IP_BIND_ADDRESS_NO_PORT). Without effect where a transport does not know that.
     */
    public void takePortWhenConnecting(AbstractBootstrap<?, ?> bootstrap) {
        if (transport == Transport.EPOLL) {
            bootstrap.option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
        }
    }

    /** Has a new channel read the way that is best on this transport; not if TLS comes first, which keeps what it reads. */
    public void readTogether(Channel channel) {
        if (transport == Transport.EPOLL || transport == Transport.NIO) {
            stateOf(channel.eventLoop()).input().use(channel);
        }
    }

    /** The address in the form in which this transport wants it: the native ones have their own for Unix sockets. */
    public SocketAddress nativeAddress(SocketAddress address) {
        if (address instanceof UnixDomainSocketAddress unix && transport != Transport.NIO) {
            Path path = unix.getPath();
            return new DomainSocketAddress(path.toFile());
        }
        return address;
    }

    /** Stops the loops and releases what each holds; done when the future is. */
    public Future<?> shutdown() {
        for (LoopState state : ordered) {
            state.loop().execute(state::close);
        }
        return group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    }
}
