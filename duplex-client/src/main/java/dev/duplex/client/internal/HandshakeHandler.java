package dev.duplex.client.internal;

import dev.duplex.core.Delivery;
import dev.duplex.core.Limits;
import dev.duplex.core.Role;
import dev.duplex.core.WebSocketProtocol;
import dev.duplex.core.deflate.DeflateNegotiation;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.deflate.PerMessageDeflate;
import dev.duplex.core.handshake.ClientHandshake;
import dev.duplex.core.handshake.ExtensionElement;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.core.handshake.HttpFields;
import dev.duplex.transport.SlowConsumerPolicy;
import dev.duplex.transport.internal.LoopState;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The opening handshake over one TCP connection, after TLS: request, response, and the switch to WebSocket. */
final class HandshakeHandler extends ChannelInboundHandlerAdapter {
    /** How much of the body of a refusal is kept. */
    private static final int BODY_HEAD_BYTES = 4096;

    /** RFC 9110 §15.2: interim responses may come first; a server that sends more of them plays with us. */
    private static final int MAX_INTERIM_RESPONSES = 8;

    private final Connector connector;
    private final boolean secure;
    private final Runnable whenDone;

    private DeflateOptions compression = DeflateOptions.DISABLED;
    private @Nullable ExtensionElement offer;
    private @Nullable ClientHandshake handshake;
    private @Nullable Future<?> timeout;

    private int interim;
    private boolean skipping;
    private @Nullable Accepted accepted;
    private @Nullable HandshakeResponse refusal;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean done;

    /** What the response has agreed on. */
    private record Accepted(
            String subprotocol, String extensions, @Nullable PerMessageDeflate deflate) {}

    HandshakeHandler(Connector connector, boolean secure, Runnable whenDone) {
        this.connector = connector;
        this.secure = secure;
        this.whenDone = whenDone;
    }

    private Limits limits() {
        return connector.settings().limits();
    }

    // -------------------------------------------------------------------------------------------------------- request

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        timeout = ctx.executor()
                .schedule(() -> timedOut(ctx), limits().handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS);
        if (!secure) {
            request(ctx);
        }
        ctx.fireChannelActive();
    }

    private void timedOut(ChannelHandlerContext ctx) {
        if (!done && refusal != null) {
            refused(ctx); // with what there is of the body
        }
        fail(
                ctx,
                "the server has not answered the opening handshake within "
                        + limits().handshakeTimeout().toMillis() + " ms (handshakeTimeout)",
                null);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent tls) {
            if (tls.isSuccess()) {
                request(ctx);
            } else {
                failTls(ctx, tls.cause());
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    private void failTls(ChannelHandlerContext ctx, Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        fail(
                ctx,
                "TLS with " + connector.url().host() + " failed: " + root.getMessage()
                        + "; a certificate that is not publicly trusted needs WebSocketOptions.trust",
                cause);
    }

    private void request(ChannelHandlerContext ctx) {
        ClientLoops loops = ClientLoops.shared();
        LoopState loop = loops.loops().stateOf(ctx.channel().eventLoop());
        compression = loop.deflate().admit(connector.settings().compression());
        offer = DeflateNegotiation.offer(compression);
        ClientHandshake created = connector
                .request()
                .extensions(offer == null ? List.of() : List.of(offer))
                // RFC 6455 §4.1, item 7: "a nonce consisting of a randomly selected 16-byte value".
                .build(loops.keysOf(loop.loop()).nonce());
        handshake = created;
        connector.owner().observer().onRequest(created.request());
        ctx.writeAndFlush(Unpooled.copiedBuffer(created.request().head(), StandardCharsets.ISO_8859_1));
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
            failDecoding(ctx, part.decoderResult().cause());
            return;
        }
        if (handshake == null) {
            fail(ctx, "the server has answered before it was asked", null);
            return;
        }
        if (part instanceof HttpResponse head) {
            readHead(ctx, head, handshake);
        }
        if (part instanceof HttpContent content && !done) {
            readBody(ctx, content);
        }
    }

    private void failDecoding(ChannelHandlerContext ctx, Throwable cause) {
        String why = cause instanceof TooLongFrameException
                ? "its head is larger than " + limits().maxHandshakeBytes() + " bytes (maxHandshakeBytes), or a line"
                        + " of it than " + limits().maxHandshakeLineBytes() + " (maxHandshakeLineBytes)"
                : String.valueOf(cause.getMessage());
        fail(ctx, "the server's answer is no HTTP response: " + why, cause);
    }

    private void readHead(ChannelHandlerContext ctx, HttpResponse head, ClientHandshake asked) {
        int status = head.status().code();
        if (head.headers().size() > limits().maxHandshakeFields()) {
            fail(
                    ctx,
                    "the response has more than " + limits().maxHandshakeFields() + " fields (maxHandshakeFields)",
                    null);
            return;
        }
        HandshakeResponse response;
        try {
            response = new HandshakeResponse(status, fields(head), "");
        } catch (IllegalArgumentException e) {
            fail(ctx, "the server's answer is no valid HTTP response: " + e.getMessage(), e);
            return;
        }
        if (status / 100 == 1 && status != 101) {
            skipping = true;
            if (++interim > MAX_INTERIM_RESPONSES) {
                fail(ctx, "more than " + MAX_INTERIM_RESPONSES + " interim responses came before the answer", null);
            }
            return;
        }
        skipping = false;
        connector.owner().observer().onResponse(response);
        if (status != 101) {
            refusal = response; // its body is worth reading first
            return;
        }
        if (!head.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            fail(
                    ctx,
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
            fail(ctx, failed.reason(), response, null);
            return;
        }
        ClientHandshake.Accepted agreed = (ClientHandshake.Accepted) result;
        if (!connector.subprotocols().isEmpty() && agreed.subprotocol().isEmpty()) {
            fail(
                    ctx,
                    "the server has chosen none of the subprotocols offered, " + connector.subprotocols()
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
            fail(ctx, "Sec-WebSocket-Extensions: " + failed.reason(), response, null);
            return;
        }
        PerMessageDeflate deflate = outcome instanceof DeflateNegotiation.Outcome.Agreed with
                ? new PerMessageDeflate(
                        Role.CLIENT,
                        with.parameters(),
                        compression,
                        ClientLoops.shared()
                                .loops()
                                .stateOf(ctx.channel().eventLoop())
                                .deflate())
                : null;
        String extensions =
                agreed.extensions().stream().map(ExtensionElement::toString).collect(Collectors.joining(", "));
        accepted = new Accepted(agreed.subprotocol().orElse(""), extensions, deflate);
    }

    private static HttpFields fields(HttpResponse head) {
        HttpFields.Builder fields = HttpFields.builder();
        for (Map.Entry<String, String> field : head.headers()) {
            fields.add(field.getKey(), field.getValue());
        }
        return fields.build();
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
        ByteBuf bytes = content.content();
        int length = Math.min(bytes.readableBytes(), BODY_HEAD_BYTES - body.size());
        body.writeBytes(ByteBufUtil.getBytes(bytes, bytes.readerIndex(), length));
        if (last || body.size() == BODY_HEAD_BYTES) {
            refused(ctx);
        }
    }

    private void refused(ChannelHandlerContext ctx) {
        HandshakeResponse head = refusal;
        ClientHandshake asked = handshake;
        if (head == null || asked == null) {
            return;
        }
        HandshakeResponse whole =
                new HandshakeResponse(head.status(), head.fields(), body.toString(StandardCharsets.UTF_8));
        ClientHandshake.Result result = asked.verify(whole);
        String reason = result instanceof ClientHandshake.Failed failed ? failed.reason() : "";
        if (head.status() / 100 == 3) {
            reason += " Redirects are not followed"
                    + head.fields()
                            .first("Location")
                            .map(to -> "; this one leads to " + printable(to))
                            .orElse("") + ".";
        }
        fail(ctx, reason, whole, null);
    }

    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }

    // ------------------------------------------------------------------------------------------------------ the ends

    /** After this the pipeline is [ssl] → [websocket]. */
    private void establish(ChannelHandlerContext ctx, Accepted agreed) {
        if (!connector.mayEstablish()) {
            end();
            ctx.close();
            return;
        }
        accepted = null; // the protocol's from here on
        end();
        Channel channel = ctx.channel();
        ClientLoops loops = ClientLoops.shared();
        WebSocketProtocol protocol = new WebSocketProtocol(
                Role.CLIENT,
                limits(),
                Delivery.WHOLE,
                agreed.deflate(),
                channel.alloc(),
                loops.keysOf(channel.eventLoop()));
        WebSocketConnection connection = new WebSocketConnection(
                channel,
                loops.loops().stateOf(channel.eventLoop()),
                Role.CLIENT,
                protocol,
                limits(),
                // What cannot be buffered flags the socket as full, which closes it.
                SlowConsumerPolicy.DROP_NEWEST,
                connector.owner());
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.replace(this, "websocket", connection);
        connector.owner().established(connection, agreed.subprotocol(), agreed.extensions());
        // Gives what came right behind the response to the connection.
        pipeline.remove(HttpResponseDecoder.class);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (refusal != null && !done) {
            refused(ctx);
        }
        fail(ctx, "the server has closed the connection without an answer to the opening handshake", null);
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        if (thrown instanceof DecoderException decoding && decoding.getCause() != null && secure && handshake == null) {
            failTls(ctx, decoding.getCause());
        } else if (thrown instanceof IOException) {
            fail(ctx, "the connection broke during the opening handshake: " + thrown.getMessage(), thrown);
        } else {
            fail(ctx, "the opening handshake failed: " + thrown, thrown);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end();
    }

    private void fail(ChannelHandlerContext ctx, String message, @Nullable Throwable cause) {
        fail(ctx, message, null, cause);
    }

    private void fail(
            ChannelHandlerContext ctx,
            String message,
            @Nullable HandshakeResponse response,
            @Nullable Throwable cause) {
        if (done) {
            return;
        }
        end();
        connector.fail(message, response, cause);
        ctx.close();
    }

    /** The connection is no longer CONNECTING: the next one to this address may begin. */
    private void end() {
        if (done) {
            return;
        }
        done = true;
        if (timeout != null) {
            timeout.cancel(false);
        }
        if (accepted != null && accepted.deflate() != null) {
            accepted.deflate().close();
        }
        whenDone.run();
    }
}
