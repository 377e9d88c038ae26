package dev.duplex.client.internal;

import dev.duplex.core.Delivery;
import dev.duplex.core.Endpoint;
import dev.duplex.core.Limits;
import dev.duplex.core.Role;
import dev.duplex.core.deflate.DeflateNegotiation;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.deflate.PerMessageDeflate;
import dev.duplex.core.handshake.ClientHandshake;
import dev.duplex.core.handshake.ExtensionElement;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.SlowConsumerPolicy;
import dev.duplex.transport.internal.ConnectionTerms;
import dev.duplex.transport.internal.LoopState;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** The opening handshake over one TCP connection, after TLS: request, response, and the switch to WebSocket. */
final class HandshakeHandler extends ChannelInboundHandlerAdapter {
    /** RFC 9110 §15.2: interim responses may come first; who sends more of them plays with us. */
    static final int MAX_INTERIM_RESPONSES = 8;

    private final Attempt attempt;
    private final boolean secure;

    private DeflateOptions compression = DeflateOptions.DISABLED;
    private @Nullable ExtensionElement offer;
    private @Nullable ClientHandshake handshake;

    private int interim;
    private boolean skipping;
    private @Nullable Accepted accepted;
    private @Nullable HandshakeResponse refusal;
    private final BodyHead body = new BodyHead();
    private boolean done;

    /** What the response has agreed on. */
    private record Accepted(
            String subprotocol, String extensions, @Nullable PerMessageDeflate deflate) {}

    HandshakeHandler(Attempt attempt) {
        this.attempt = attempt;
        this.secure = attempt.url().isSecure();
    }

    private Limits limits() {
        return attempt.settings().limits();
    }

    // -------------------------------------------------------------------------------------------------------- request

    /** The connection is there, and TLS is in front of this if there is to be any. */
    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (!secure) {
            request(ctx);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == Attempt.TIMED_OUT) {
            timedOut();
        } else if (event instanceof SslHandshakeCompletionEvent tls) {
            if (tls.isSuccess()) {
                securelyConnected(ctx);
            } else {
                failTls(tls.cause());
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    private void timedOut() {
        if (!done && refusal != null) {
            refused(); // with what there is of the body
        }
        long millis = limits().handshakeTimeout().toMillis();
        if (handshake == null) {
            fail(
                    CloseKind.TLS,
                    "the server has not answered the TLS handshake within " + millis
                            + " ms (handshakeTimeout); it may not speak TLS on this port",
                    null);
        } else {
            fail(
                    CloseKind.NOT_CONNECTED,
                    "the server has not answered the opening handshake within " + millis + " ms (handshakeTimeout)",
                    null);
        }
    }

    private void securelyConnected(ChannelHandlerContext ctx) {
        attempt.connector().owner().observer().onPhase(Connector.Phase.SECURED);
        CertificatePins pins = attempt.settings().pins();
        if (!pins.isEmpty()) {
            try {
                SslHandler ssl =
                        (SslHandler) Objects.requireNonNull(ctx.pipeline().get(Attempt.SERVER_TLS));
                List<String> keys =
                        CertificatePins.vouching(ssl.engine().getSession().getPeerCertificates());
                if (!pins.accept(keys)) {
                    fail(
                            CloseKind.TLS,
                            "TLS with " + attempt.url().host() + " failed: the server must have a key of the pins "
                                    + pins + " but has " + String.join(", ", keys) + "; either somebody is in between,"
                                    + " or the server has new keys (WebSocketOptions.pin)",
                            new SSLPeerUnverifiedException("none of the pinned keys"));
                    return;
                }
            } catch (GeneralSecurityException | SSLPeerUnverifiedException e) {
                failTls(e);
                return;
            }
        }
        request(ctx);
    }

    private void failTls(Throwable cause) {
        fail(CloseKind.TLS, TlsFailure.inWords(attempt.url().host(), cause), cause);
    }

    private void request(ChannelHandlerContext ctx) {
        ClientLoops loops = attempt.connector().dialing().loops();
        LoopState loop = loops.loops().stateOf(ctx.channel().eventLoop());
        compression = loop.deflate().admit(attempt.settings().compression());
        offer = DeflateNegotiation.offer(compression);
        ClientHandshake created = attempt.request()
                .extensions(offer == null ? List.of() : List.of(offer))
                // RFC 6455 §4.1, item 7: "a nonce consisting of a randomly selected 16-byte value".
                .build(loops.keysOf(loop.loop()).nonce());
        handshake = created;
        attempt.connector().owner().observer().onRequest(created.request());
        ctx.writeAndFlush(Unpooled.copiedBuffer(created.request().head(), StandardCharsets.ISO_8859_1))
                .addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    // ------------------------------------------------------------------------------------------------------- response

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (!done && message instanceof HttpObject part) {
                read(ctx, part);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void read(ChannelHandlerContext ctx, HttpObject part) {
        if (part.decoderResult().isFailure()) {
            Throwable cause = part.decoderResult().cause();
            fail(CloseKind.REFUSED, "the server's answer " + ResponseHead.malformed(cause, limits()), cause);
            return;
        }
        if (handshake == null) {
            fail(CloseKind.REFUSED, "the server has answered before it was asked", null);
            return;
        }
        if (part instanceof HttpResponse head) {
            readHead(ctx, head, handshake);
        }
        if (part instanceof HttpContent content && !done) {
            readBody(ctx, content);
        }
    }

    private void readHead(ChannelHandlerContext ctx, HttpResponse head, ClientHandshake asked) {
        HandshakeResponse response;
        try {
            response = ResponseHead.of(head, limits());
        } catch (IllegalArgumentException e) {
            fail(CloseKind.REFUSED, "the server's answer " + e.getMessage(), e);
            return;
        }
        int status = response.status();
        if (status / 100 == 1 && status != 101) {
            skipping = true;
            if (++interim > MAX_INTERIM_RESPONSES) {
                fail(
                        CloseKind.REFUSED,
                        "more than " + MAX_INTERIM_RESPONSES + " interim responses came before the answer",
                        null);
            }
            return;
        }
        skipping = false;
        attempt.connector().owner().observer().onResponse(response);
        if (status != 101) {
            refusal = response; // its body is worth reading first
            if (attempt.follows(response)) {
                end();
                attempt.redirect(response);
            }
            return;
        }
        if (!head.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            fail(
                    CloseKind.REFUSED,
                    "the answer must be HTTP/1.1 but is " + head.protocolVersion() + " (RFC 6455 §4.1)",
                    response,
                    null);
            return;
        }
        // "If protocols is not the empty list and extracting header list values given `Sec-WebSocket-Protocol` and
        // response's header list results in null, failure, or the empty byte sequence, then fail the WebSocket
        // connection." Beyond RFC 6455, by which a server may pass an offer over.
        ClientHandshake.Result result = asked.verify(response);
        if (result instanceof ClientHandshake.Failed failed) {
            fail(CloseKind.REFUSED, failed.reason(), response, null);
            return;
        }
        ClientHandshake.Accepted agreed = (ClientHandshake.Accepted) result;
        if (!attempt.connector().subprotocols().isEmpty()
                && agreed.subprotocol().isEmpty()) {
            fail(
                    CloseKind.REFUSED,
                    "the server has chosen none of the subprotocols offered, "
                            + attempt.connector().subprotocols()
                            + " (WHATWG WebSockets, establish a WebSocket connection)",
                    response,
                    null);
            return;
        }
        accept(ctx, agreed, response);
    }

    private void accept(ChannelHandlerContext ctx, ClientHandshake.Accepted agreed, HandshakeResponse response) {
        DeflateNegotiation.Outcome outcome = DeflateNegotiation.verify(offer, agreed.extensions());
        if (outcome instanceof DeflateNegotiation.Outcome.Failed failed) {
            fail(CloseKind.REFUSED, "Sec-WebSocket-Extensions: " + failed.reason(), response, null);
            return;
        }
        PerMessageDeflate deflate = outcome instanceof DeflateNegotiation.Outcome.Agreed with
                ? new PerMessageDeflate(
                        Role.CLIENT,
                        with.parameters(),
                        compression,
                        attempt.connector()
                                .dialing()
                                .loops()
                                .loops()
                                .stateOf(ctx.channel().eventLoop())
                                .deflate())
                : null;
        String extensions =
                agreed.extensions().stream().map(ExtensionElement::toString).collect(Collectors.joining(", "));
        accepted = new Accepted(agreed.subprotocol().orElse(""), extensions, deflate);
    }

    private void readBody(ChannelHandlerContext ctx, HttpContent content) {
        if (skipping) {
            return;
        }
        boolean last = content instanceof LastHttpContent;
        if (accepted != null) {
            if (last) {
                establish(ctx, accepted);
            }
            return;
        }
        body.add(content.content());
        if (last || body.isFull()) {
            refused();
        }
    }

    private void refused() {
        HandshakeResponse head = refusal;
        ClientHandshake asked = handshake;
        if (head == null || asked == null) {
            return;
        }
        HandshakeResponse whole = new HandshakeResponse(head.status(), head.fields(), body.toString());
        ClientHandshake.Result result = asked.verify(whole);
        String reason = result instanceof ClientHandshake.Failed failed ? failed.reason() : "";
        fail(CloseKind.REFUSED, reason + Refusal.hint(whole), whole, null);
    }

    // ------------------------------------------------------------------------------------------------------ the ends

    /** After this the pipeline is [ssl] → [websocket]. */
    private void establish(ChannelHandlerContext ctx, Accepted agreed) {
        if (!attempt.connector().mayEstablish()) {
            end();
            ctx.close();
            return;
        }
        accepted = null; // the protocol's from here on
        end();
        Channel channel = ctx.channel();
        ClientLoops loops = attempt.connector().dialing().loops();
        Endpoint endpoint =
                new Endpoint(Role.CLIENT, limits(), Delivery.WHOLE, channel.alloc(), loops.keysOf(channel.eventLoop()));
        // What cannot be buffered flags the socket as full, which closes it.
        ConnectionTerms terms = new ConnectionTerms(
                loops.loops().stateOf(channel.eventLoop()), endpoint, SlowConsumerPolicy.DROP_NEWEST);
        WebSocketConnection connection = new WebSocketConnection(
                channel, terms, agreed.deflate(), attempt.connector().owner());
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.replace(this, "websocket", connection);
        attempt.connector().owner().established(connection, agreed.subprotocol(), agreed.extensions());
        // Gives what came right behind the response to the connection.
        pipeline.remove(HttpResponseDecoder.class);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (refusal != null && !done) {
            refused();
        }
        fail(
                CloseKind.NOT_CONNECTED,
                "the server has closed the connection without an answer to the opening handshake",
                null);
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        // After TLS 1.3 is agreed on for us, the server may still refuse our certificate.
        if (secure && (handshake == null || TlsFailure.isOne(thrown))) {
            failTls(thrown);
        } else if (thrown instanceof IOException) {
            fail(
                    CloseKind.NOT_CONNECTED,
                    "the connection broke during the opening handshake: " + thrown.getMessage(),
                    thrown);
        } else {
            fail(CloseKind.NOT_CONNECTED, "the opening handshake failed: " + thrown, thrown);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end();
    }

    private void fail(CloseKind kind, String message, @Nullable Throwable cause) {
        fail(kind, message, null, cause);
    }

    private void fail(CloseKind kind, String message, @Nullable HandshakeResponse response, @Nullable Throwable cause) {
        if (done) {
            return;
        }
        end();
        attempt.fail(kind, message, response, cause);
    }

    /** The connection is no longer CONNECTING: the next one to this host may begin. */
    private void end() {
        if (done) {
            return;
        }
        done = true;
        if (accepted != null && accepted.deflate() != null) {
            accepted.deflate().close();
        }
        attempt.end();
    }
}
