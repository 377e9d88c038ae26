package dev.duplex.server.internal;

import dev.duplex.core.Limits;
import dev.duplex.core.handshake.HandshakeRequest;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.core.handshake.HttpFields;
import dev.duplex.core.handshake.ServerHandshake;
import dev.duplex.server.BadRequestException;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.Route;
import dev.duplex.server.TrustedProxies;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.internal.TimerWheel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection as long as it speaks HTTP/1.1: one request after the other to the handler of its path, until one is an
 * opening handshake. That one takes the decoder out of the pipeline at once, so whatever follows it is never taken for
 * another request, whether the handshake succeeds or not.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketServer.class);

    /** A persistent connection waits this long for its next request. */
    private static final int IDLE_MILLIS = 30_000;

    /** A handler has this long to answer. */
    private static final int ANSWER_MILLIS = 60_000;

    /** After a last response, this long is waited for the client to have read it. */
    private static final int LINGER_MILLIS = 2_000;

    private enum State {
        /** Waiting for a request, or in the middle of one. */
        READING,
        /** A request is being answered; others wait. */
        ANSWERING,
        /** An opening handshake is being decided. */
        UPGRADING,
        /** The last response is out; input is discarded. */
        ENDING
    }

    private final ServerCore server;
    private final ServerSettings settings;
    private final Limits limits;
    private final Channel channel;
    private final ServerLoop loop;
    private final Deadline deadline = new Deadline();

    private State state = State.READING;
    private boolean ended;

    // The request being read.
    private io.netty.handler.codec.http.@Nullable HttpRequest head;
    private @Nullable ByteBuf body;
    private ServerHandshake.@Nullable Valid handshake;

    /** Requests that came before the one in hand was answered. */
    private final ArrayDeque<Object> pipelined = new ArrayDeque<>(0);

    private @Nullable Upgrade upgrade;

    HttpConnection(ServerCore server, Channel channel, ServerLoop loop) {
        this.server = server;
        this.settings = server.settings();
        this.limits = settings.limits();
        this.channel = channel;
        this.loop = loop;
    }

    Channel channel() {
        return channel;
    }

    ServerLoop loop() {
        return loop;
    }

    ServerCore server() {
        return server;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        server.httpOpened(this);
        loop.state().expireIn(deadline, limits.handshakeTimeout().toMillis());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end();
        ctx.fireChannelInactive();
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        server.httpClosed(this);
        loop.state().cancel(deadline);
        if (body != null) {
            body.release();
            body = null;
        }
        pipelined.forEach(ReferenceCountUtil::release);
        pipelined.clear();
        if (upgrade != null) {
            upgrade.abandon();
        }
    }

    /** What waits for something has an end. */
    private final class Deadline extends TimerWheel.Timer {
        @Override
        protected long expired(long now) {
            switch (state) {
                case ANSWERING -> {
                    LOG.warn("The handler of {} has not answered within {} ms", head, ANSWER_MILLIS);
                    respondAndEnd(HttpResponse.text(503, "The server did not answer in time.\n"));
                }
                case UPGRADING -> {
                    if (upgrade != null) {
                        upgrade.timeout();
                    }
                }
                default -> channel.close();
            }
            return TimerWheel.NEVER;
        }
    }

    // --------------------------------------------------------------------------------------------------------- reading

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        switch (state) {
            case READING -> read(message);
            case ANSWERING -> {
                pipelined.add(message);
                channel.config().setAutoRead(false);
            }
            case UPGRADING -> {
                if (upgrade != null && message instanceof ByteBuf bytes) {
                    upgrade.early(bytes);
                } else {
                    ReferenceCountUtil.release(message);
                }
            }
            case ENDING -> ReferenceCountUtil.release(message);
        }
    }

    private void read(Object message) {
        try {
            if (message instanceof io.netty.handler.codec.http.HttpRequest request) {
                begin(request);
            }
            if (state == State.READING && message instanceof HttpContent content) {
                take(content);
            }
        } catch (BadRequestException e) {
            respondAndEnd(HttpResponse.text(400, e.getMessage() + "\n"));
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(io.netty.handler.codec.http.HttpRequest request) {
        DecoderResult result = request.decoderResult();
        if (result.isFailure()) {
            respondAndEnd(refusal(result.cause()));
            return;
        }
        head = request;
        HttpResponse tooLong = tooLong(request.headers());
        if (tooLong != null) {
            respondAndEnd(tooLong);
            return;
        }
        if (request.headers().containsValue(HttpHeaderNames.UPGRADE, "websocket", true)) {
            handshake = validated(request);
            return;
        }
        // RFC 9110 §7.2: a request of HTTP/1.1 has exactly one Host.
        if (request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && request.headers().getAll(HttpHeaderNames.HOST).size() != 1) {
            throw new BadRequestException("expected exactly one Host field (RFC 9112 §3.2)");
        }
        if (HttpUtil.getContentLength(request, 0L) > settings.maxHttpBodyBytes()) {
            respondAndEnd(tooLarge());
        } else if (HttpUtil.is100ContinueExpected(request)) {
            channel.writeAndFlush(HttpWriter.continueResponse());
        }
    }

    private HttpResponse refusal(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return HttpResponse.text(
                    414, "The request line is longer than " + limits.maxHandshakeLineBytes() + " bytes.\n");
        }
        if (cause instanceof TooLongFrameException) {
            return HttpResponse.text(
                    431, "The header fields are larger than " + limits.maxHandshakeBytes() + " bytes.\n");
        }
        return HttpResponse.text(
                400, "The request is not HTTP/1.1: " + Text.quote(String.valueOf(cause.getMessage())) + "\n");
    }

    private @Nullable HttpResponse tooLong(HttpHeaders headers) {
        if (headers.size() > limits.maxHandshakeFields()) {
            return HttpResponse.text(431, "There are more than " + limits.maxHandshakeFields() + " header fields.\n");
        }
        for (Map.Entry<String, String> field : headers) {
            if (field.getKey().length() + field.getValue().length() > limits.maxHandshakeLineBytes()) {
                return HttpResponse.text(
                        431, "A header field is larger than " + limits.maxHandshakeLineBytes() + " bytes.\n");
            }
        }
        return null;
    }

    private HttpResponse tooLarge() {
        return HttpResponse.text(413, "The body is larger than " + settings.maxHttpBodyBytes() + " bytes.\n");
    }

    private void take(HttpContent content) {
        io.netty.handler.codec.http.HttpRequest request = head;
        if (request == null) {
            return;
        }
        if (content.decoderResult().isFailure()) {
            respondAndEnd(HttpResponse.text(400, "The body of the request is malformed.\n"));
            return;
        }
        ByteBuf bytes = content.content();
        if (bytes.isReadable()) {
            if (body == null) {
                body = channel.alloc().buffer(bytes.readableBytes());
            }
            if (body.readableBytes() + bytes.readableBytes() > settings.maxHttpBodyBytes()) {
                respondAndEnd(tooLarge());
                return;
            }
            body.writeBytes(bytes);
        }
        if (content instanceof LastHttpContent) {
            if (handshake != null) {
                upgrade(request, handshake);
            } else {
                answer(request);
            }
        }
    }

    private byte[] takeBody() {
        ByteBuf bytes = body;
        body = null;
        if (bytes == null) {
            return new byte[0];
        }
        byte[] copy = new byte[bytes.readableBytes()];
        bytes.readBytes(copy);
        bytes.release();
        return copy;
    }

    // ------------------------------------------------------------------------------------------------------- answering

    private void answer(io.netty.handler.codec.http.HttpRequest request) {
        state = State.ANSWERING;
        loop.state().expireIn(deadline, ANSWER_MILLIS);
        HttpFields fields = fields(request.headers());
        RequestTarget target = RequestTarget.parse(request.uri());
        HttpRequest.Builder builder = request(request, fields, client(fields)).body(takeBody());
        Optional<PathRouter.Match<HttpHandler>> match = settings.http().match(target.segments());
        HttpHandler handler = settings.fallback();
        if (match.isPresent()) {
            handler = match.get().value();
            builder.pathParameters(match.get().parameters()).tail(match.get().tail());
        } else if (settings.routes().match(target.segments()).isPresent()) {
            // RFC 9110 §15.5.22
            respond(HttpResponse.text(
                            426,
                            "This is a WebSocket endpoint: connect with new WebSocket(url), or send Upgrade: websocket.\n")
                    .header("Upgrade", "websocket"));
            return;
        }
        if (handler == null) {
            respond(HttpResponse.text(404, "Nothing is here.\n"));
            return;
        }
        call(handler, builder.build());
    }

    private void call(HttpHandler handler, HttpRequest request) {
        CompletionStage<HttpResponse> stage;
        try {
            stage = handler.handle(request);
        } catch (Throwable error) {
            failed(request, error);
            return;
        }
        if (stage == null) {
            failed(request, new NullPointerException("the handler has returned null instead of a CompletionStage"));
            return;
        }
        stage.whenComplete((response, error) -> onLoop(() -> {
            if (state != State.ANSWERING || ended) {
                return;
            }
            if (error != null) {
                failed(request, error);
            } else if (response == null) {
                failed(request, new NullPointerException("the handler has answered null"));
            } else {
                respond(response);
            }
        }));
    }

    private void failed(HttpRequest request, Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (cause instanceof BadRequestException bad) {
            respond(HttpResponse.text(400, bad.getMessage() + "\n"));
            return;
        }
        LOG.warn("The handler of {} has failed", request, cause);
        respond(HttpResponse.text(500, "The server has failed to answer.\n"));
    }

    /** Runs it on the loop. Whatever it throws ends this connection; a CompletionStage would swallow it. */
    void onLoop(Runnable action) {
        if (!loop.inEventLoop()) {
            loop.state().loop().execute(() -> onLoop(action));
            return;
        }
        try {
            action.run();
        } catch (RuntimeException | Error error) {
            LOG.error("Connection from {} has failed inside the server", channel.remoteAddress(), error);
            channel.close();
        }
    }

    private void respond(HttpResponse response) {
        io.netty.handler.codec.http.HttpRequest request = head;
        boolean keepAlive = request != null && HttpUtil.isKeepAlive(request) && !server.isDraining();
        if (!keepAlive) {
            respondAndEnd(response);
            return;
        }
        HttpWriter.write(channel, request, response, true);
        state = State.READING;
        head = null;
        loop.state().expireIn(deadline, IDLE_MILLIS);
        // Not at once: a long row of requests must not become a deep stack.
        loop.state().loop().execute(this::readOn);
    }

    private void readOn() {
        while (state == State.READING && !pipelined.isEmpty()) {
            read(pipelined.poll());
        }
        if (state == State.READING && pipelined.isEmpty()) {
            channel.config().setAutoRead(true);
        }
    }

    /** The last response of the connection: nothing that came after its request is looked at. */
    void respondAndEnd(HttpResponse response) {
        if (state == State.ENDING || ended) {
            return;
        }
        HttpWriter.write(channel, head, response, false);
        linger();
    }

    private void linger() {
        state = State.ENDING;
        pipelined.forEach(ReferenceCountUtil::release);
        pipelined.clear();
        loop.state().expireIn(deadline, LINGER_MILLIS);
        channel.config().setAutoRead(true);
        // Closing with unread input would reset the connection, and the client might never see the response.
        if (channel instanceof DuplexChannel duplex && channel.pipeline().get(SslHandler.class) == null) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> duplex.shutdownOutput());
        } else {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Ends once what is being answered has been answered. */
    void shutDown() {
        onLoop(() -> {
            if (state == State.READING && head == null) {
                channel.close();
            }
        });
    }

    // ------------------------------------------------------------------------------------------------------- upgrading

    private ServerHandshake.@Nullable Valid validated(io.netty.handler.codec.http.HttpRequest request) {
        ServerHandshake.Result result = ServerHandshake.validate(new HandshakeRequest(
                request.method().name(),
                request.uri(),
                request.protocolVersion().text(),
                fields(request.headers())));
        if (result instanceof ServerHandshake.Valid valid) {
            return valid;
        }
        ServerHandshake.Refused refused = (ServerHandshake.Refused) result;
        LOG.debug("Refused an opening handshake from {}: {}", channel.remoteAddress(), refused.reason());
        refuse(refused.response());
        return null;
    }

    private void upgrade(io.netty.handler.codec.http.HttpRequest request, ServerHandshake.Valid valid) {
        state = State.UPGRADING;
        channel.config().setAutoRead(false);
        Upgrade attempt = new Upgrade(this);
        upgrade = attempt;
        // From here on bytes are frames, or nothing: what the decoder still holds comes to us as it is.
        channel.pipeline().remove(HttpRequestDecoder.class);
        RequestTarget target = RequestTarget.parse(request.uri());
        Optional<PathRouter.Match<Route>> match = settings.routes().match(target.segments());
        if (match.isEmpty()) {
            attempt.refuse(HttpResponse.text(404, "There is no WebSocket endpoint at this path.\n"));
            return;
        }
        TrustedProxies.Client client = client(valid.request().fields());
        HttpRequest http = request(request, valid.request().fields(), client)
                .pathParameters(match.get().parameters())
                .tail(match.get().tail())
                .build();
        attempt.decide(match.get().value(), http, client, valid);
    }

    private void refuse(HandshakeResponse response) {
        HttpResponse answer = HttpResponse.text(response.status(), response.body());
        for (HttpFields.Field field : response.fields()) {
            if (!field.name().equalsIgnoreCase("Content-Length")
                    && !field.name().equalsIgnoreCase("Connection")) {
                answer = answer.header(field.name(), field.value());
            }
        }
        server.metrics().handshakeRefused(response.status());
        respondAndEnd(answer);
    }

    private TrustedProxies.Client client(HttpFields fields) {
        return settings.trustedProxies().client(channel.remoteAddress(), settings.tls() != null, fields);
    }

    private static HttpRequest.Builder request(
            io.netty.handler.codec.http.HttpRequest request, HttpFields fields, TrustedProxies.Client client) {
        return HttpRequest.builder(request.method().name(), request.uri())
                .fields(fields)
                .remoteAddress(client.address())
                .secure(client.secure());
    }

    private static HttpFields fields(HttpHeaders headers) {
        HttpFields.Builder fields = HttpFields.builder();
        try {
            for (Map.Entry<String, String> field : headers) {
                fields.add(field.getKey(), field.getValue());
            }
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(String.valueOf(e.getMessage()));
        }
        return fields.build();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        LOG.debug("Connection from {} has failed", channel.remoteAddress(), thrown);
        channel.close();
    }
}
