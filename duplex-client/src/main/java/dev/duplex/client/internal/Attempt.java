package dev.duplex.client.internal;

import dev.duplex.client.Proxy;
import dev.duplex.client.internal.wire.WireTap;
import dev.duplex.core.handshake.ClientHandshake;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.internal.BlockingExecutor;
import dev.duplex.transport.internal.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
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
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * One opening handshake with one URL: looks the host up, connects to it or to a proxy, goes through the proxy and TLS,
 * and hands over to {@link HandshakeHandler}. Its state is the event loop's.
 */
final class Attempt {
    /** The user event of a connection on which the opening handshake has taken too long. */
    static final Object TIMED_OUT = "duplex handshake timeout";

    /** The handler of TLS with the server; with the proxy there may be another. */
    static final String SERVER_TLS = "tls";

    private static final int LOW_WATER = 128 * 1024;
    private static final int HIGH_WATER = 256 * 1024;

    private final Connector connector;
    private final ConnectSettings settings;
    private final Opening opening;
    private final EventLoop loop;
    private final @Nullable Proxy proxy;
    private final Object server;

    private @Nullable AddressRace race;
    private @Nullable Channel channel;
    private @Nullable Future<?> deadline;
    private @Nullable Runnable leaveAddress;
    private boolean hasTurn;
    private boolean ended;

    /**
     * What has been looked up.
     *
     * @param addresses of the server, or of the proxy
     * @param target the address of the server for a proxy that wants one, or null
     * @param tls for the server, if it is to be spoken to in TLS
     * @param proxyTls for the proxy, if it is to be spoken to in TLS
     */
    private record Found(
            List<? extends SocketAddress> addresses,
            @Nullable InetAddress target,
            @Nullable SslContext tls,
            @Nullable SslContext proxyTls) {}

    Attempt(Connector connector, Opening opening, EventLoop loop) {
        this.connector = connector;
        this.settings = connector.settings();
        this.opening = opening;
        this.loop = loop;
        this.proxy = settings.unixSocket() == null ? settings.proxies().forUrl(url()) : null;
        // RFC 6455 §4.1, item 2: by name too, since behind a proxy there is nothing else, and a host with two addresses
        // is one host.
        this.server = settings.unixSocket() == null ? url().host() + ":" + url().port() : settings.unixSocket();
    }

    UrlRecord url() {
        return opening.url();
    }

    ConnectSettings settings() {
        return settings;
    }

    Connector connector() {
        return connector;
    }

    // ---------------------------------------------------------------------------------------------------- looking up

    /** Any thread. */
    void start() {
        // Fetch: a request whose port is bad is blocked, which the page cannot tell from a server that is not there.
        if (settings.unixSocket() == null && BlockedPorts.contains(url().port())) {
            connector.fail(
                    CloseKind.NOT_CONNECTED,
                    "the port " + url().port() + " belongs to another protocol, so that no connection is made to it"
                            + " (Fetch Standard, port blocking)");
            return;
        }
        connector.dialing().queue().enter(server, () -> loop.execute(this::lookUp));
    }

    private void lookUp() {
        hasTurn = true;
        if (ended) {
            connector.dialing().queue().leave(server); // given up while it waited
            return;
        }
        if (connector.isDecided()) {
            end();
            return;
        }
        phase(Connector.Phase.BEGUN);
        String host = proxy == null ? url().host() : proxy.host();
        deadline = loop.schedule(
                () -> fail(
                        CloseKind.NOT_CONNECTED,
                        "the address of " + host + " was not found within " + connectMillis() + " ms (connectTimeout)",
                        null,
                        null),
                connectMillis(),
                TimeUnit.MILLISECONDS);
        try {
            BlockingExecutor.shared().execute(() -> {
                try {
                    Found found = find();
                    loop.execute(() -> connect(found));
                } catch (IOException e) {
                    failLater(String.valueOf(e.getMessage()), e);
                } catch (RuntimeException e) {
                    failLater("no connection to " + host + " could be begun: " + e, e);
                }
            });
        } catch (RejectedExecutionException e) {
            fail(CloseKind.NOT_CONNECTED, "no thread to look up the host " + host, null, e);
        }
    }

    private void phase(Connector.Phase phase) {
        connector.owner().observer().onPhase(phase);
    }

    private long connectMillis() {
        return settings.connectTimeout().toMillis();
    }

    private void failLater(String message, Throwable cause) {
        loop.execute(() -> fail(CloseKind.NOT_CONNECTED, message, null, cause));
    }

    /** May block: asks the resolver, and reads the certificates that the JDK trusts. */
    private Found find() throws IOException {
        SslContext tls = null;
        if (url().isSecure()) {
            tls = opening.elsewhere()
                    ? settings.tls().anonymous()
                    : settings.tls().own();
        }
        if (proxy == null) {
            return new Found(serverAddresses(), null, tls, null);
        }
        return new Found(
                addresses(proxy.host(), proxy.port()),
                proxy.scheme() == Proxy.Scheme.SOCKS5
                        ? resolved(url().hostName(), url().port()).get(0)
                        : null,
                tls,
                proxy.scheme() == Proxy.Scheme.HTTPS ? settings.tls().verified() : null);
    }

    private List<? extends SocketAddress> serverAddresses() throws IOException {
        if (settings.unixSocket() != null) {
            return List.of(UnixDomainSocketAddress.of(settings.unixSocket()));
        }
        return addresses(url().hostName(), url().port());
    }

    private List<? extends SocketAddress> addresses(String host, int port) throws IOException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (InetAddress address : resolved(host, port)) {
            addresses.add(new InetSocketAddress(address, port));
        }
        return addresses;
    }

    private List<InetAddress> resolved(String host, int port) throws IOException {
        List<InetAddress> fixed = settings.hosts().get(host + ":" + port);
        if (fixed == null) {
            fixed = settings.hosts().get(host);
        }
        List<InetAddress> found = AddressRace.sorted(fixed != null ? fixed : lookedUp(host));
        StandardProtocolFamily only = settings.family();
        if (only == null) {
            return found;
        }
        List<InetAddress> ofFamily = found.stream()
                .filter(address -> (address instanceof Inet4Address) == (only == StandardProtocolFamily.INET))
                .toList();
        if (ofFamily.isEmpty()) {
            throw new UnknownHostException("the host " + host + " has no address of the family " + only
                    + " (addressFamily), only "
                    + found.stream().map(InetAddress::getHostAddress).collect(Collectors.joining(", ")));
        }
        return ofFamily;
    }

    private static List<InetAddress> lookedUp(String host) throws IOException {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            UnknownHostException inWords = new UnknownHostException("the host " + host + " is not known");
            inWords.initCause(e);
            throw inWords;
        }
    }

    // ----------------------------------------------------------------------------------------------------- connecting

    private void connect(Found found) {
        if (ended) {
            return;
        }
        phase(Connector.Phase.LOOKED_UP);
        stopDeadline();
        // With the proxy, not with the server, any number of connections may be CONNECTING.
        ConnectingQueue queue = proxy == null ? connector.dialing().queue() : new ConnectingQueue();
        AddressRace addressRace =
                new AddressRace(loop, queue, found.addresses(), this::dial, new AddressRace.Outcome() {
                    @Override
                    public void connected(Channel winner, Runnable leave) {
                        leaveAddress = leave;
                        Attempt.this.connected(winner, found);
                    }

                    @Override
                    public void failed(Map<SocketAddress, Throwable> causes) {
                        Throwable last = null;
                        for (Throwable cause : causes.values()) {
                            last = cause;
                        }
                        fail(
                                CloseKind.NOT_CONNECTED,
                                "could not connect to " + (proxy == null ? "" : "the proxy " + proxy + ": ")
                                        + causes.entrySet().stream()
                                                .map(each -> shown(each.getKey()) + ": " + inWords(each.getValue()))
                                                .collect(Collectors.joining(", nor to ")),
                                null,
                                last);
                    }
                });
        race = addressRace;
        addressRace.start();
    }

    private ChannelFuture dial(SocketAddress address) {
        EventLoops loops = connector.dialing().loops().loops();
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(loops.channel(address))
                .disableResolver()
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.AUTO_READ, false) // until the handlers are there
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(Integer.MAX_VALUE, connectMillis()))
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(LOW_WATER, HIGH_WATER))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel created) {
                        if (!beginsWithTls()) {
                            loops.readTogether(created);
                        }
                    }
                });
        if (address instanceof InetSocketAddress) {
            bootstrap.option(ChannelOption.TCP_NODELAY, true);
            InetAddress from = connector.dialing().from();
            if (from != null) {
                loops.takePortWhenConnecting(bootstrap);
                bootstrap.localAddress(from, 0);
            }
        }
        return bootstrap.connect(loops.nativeAddress(address));
    }

    private boolean beginsWithTls() {
        return url().isSecure() || (proxy != null && proxy.scheme() == Proxy.Scheme.HTTPS);
    }

    /** Without the system call and the address again, which Netty has in its messages. */
    private String inWords(Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            return "no answer within " + connectMillis() + " ms (connectTimeout)";
        }
        if (cause instanceof FileNotFoundException) {
            return "there is no such socket"; // Unix sockets are files
        }
        String message = String.valueOf(cause.getMessage());
        return message.contains("Connection refused") ? "connection refused; nothing listens there" : message;
    }

    private String shown(SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return address.toString();
        }
        String host = proxy == null ? url().hostName() : proxy.host();
        String number = inet.getAddress().getHostAddress();
        return (host.equals(number) ? "" : host + " at ") + number + ", port " + inet.getPort();
    }

    private void connected(Channel winner, Found found) {
        phase(Connector.Phase.CONNECTED);
        channel = winner;
        deadline = loop.schedule(
                () -> winner.pipeline().fireUserEventTriggered(TIMED_OUT),
                settings.limits().handshakeTimeout().toMillis(),
                TimeUnit.MILLISECONDS);
        WireTap tap = connector.owner().observer().tap();
        if (tap != null) {
            TapHandler.connected(tap, winner.remoteAddress());
        }
        if (proxy == null) {
            openHandshake(winner, found);
        } else if (proxy.scheme().isSocks()) {
            add(winner, "", null, new SocksTunnel(this, proxy, found.target(), () -> openHandshake(winner, found)));
        } else {
            add(
                    winner,
                    "proxy-tls",
                    ssl(found.proxyTls(), winner, proxy.host(), proxy.port()),
                    new ConnectTunnel.ResponseDecoder(decoderConfig()),
                    new ConnectTunnel(this, proxy, () -> openHandshake(winner, found)));
        }
        winner.config().setAutoRead(true);
    }

    /** With the server itself, through a proxy or not. */
    private void openHandshake(Channel open, Found found) {
        WireTap tap = connector.owner().observer().tap();
        if (tap != null && proxy != null) {
            open.pipeline().remove(TapHandler.class); // the proxy's
            TapHandler.connected(tap, InetSocketAddress.createUnresolved(url().hostName(), url().port()));
        }
        SslHandler ssl = ssl(found.tls(), open, url().hostName(), url().port());
        if (ssl != null && settings.serverName() != null && !opening.elsewhere()) {
            SSLParameters parameters = ssl.engine().getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(settings.serverName())));
            ssl.engine().setSSLParameters(parameters);
        }
        add(open, SERVER_TLS, ssl, new HttpResponseDecoder(decoderConfig()), new HandshakeHandler(this));
    }

    private static @Nullable SslHandler ssl(@Nullable SslContext context, Channel of, String host, int port) {
        if (context == null) {
            return null;
        }
        // A name in TLS has no dot at its end (RFC 6066 §3).
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        SslHandler ssl = context.newHandler(of.alloc(), name, port);
        ssl.setHandshakeTimeoutMillis(0); // the one deadline is for all
        return ssl;
    }

    /** TLS if there is to be any, the tap if there is one, and these. TLS comes last, since it begins at once. */
    private void add(Channel to, String nameOfSsl, @Nullable SslHandler ssl, ChannelHandler... handlers) {
        ChannelPipeline pipeline = to.pipeline();
        WireTap tap = connector.owner().observer().tap();
        if (tap != null) {
            pipeline.addLast(new TapHandler(tap, ssl));
        }
        pipeline.addLast(handlers);
        if (ssl != null) {
            ChannelHandler first = tap == null ? handlers[0] : pipeline.get(TapHandler.class);
            pipeline.addBefore(pipeline.context(first).name(), nameOfSsl, ssl);
        }
    }

    private HttpDecoderConfig decoderConfig() {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(settings.limits().maxHandshakeLineBytes())
                .setMaxHeaderSize(settings.limits().maxHandshakeBytes())
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setAllowDuplicateContentLengths(false);
    }

    // ------------------------------------------------------------------------------------------- for the handlers

    /** The request, but for extensions and nonce. */
    ClientHandshake.Builder request() {
        return connector.request(opening);
    }

    /** Whether this is a redirect, and the program wants those to be followed. */
    boolean follows(HandshakeResponse response) {
        return settings.maxRedirects() > 0 && Opening.isRedirect(response);
    }

    void redirect(HandshakeResponse response) {
        end();
        close();
        connector.redirect(opening, response);
    }

    void fail(CloseKind kind, String message, @Nullable HandshakeResponse response, @Nullable Throwable cause) {
        end();
        connector.fail(kind, message, response, cause);
        close();
    }

    /** Gives up, if the connection is not established. */
    void abort() {
        if (!ended) {
            end();
            close();
        }
    }

    private void close() {
        if (channel != null) {
            channel.close();
        }
    }

    /** The connection is no longer CONNECTING: the next one to this host may begin. */
    void end() {
        if (ended) {
            return;
        }
        ended = true;
        stopDeadline();
        if (race != null) {
            race.cancel();
        }
        if (leaveAddress != null) {
            leaveAddress.run();
        }
        if (hasTurn) {
            connector.dialing().queue().leave(server);
        }
    }

    private void stopDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
