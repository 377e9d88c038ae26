package dev.duplex.server.internal;

import dev.duplex.core.CloseCode;
import dev.duplex.core.Role;
import dev.duplex.core.deflate.DeflateNegotiation;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.core.deflate.PerMessageDeflate;
import dev.duplex.core.handshake.ExtensionElement;
import dev.duplex.core.handshake.HandshakeResponse;
import dev.duplex.core.handshake.ServerHandshake;
import dev.duplex.core.handshake.Subprotocols;
import dev.duplex.server.BadRequestException;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.OriginPolicy;
import dev.duplex.server.Route;
import dev.duplex.server.TrustedProxies;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.UpgradeResponse;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.stream.ChunkedWriteHandler;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One opening handshake on its way from a valid request to a session or a refusal. On the event loop. */
final class Upgrade {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketServer.class);

    private final HttpConnection connection;
    private final ServerCore server;
    private final Channel channel;
    private final ServerLoop loop;

    /** What came after the request: the first frames of a client that does not wait for the answer. */
    private @Nullable ByteBuf early;

    private boolean decided;
    private boolean opened;

    /** The path, for the log. */
    private String path = "";

    Upgrade(HttpConnection connection) {
        this.connection = connection;
        this.server = connection.server();
        this.channel = connection.channel();
        this.loop = connection.loop();
    }

    /** Keeps bytes for the session. No more is read meanwhile, so they are few. */
    void early(ByteBuf bytes) {
        if (decided) {
            bytes.release();
        } else if (early == null) {
            early = bytes;
        } else {
            early.writeBytes(bytes);
            bytes.release();
        }
    }

    void abandon() {
        decided = true;
        if (early != null) {
            early.release();
            early = null;
        }
    }

    void decide(Route route, HttpRequest http, TrustedProxies.Client client, ServerHandshake.Valid handshake) {
        path = http.path();
        if (server.isDraining()) {
            goingAway();
            return;
        }
        OriginPolicy policy = route.origins().orElse(server.settings().origins());
        OriginPolicy.Decision decision = policy.decide(http.fields(), client.host(), client.secure(), isOverLoopback());
        if (!decision.allowed()) {
            refuse(HttpResponse.text(403, decision.explanation() + "\n"));
            return;
        }
        SslHandler ssl = channel.pipeline().get(SslHandler.class);
        UpgradeRequest request =
                new UpgradeRequest(http, ssl == null ? null : ssl.engine().getSession());
        CompletionStage<UpgradeResponse> stage;
        try {
            @Nullable HttpRequest outer = loop.enter(http);
            try {
                stage = route.upgrade().apply(request);
            } finally {
                loop.leave(outer);
            }
        } catch (Throwable error) {
            failed(request, error);
            return;
        }
        if (stage == null) {
            failed(request, new NullPointerException("the upgrade hook has returned null"));
            return;
        }
        stage.whenComplete(
                (response, error) -> connection.onLoop(() -> decided(route, request, handshake, response, error)));
    }

    private boolean isOverLoopback() {
        return channel.localAddress() instanceof InetSocketAddress local
                && local.getAddress().isLoopbackAddress()
                && !server.settings().trustedProxies().trusts(channel.remoteAddress());
    }

    private void decided(
            Route route,
            UpgradeRequest request,
            ServerHandshake.Valid handshake,
            @Nullable UpgradeResponse response,
            @Nullable Throwable error) {
        if (response instanceof UpgradeResponse.Accept accept) {
            if (!decided) {
                accept(route, request, handshake, accept);
            }
            if (!opened) {
                giveBack(accept);
            }
        } else if (decided) {
            return;
        } else if (error != null) {
            failed(request, error);
        } else if (response instanceof UpgradeResponse.Reject reject) {
            refuse(reject.response());
        } else {
            failed(request, new NullPointerException("the upgrade hook has answered null"));
        }
    }

    private void giveBack(UpgradeResponse.Accept accept) {
        try {
            accept.notOpened().run();
        } catch (RuntimeException | Error e) {
            LOG.warn("What {} gives back for a session that has not opened has failed", path, e);
        }
    }

    void goingAway() {
        refuse(HttpResponse.text(503, "The server is going away.\n").header("Retry-After", "5"));
    }

    void timeout() {
        LOG.warn("The upgrade hook of {} has not answered within the handshake timeout; refused with 503", path);
        refuse(HttpResponse.text(503, "The server did not decide in time.\n").header("Retry-After", "5"));
    }

    private void failed(UpgradeRequest request, Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (cause instanceof BadRequestException bad) {
            refuse(HttpResponse.text(400, bad.getMessage() + "\n"));
            return;
        }
        LOG.warn("The upgrade hook of {} has failed; refused with 500", request, cause);
        refuse(HttpResponse.text(500, "The server has failed to decide.\n"));
    }

    void refuse(HttpResponse response) {
        if (decided) {
            return;
        }
        abandon();
        server.metrics().handshakeRefused(response.status());
        connection.respondAndEnd(response);
    }

    private void accept(
            Route route, UpgradeRequest request, ServerHandshake.Valid handshake, UpgradeResponse.Accept accept) {
        if (server.isDraining()) {
            goingAway();
            return;
        }
        @Nullable
        String subprotocol = accept.subprotocol()
                .or(() -> Subprotocols.select(handshake.subprotocols(), route.subprotocols()))
                .orElse(null);
        if (subprotocol == null
                && !route.subprotocols().isEmpty()
                && !handshake.subprotocols().isEmpty()) {
            refuse(HttpResponse.text(
                    400,
                    "None of the subprotocols offered, " + Text.quote(String.join(", ", handshake.subprotocols()))
                            + ", is one of those spoken here, " + String.join(", ", route.subprotocols())
                            + " (RFC 6455 §4.2.2).\n"));
            return;
        }
        DeflateResources resources = loop.state().deflate();
        DeflateOptions options =
                resources.admit(route.compression().orElse(server.settings().compression()));
        DeflateNegotiation.@Nullable Agreement agreement = DeflateNegotiation.accept(handshake.extensions(), options);
        List<ExtensionElement> extensions = agreement == null ? List.of() : List.of(agreement.response());
        HandshakeResponse response;
        try {
            response = ServerHandshake.accept(handshake, subprotocol, extensions, accept.headers());
        } catch (IllegalArgumentException e) {
            failed(request, e);
            return;
        }
        decided = true;
        opened = true;
        PerMessageDeflate deflate = agreement == null
                ? null
                : new PerMessageDeflate(Role.SERVER, agreement.parameters(), options, resources);
        LoopRoute place = loop.route(route, it -> LoopRoute.of(server, loop, it, channel.alloc()));
        ServerSession session = new ServerSession(
                place,
                request,
                subprotocol,
                agreement == null ? "" : loop.shared(agreement.response().toString()),
                accept.attributes());
        WebSocketConnection webSocket = new WebSocketConnection(channel, place.terms(), deflate, session);
        switchProtocols(response, webSocket, session);
    }

    /** After this the pipeline is [ssl] → [websocket]. */
    private void switchProtocols(HandshakeResponse response, WebSocketConnection webSocket, ServerSession session) {
        ByteBuf first = early;
        early = null;
        HttpWriter.writeSwitchingProtocols(channel, response.fields());
        ChannelPipeline pipeline = channel.pipeline();
        if (pipeline.get(ChunkedWriteHandler.class) != null) {
            pipeline.remove(ChunkedWriteHandler.class);
        }
        pipeline.remove(HttpResponseEncoder.class);
        server.sessionOpened();
        pipeline.replace(connection, "websocket", webSocket);
        channel.config().setAutoRead(true);
        session.open(webSocket);
        server.upgraded(channel);
        if (server.isDraining()) {
            // It was not there yet when all were told.
            session.close(CloseCode.GOING_AWAY, "the server goes away");
        }
        channel.flush();
        if (first != null) {
            // Not through the pipeline: these bytes have passed TLS already.
            ChannelHandlerContext context = pipeline.context(webSocket);
            if (context == null) {
                first.release();
                return;
            }
            webSocket.channelRead(context, first);
            webSocket.channelReadComplete(context);
        }
    }
}
