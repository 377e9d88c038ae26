package dev.duplex.client.internal;

import dev.duplex.client.Proxy;
import dev.duplex.transport.CloseKind;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.socksx.v5.DefaultSocks5CommandRequest;
import io.netty.handler.codec.socksx.v5.DefaultSocks5InitialRequest;
import io.netty.handler.codec.socksx.v5.DefaultSocks5PasswordAuthRequest;
import io.netty.handler.codec.socksx.v5.Socks5AddressType;
import io.netty.handler.codec.socksx.v5.Socks5AuthMethod;
import io.netty.handler.codec.socksx.v5.Socks5ClientEncoder;
import io.netty.handler.codec.socksx.v5.Socks5CommandResponse;
import io.netty.handler.codec.socksx.v5.Socks5CommandResponseDecoder;
import io.netty.handler.codec.socksx.v5.Socks5CommandStatus;
import io.netty.handler.codec.socksx.v5.Socks5CommandType;
import io.netty.handler.codec.socksx.v5.Socks5InitialResponse;
import io.netty.handler.codec.socksx.v5.Socks5InitialResponseDecoder;
import io.netty.handler.codec.socksx.v5.Socks5Message;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthResponse;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthResponseDecoder;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthStatus;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** The way through a SOCKS5 proxy (RFC 1928), with a name and a password if there are any (RFC 1929). */
final class SocksTunnel extends ChannelInboundHandlerAdapter {
    private final Attempt attempt;
    private final Proxy proxy;
    private final @Nullable InetAddress target;
    private final Runnable whenOpen;
    private @Nullable ChannelHandler decoder;
    private boolean done;

    /**
     * Runs {@code whenOpen} once the proxy has connected to the server and this handler has left.
     *
     * @param target the server's address, or null if the proxy is to find it
     */
    SocksTunnel(Attempt attempt, Proxy proxy, @Nullable InetAddress target, Runnable whenOpen) {
        this.attempt = attempt;
        this.proxy = proxy;
        this.target = target;
        this.whenOpen = whenOpen;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.pipeline().addBefore(ctx.name(), null, Socks5ClientEncoder.DEFAULT);
        expect(ctx, new Socks5InitialResponseDecoder());
        // RFC 1928 §3: the methods that we could use, of which the proxy chooses.
        send(
                ctx,
                proxy.credentials() == null
                        ? new DefaultSocks5InitialRequest(Socks5AuthMethod.NO_AUTH)
                        : new DefaultSocks5InitialRequest(Socks5AuthMethod.NO_AUTH, Socks5AuthMethod.PASSWORD));
    }

    private void expect(ChannelHandlerContext ctx, ChannelHandler next) {
        ChannelPipeline pipeline = ctx.pipeline();
        ChannelHandler last = decoder;
        decoder = next;
        pipeline.addBefore(ctx.name(), null, next);
        if (last != null) {
            pipeline.remove(last);
        }
    }

    private static void send(ChannelHandlerContext ctx, Socks5Message message) {
        ctx.writeAndFlush(message).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (!done) {
                read(ctx, message);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void read(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Socks5Message part && part.decoderResult().isFailure()) {
            Throwable cause = part.decoderResult().cause();
            fail(CloseKind.REFUSED, "has not answered in SOCKS5: " + cause.getMessage(), cause);
        } else if (message instanceof Socks5InitialResponse chosen) {
            authenticate(ctx, chosen.authMethod());
        } else if (message instanceof Socks5PasswordAuthResponse judged) {
            if (judged.status().equals(Socks5PasswordAuthStatus.SUCCESS)) {
                connect(ctx);
            } else {
                fail(CloseKind.REFUSED, "has not accepted name and password (RFC 1929)", null);
            }
        } else if (message instanceof Socks5CommandResponse answer) {
            if (answer.status().equals(Socks5CommandStatus.SUCCESS)) {
                // What came along with the answer comes before this.
                ctx.executor().execute(() -> leave(ctx));
            } else {
                fail(
                        CloseKind.REFUSED,
                        "has refused to connect to " + shownTarget() + ": " + inWords(answer.status()),
                        null);
            }
        } else {
            // Neither TLS nor WebSocket lets the server speak first, so that this is not the server's.
            fail(CloseKind.REFUSED, "has sent something behind its answer, before the server was asked anything", null);
        }
    }

    private void authenticate(ChannelHandlerContext ctx, Socks5AuthMethod method) {
        Proxy.Credentials credentials = proxy.credentials();
        if (method.equals(Socks5AuthMethod.NO_AUTH)) {
            connect(ctx);
        } else if (method.equals(Socks5AuthMethod.PASSWORD) && credentials != null) {
            expect(ctx, new Socks5PasswordAuthResponseDecoder());
            send(ctx, new DefaultSocks5PasswordAuthRequest(credentials.user(), credentials.password()));
        } else {
            fail(
                    CloseKind.REFUSED,
                    "wants a way to log in that this client was not told"
                            + (credentials == null
                                    ? "; name and password are written as user:password@ before its host"
                                    : "; it takes no name and password")
                            + " (RFC 1928 §3)",
                    null);
        }
    }

    private void connect(ChannelHandlerContext ctx) {
        String host = attempt.url().hostName();
        Socks5AddressType type;
        if (target != null) {
            host = NetUtil.toAddressString(target);
            type = target instanceof Inet4Address ? Socks5AddressType.IPv4 : Socks5AddressType.IPv6;
        } else if (NetUtil.isValidIpV4Address(host)) {
            type = Socks5AddressType.IPv4;
        } else {
            type = NetUtil.isValidIpV6Address(host) ? Socks5AddressType.IPv6 : Socks5AddressType.DOMAIN;
        }
        if (host.length() > 255) {
            fail(CloseKind.NOT_CONNECTED, "cannot be told a name of more than 255 characters (RFC 1928 §5)", null);
            return;
        }
        expect(ctx, new Socks5CommandResponseDecoder());
        send(
                ctx,
                new DefaultSocks5CommandRequest(
                        Socks5CommandType.CONNECT, type, host, attempt.url().port()));
    }

    private void leave(ChannelHandlerContext ctx) {
        if (done) {
            return;
        }
        done = true;
        ChannelPipeline pipeline = ctx.pipeline();
        if (decoder != null) {
            pipeline.remove(decoder);
        }
        pipeline.remove(Socks5ClientEncoder.DEFAULT);
        pipeline.remove(this);
        whenOpen.run();
    }

    private String shownTarget() {
        String host =
                target == null ? attempt.url().host() : attempt.url().host() + " at " + NetUtil.toAddressString(target);
        return host + ", port " + attempt.url().port();
    }

    // RFC 1928 §6
    private static String inWords(Socks5CommandStatus status) {
        return switch (status.byteValue()) {
                    case 1 -> "something is wrong with the proxy";
                    case 2 -> "its rules do not allow that";
                    case 3 -> "the network is not to be reached";
                    case 4 -> "the host is not to be reached, or not known";
                    case 5 -> "connection refused; nothing listens there";
                    case 6 -> "no answer in time (TTL expired)";
                    case 7 -> "it cannot connect";
                    case 8 -> "it does not know addresses of this kind";
                    default -> "status " + (status.byteValue() & 0xFF);
                }
                + " (RFC 1928 §6)";
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == Attempt.TIMED_OUT) {
            fail(
                    CloseKind.NOT_CONNECTED,
                    "has not answered within "
                            + attempt.settings().limits().handshakeTimeout().toMillis() + " ms (handshakeTimeout)",
                    null);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(CloseKind.NOT_CONNECTED, "has closed the connection without an answer", null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        fail(CloseKind.NOT_CONNECTED, "is not to be reached any more: " + thrown.getMessage(), thrown);
    }

    private void fail(CloseKind kind, String what, @Nullable Throwable cause) {
        if (!done) {
            done = true;
            attempt.fail(kind, "the proxy " + proxy + " " + what, null, cause);
        }
    }
}
