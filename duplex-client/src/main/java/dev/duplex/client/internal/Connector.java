package dev.duplex.client.internal;

import dev.duplex.client.internal.wire.WireTap;
import dev.duplex.core.handshake.ClientHandshake;
import dev.duplex.core.handshake.HandshakeRequest;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.transport.internal.BlockingExecutor;
import dev.duplex.transport.internal.ConnectionListener;
import dev.duplex.transport.internal.EventLoops;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * "Establish a WebSocket connection": looks the host up, tries its addresses in order, and hands over to
 * {@link HandshakeHandler}. Tells its owner once how it went.
 */
public final class Connector {
    private static final int LOW_WATER = 128 * 1024;
    private static final int HIGH_WATER = 256 * 1024;

    /** Who wants the connection. The first two are called on the event loop, or on the thread that cancels. */
    public interface Owner extends ConnectionListener {
        /** The connection is established; messages follow. */
        void established(WebSocketConnection connection, String subprotocol, String extensions);

        /** There will be no connection. */
        void failed(Failure failure);

        /** Who is shown the opening handshake; on the event loop. */
        Observer observer();
    }

    /** Sees the opening handshake, and every byte if there is a tap. */
    public interface Observer {
        void onRequest(HandshakeRequest request);

        void onResponse(HandshakeResponse response);

        @Nullable
        WireTap tap();
    }

    /**
     * Why there is no connection.
     *
     * @param message one or two sentences; safe to log and to show
     * @param response what the server answered, if it did, with the head of the body
     */
    public record Failure(
            String message,
            @Nullable HandshakeResponse response,
            @Nullable Throwable cause) {}

    private final UrlRecord url;
    private final ConnectSettings settings;
    private final List<String> subprotocols;
    private final ClientHandshake.Builder request;
    private final EventLoop loop;
    private final Owner owner;
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile @Nullable Channel channel;
    private volatile @Nullable SslContext tls;

    public Connector(
            UrlRecord url,
            ConnectSettings settings,
            List<String> subprotocols,
            ClientHandshake.Builder request,
            EventLoop loop,
            Owner owner) {
        this.url = url;
        this.settings = settings;
        this.subprotocols = subprotocols;
        this.request = request;
        this.loop = loop;
        this.owner = owner;
    }

    public void start() {
        // Fetch: a request whose port is bad is blocked, which the page cannot tell from a server that is not there.
        if (settings.unixSocket() == null && BlockedPorts.contains(url.port())) {
            fail("the port " + url.port() + " belongs to another protocol, so that no connection is made to it"
                    + " (Fetch Standard, port blocking)");
            return;
        }
        try {
            BlockingExecutor.shared().execute(() -> {
                try {
                    if (url.isSecure()) {
                        tls = settings.tls().get(); // reads the JDK's certificates, which takes its time
                    }
                    connect(addresses(), 0);
                } catch (IOException e) {
                    fail("the host " + url.host() + " is not known", null, e);
                } catch (RuntimeException e) {
                    fail("no connection could be begun: " + e, null, e);
                }
            });
        } catch (RejectedExecutionException e) {
            fail("no thread to look up the host " + url.host(), null, e);
        }
    }

    /** Gives up; the owner is told so if it has not been told anything yet. Any thread. */
    public void cancel(String why) {
        fail(why);
        Channel current = channel;
        if (current != null) {
            current.close();
        }
    }

    private List<SocketAddress> addresses() throws IOException {
        if (settings.unixSocket() != null) {
            return List.of(UnixDomainSocketAddress.of(settings.unixSocket()));
        }
        InetAddress fixed = settings.hosts().get(url.host());
        InetAddress[] found = fixed != null ? new InetAddress[] {fixed} : InetAddress.getAllByName(url.hostName());
        List<SocketAddress> addresses = new ArrayList<>(found.length);
        for (InetAddress address : found) {
            addresses.add(new InetSocketAddress(address, url.port()));
        }
        return addresses;
    }

    private void connect(List<SocketAddress> addresses, int index) {
        SocketAddress address = addresses.get(index);
        ConnectingQueue.OF_THIS_JVM.enter(address, () -> {
            AtomicBoolean left = new AtomicBoolean();
            Runnable leave = () -> {
                if (left.compareAndSet(false, true)) {
                    ConnectingQueue.OF_THIS_JVM.leave(address);
                }
            };
            if (told.get()) {
                leave.run();
                return;
            }
            try {
                attempt(addresses, index, leave);
            } catch (RuntimeException e) {
                leave.run();
                fail("could not connect to " + shown(address) + ": " + e, null, e);
            }
        });
    }

    private void attempt(List<SocketAddress> addresses, int index, Runnable leave) {
        SocketAddress address = addresses.get(index);
        EventLoops loops = ClientLoops.shared().loops();
        HandshakeHandler handshake = new HandshakeHandler(this, url.isSecure(), leave);
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(loops.channel(address))
                .disableResolver()
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.min(Integer.MAX_VALUE, settings.connectTimeout().toMillis()))
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(LOW_WATER, HIGH_WATER))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel created) {
                        initialize(created, handshake);
                    }
                });
        if (address instanceof InetSocketAddress) {
            bootstrap.option(ChannelOption.TCP_NODELAY, true);
        }
        bootstrap.connect(loops.nativeAddress(address)).addListener(connected -> {
            if (connected.isSuccess()) {
                return; // the handshake goes on, and leaves the queue when it ends
            }
            leave.run();
            if (index + 1 < addresses.size() && !told.get()) {
                connect(addresses, index + 1);
            } else {
                Throwable cause = connected.cause();
                fail("could not connect to " + shown(address) + ": " + inWords(cause), null, cause);
            }
        });
    }

    /** Without the system call and the address again, which Netty has in its messages. */
    private String inWords(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof ConnectTimeoutException) {
            return "no answer within " + settings.connectTimeout().toMillis() + " ms (connectTimeout)";
        }
        return message.contains("Connection refused") ? "connection refused; nothing listens there" : message;
    }

    private String shown(SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return address.toString();
        }
        String number = inet.getAddress().getHostAddress();
        return (url.hostName().equals(number) ? "" : url.host() + " at ") + number + ", port " + inet.getPort();
    }

    private void initialize(Channel created, HandshakeHandler handshake) {
        channel = created;
        if (told.get()) {
            created.close(); // cancelled in between
            return;
        }
        ChannelPipeline pipeline = created.pipeline();
        if (url.isSecure()) {
            SslHandler ssl = Objects.requireNonNull(tls).newHandler(created.alloc(), url.hostName(), url.port());
            ssl.setHandshakeTimeoutMillis(settings.limits().handshakeTimeout().toMillis());
            if (settings.serverName() != null) {
                SSLParameters parameters = ssl.engine().getSSLParameters();
                parameters.setServerNames(List.of(new SNIHostName(settings.serverName())));
                ssl.engine().setSSLParameters(parameters);
            }
            pipeline.addLast(ssl);
        }
        WireTap tap = owner.observer().tap();
        if (tap != null) {
            pipeline.addLast(new TapHandler(tap));
        }
        pipeline.addLast(new HttpResponseDecoder(new HttpDecoderConfig()
                .setMaxInitialLineLength(settings.limits().maxHandshakeLineBytes())
                .setMaxHeaderSize(settings.limits().maxHandshakeBytes())
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setAllowDuplicateContentLengths(false)));
        pipeline.addLast(handshake);
    }

    // ------------------------------------------------------------------------------------------ for the handshake

    UrlRecord url() {
        return url;
    }

    ConnectSettings settings() {
        return settings;
    }

    List<String> subprotocols() {
        return subprotocols;
    }

    ClientHandshake.Builder request() {
        return request;
    }

    Owner owner() {
        return owner;
    }

    /** Whether nobody has given up, or been told otherwise, before; from now on nobody can. */
    boolean mayEstablish() {
        return told.compareAndSet(false, true);
    }

    private void fail(String message) {
        fail(message, null, null);
    }

    void fail(String message, @Nullable HandshakeResponse response, @Nullable Throwable cause) {
        if (told.compareAndSet(false, true)) {
            owner.failed(new Failure(message, response, cause));
        }
    }
}
