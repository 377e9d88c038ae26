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
import dev.duplex.server.HttpRoute;
import dev.duplex.server.Route;
import dev.duplex.server.TrustedProxies;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.internal.TimerWheel;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
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
import java.util.function.Function;
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

    /** A request whose head has come has this long for its body. */
    private static final int BODY_MILLIS = 30_000;

    /** A client that takes nothing of a response for so long has gone. */
    private static final int STALL_MILLIS = 20_000;

    /** After a last response, this long is waited for the client to end the connection too. */
    private static final int LINGER_MILLIS = 2_000;

    private enum State {
        /** Waiting for a request, or in the middle of one. */
        READING,
        /** A request is being answered; others wait. */
        ANSWERING,
        /** A response is on its way. The next request is not looked at before it has left. */
        WRITING,
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
    private boolean first = true;

    /** While a response is on its way: whether the connection goes on after it, and whether the client takes it. */
    private boolean lastResponse;

    private boolean chunkTaken;
    private long untaken;

    // The request being read.
    private io.netty.handler.codec.http.@Nullable HttpRequest head;
    private @Nullable ByteBuf body;
    private ServerHandshake.@Nullable Valid handshake;

    /** What answers it, once its head has come; null for a handshake, and where nothing does. */
    private PathRouter.@Nullable Match<HttpRoute> match;

    /** What a handler has been asked and has not answered. */
    private @Nullable Asked asked;

    /** Told apart by identity. */
    private static final class Asked {
        final HttpHandler handler;
        final HttpRequest request;

        Asked(HttpHandler handler, HttpRequest request) {
            this.handler = handler;
            this.request = request;
        }
    }

    /** Requests that came before the one in hand was answered; null until one does, as few clients send any. */
    private @Nullable ArrayDeque<Object> pipelined;

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
        if (server.isDraining()) {
            channel.close();
        }
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
        releasePipelined();
        if (upgrade != null) {
            upgrade.abandon();
        }
        abort();
    }

    /** Tells the handler that it need not answer any more. */
    private void abort() {
        Asked question = asked;
        asked = null;
        if (question == null) {
            return;
        }
        HttpRequest outer = loop.enter(question.request);
        try {
            question.handler.onAbort(question.request);
        } catch (Throwable error) {
            LOG.warn("onAbort of the handler of {} has failed", question.request, error);
        } finally {
            loop.leave(outer);
        }
    }

    /** What waits for something has an end. */
    private final class Deadline extends TimerWheel.Timer {
        /** The deadline has passed, and since then the loop has not looked at the socket. */
        private boolean overdue;

        @Override
        protected long expired(long now) {
            switch (state) {
                // A loop that many clients have kept busy may come late. What one of them has sent in time waits at its
                // socket, which is read before the next tick: only who has sent nothing even then is the one to blame.
                case READING -> {
                    if (!overdue) {
                        overdue = true;
                        return now;
                    }
                    channel.close();
                }
                // What these write sets this timer anew, which must not happen before it has expired.
                case ANSWERING, UPGRADING -> loop.execute(() -> onLoop(HttpConnection.this::noAnswer));
                case WRITING -> {
                    if (progressed()) {
                        return now + STALL_MILLIS;
                    }
                    channel.close();
                }
                default -> channel.close();
            }
            return TimerWheel.NEVER;
        }
    }

    private void noAnswer() {
        if (state == State.UPGRADING && upgrade != null) {
            upgrade.timeout();
        } else if (state == State.ANSWERING && head != null) {
            // The path alone: a query may hold a credential.
            String path = RequestTarget.parse(head.uri()).rawPath();
            LOG.warn("The handler of {} has not answered within {} ms", path, answerMillis());
            respondAndEnd(HttpResponse.text(503, "The server did not answer in time.\n"));
            abort();
        }
    }

    // --------------------------------------------------------------------------------------------------------- reading

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        switch (state) {
            case READING -> {
                if (holdsRequests()) {
                    hold(message);
                } else {
                    read(message);
                }
            }
            case ANSWERING -> hold(message);
            case WRITING -> {
                if (lastResponse) {
                    ReferenceCountUtil.release(message);
                } else {
                    hold(message);
                }
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

    /** Keeps a request that comes before its turn. No more is read meanwhile, so they are few. */
    private void hold(Object message) {
        ArrayDeque<Object> held = pipelined;
        if (held == null) {
            held = new ArrayDeque<>();
            pipelined = held;
        }
        held.add(message);
        channel.config().setAutoRead(false);
    }

    private boolean holdsRequests() {
        ArrayDeque<Object> held = pipelined;
        return held != null && !held.isEmpty();
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
            if (handshake != null) {
                server.metrics().handshakeRefused(400);
            }
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
        if (request.protocolVersion().majorVersion() != 1) {
            // RFC 9110 §15.6.6
            respondAndEnd(HttpResponse.text(
                    505,
                    "The version must be HTTP/1.1 but was "
                            + Text.quote(request.protocolVersion().text()) + ".\n"));
            return;
        }
        // RFC 9110 §7.2: a request of HTTP/1.1 has exactly one Host.
        if (!request.protocolVersion().equals(HttpVersion.HTTP_1_0)
                && request.headers().getAll(HttpHeaderNames.HOST).size() != 1) {
            throw new BadRequestException("expected exactly one Host field (RFC 9112 §3.2)");
        }
        match = settings.http()
                .match(RequestTarget.parse(request.uri()).segments())
                .orElse(null);
        if (HttpUtil.getContentLength(request, 0L) > maxBodyBytes()) {
            respondAndEnd(tooLarge(request));
        } else if (HttpUtil.is100ContinueExpected(request)) {
            HttpWriter.writeContinue(channel);
        }
        if (state == State.READING) {
            loop.state().expireIn(deadline, BODY_MILLIS);
        }
    }

    private HttpResponse refusal(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return HttpResponse.text(
                    414,
                    "The request line is longer than " + limits.maxHandshakeLineBytes()
                            + " bytes (maxHandshakeLineBytes).\n");
        }
        if (cause instanceof TooLongFrameException) {
            return HttpResponse.text(
                    431,
                    "The header fields are larger than " + limits.maxHandshakeBytes()
                            + " bytes (maxHandshakeBytes).\n");
        }
        return HttpResponse.text(
                400, "The request is not HTTP/1.1: " + Text.quote(String.valueOf(cause.getMessage())) + "\n");
    }

    private @Nullable HttpResponse tooLong(HttpHeaders headers) {
        if (headers.size() > limits.maxHandshakeFields()) {
            return HttpResponse.text(
                    431,
                    "There are more than " + limits.maxHandshakeFields() + " header fields (maxHandshakeFields).\n");
        }
        for (Map.Entry<String, String> field : headers) {
            if (field.getKey().length() + field.getValue().length() > limits.maxHandshakeLineBytes()) {
                return HttpResponse.text(
                        431,
                        "A header field is larger than " + limits.maxHandshakeLineBytes()
                                + " bytes (maxHandshakeLineBytes).\n");
            }
        }
        return null;
    }

    private @Nullable HttpRoute route() {
        return match != null ? match.value() : settings.fallback();
    }

    private int maxBodyBytes() {
        HttpRoute route = handshake == null ? route() : null;
        return route == null
                ? settings.maxHttpBodyBytes()
                : route.maxBodyBytes().orElse(settings.maxHttpBodyBytes());
    }

    private long answerMillis() {
        HttpRoute route = route();
        return (route == null ? HttpRoute.DEFAULT_ANSWER_TIMEOUT : route.answerTimeout()).toMillis();
    }

    private HttpResponse tooLarge(io.netty.handler.codec.http.HttpRequest request) {
        HttpRoute route = handshake == null ? route() : null;
        Function<HttpRequest, HttpResponse> answer =
                route == null ? null : route.tooLarge().orElse(null);
        if (answer != null) {
            HttpFields fields = fields(request.headers());
            HttpRequest asking = request(request, fields, client(fields)).build();
            try {
                return answer.apply(asking);
            } catch (RuntimeException | Error error) {
                LOG.warn("The handler of {} has failed to answer what is too large", asking, error);
            }
        }
        return HttpResponse.text(413, "The body is larger than " + maxBodyBytes() + " bytes (maxHttpBodyBytes).\n");
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
            if (body.readableBytes() + bytes.readableBytes() > maxBodyBytes()) {
                respondAndEnd(tooLarge(request));
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
        loop.state().expireIn(deadline, answerMillis());
        HttpFields fields = fields(request.headers());
        RequestTarget target = RequestTarget.parse(request.uri());
        HttpRequest.Builder builder = request(request, fields, client(fields)).body(takeBody());
        PathRouter.Match<HttpRoute> found = match;
        if (found != null) {
            builder.pathParameters(found.parameters()).tail(found.tail());
        } else if (settings.routes().match(target.segments()).isPresent()) {
            // RFC 9110 §15.5.22
            respond(HttpResponse.text(
                            426,
                            "This is a WebSocket endpoint: connect with new WebSocket(url), or send Upgrade: websocket.\n")
                    .header("Upgrade", "websocket")
                    // RFC 9110 §7.8
                    .header("Connection", "Upgrade"));
            return;
        }
        HttpRoute route = route();
        if (route == null) {
            respond(HttpResponse.text(404, "Nothing is here.\n"));
            return;
        }
        HttpHandler handler = route.handler();
        if (handler instanceof Health && server.isDraining()) {
            respond(HttpResponse.text(503, "The server is going away.\n"));
            return;
        }
        call(handler, builder.build());
    }

    private void call(HttpHandler handler, HttpRequest request) {
        CompletionStage<HttpResponse> stage;
        try {
            @Nullable HttpRequest outer = loop.enter(request);
            try {
                stage = handler.handle(request);
            } finally {
                loop.leave(outer);
            }
        } catch (Throwable error) {
            failed(request, error);
            return;
        }
        if (stage == null) {
            failed(request, new NullPointerException("the handler has returned null instead of a CompletionStage"));
            return;
        }
        Asked question = new Asked(handler, request);
        asked = question;
        stage.whenComplete((response, error) -> onLoop(() -> {
            if (asked != question) {
                return;
            }
            asked = null;
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
            loop.execute(() -> onLoop(action));
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
        // HTTP/1.0 has no persistent connections but by an agreement that proxies have got wrong (RFC 9112 §9.3).
        boolean keepAlive = request != null
                && HttpUtil.isKeepAlive(request)
                && !request.protocolVersion().equals(HttpVersion.HTTP_1_0)
                && !server.isDraining();
        write(response, keepAlive);
    }

    /** The last response of the connection: nothing that came after its request is looked at. */
    void respondAndEnd(HttpResponse response) {
        if (state != State.ENDING && state != State.WRITING && !ended) {
            write(response, false);
        }
    }

    private void write(HttpResponse response, boolean keepAlive) {
        state = State.WRITING;
        lastResponse = !keepAlive;
        if (lastResponse) {
            releasePipelined();
        }
        progressed();
        loop.state().expireIn(deadline, STALL_MILLIS);
        HttpWriter.write(channel, head, response, keepAlive, () -> chunkTaken = true)
                .addListener(written -> {
                    if (ended) {
                        return;
                    }
                    if (!written.isSuccess()) {
                        channel.close();
                    } else if (keepAlive && !server.isDraining()) {
                        next();
                    } else {
                        linger();
                    }
                });
    }

    /** Whether the client has taken any part of the response since this was last asked. */
    private boolean progressed() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        long left = buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
        boolean progress = chunkTaken || left != untaken;
        chunkTaken = false;
        untaken = left;
        return progress;
    }

    private void next() {
        state = State.READING;
        head = null;
        match = null;
        first = false;
        loop.state().expireIn(deadline, IDLE_MILLIS);
        if (holdsRequests()) {
            // Not at once: a long row of requests must not become a deep stack.
            loop.execute(() -> onLoop(this::readOn));
        } else {
            channel.config().setAutoRead(true);
        }
    }

    private void readOn() {
        ArrayDeque<Object> held = pipelined;
        while (state == State.READING && held != null && !held.isEmpty()) {
            read(held.remove());
        }
        if (state == State.READING) {
            channel.config().setAutoRead(true);
        }
    }

    private void linger() {
        state = State.ENDING;
        server.httpClosed(this);
        loop.state().expireIn(deadline, LINGER_MILLIS);
        channel.config().setAutoRead(true);
        // Closing with unread input would reset the connection, and the client might never see the response.
        SslHandler ssl = channel.pipeline().get(SslHandler.class);
        ChannelFuture said = ssl == null ? channel.newSucceededFuture() : ssl.closeOutbound();
        said.addListener(done -> {
            if (channel instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
            } else {
                channel.close();
            }
        });
    }

    private void releasePipelined() {
        ArrayDeque<Object> held = pipelined;
        if (held != null) {
            held.forEach(ReferenceCountUtil::release);
            held.clear();
        }
    }

    /** Ends: now where nothing is asked, and otherwise once what is being asked has been answered. */
    void shutDown() {
        onLoop(() -> {
            if (state == State.READING && head == null) {
                channel.close();
            } else if (state == State.UPGRADING && upgrade != null) {
                upgrade.goingAway();
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
        if (holdsRequests()) {
            // What follows was taken for HTTP already, since an earlier request was still being answered.
            throw new BadRequestException(
                    "expected nothing behind an opening handshake before its answer (RFC 6455 §4.1)");
        }
        state = State.UPGRADING;
        channel.config().setAutoRead(false);
        if (!first) {
            // The first request has the time that began with the connection.
            loop.state().expireIn(deadline, limits.handshakeTimeout().toMillis());
        }
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
        if (response.fields().has("Upgrade")) {
            // RFC 9110 §7.8; that the connection closes is said in any case.
            answer = answer.header("Connection", "Upgrade");
        }
        server.metrics().handshakeRefused(response.status());
        respondAndEnd(answer);
    }

    private TrustedProxies.Client client(HttpFields fields) {
        return settings.trustedProxies().client(channel.remoteAddress(), settings.tls() != null, fields);
    }

    private HttpRequest.Builder request(
            io.netty.handler.codec.http.HttpRequest request, HttpFields fields, TrustedProxies.Client client) {
        return HttpRequest.builder(request.method().name(), request.uri())
                .fields(fields)
                .remoteAddress(client.address())
                .proxied(settings.trustedProxies().trusts(channel.remoteAddress()))
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
