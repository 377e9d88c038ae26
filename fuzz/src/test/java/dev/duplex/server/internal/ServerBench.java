package dev.duplex.server.internal;

import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DedicatedCount;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.core.handshake.HandshakeRequest;
import dev.duplex.core.handshake.HttpFields;
import dev.duplex.fuzz.MemoryChannel;
import dev.duplex.fuzz.SteppedLoop;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.HttpRoute;
import dev.duplex.server.OriginPolicy;
import dev.duplex.server.Route;
import dev.duplex.server.ServerMetrics;
import dev.duplex.server.Session;
import dev.duplex.server.TrustedProxies;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.transport.SlowConsumerPolicy;
import dev.duplex.transport.Transport;
import dev.duplex.transport.internal.EventLoops;
import dev.duplex.transport.internal.LoopState;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Map;

/** The parts of a server without sockets: what it reads and writes are channels in memory, and its clock stands still. */
final class ServerBench {
    static final Limits LIMITS =
            Limits.DEFAULTS.withMaxMessageBytes(1024).withHandshake(2048, 20, 512, Limits.DEFAULTS.handshakeTimeout());

    private static final int MAX_BODY_BYTES = 256;

    /** They have a number and are never used: no channel is registered with them. */
    private static final EventLoops LOOPS = EventLoops.open(
            Transport.NIO, TopicsBench.LOOPS, new DefaultThreadFactory("fuzz", true), ServerBench::deflate);

    private ServerBench() {}

    @SuppressWarnings("NullAway") // no WebSocketServer: no handler of these routes asks for it
    static ServerCore core() {
        return new ServerCore(null, settings(), LOOPS);
    }

    private static ServerSettings settings() {
        return new ServerSettings(
                PathRouter.<Route>builder()
                        .add("/", Route.to(WebSocketHandler.onMessage(Session::send)))
                        .add(
                                "/chat/{room}",
                                Route.to(WebSocketHandler.onMessage(Session::send))
                                        .subprotocols("chat", "superchat")
                                        .compression(DeflateOptions.DEDICATED))
                        .build(),
                PathRouter.<HttpRoute>builder()
                        .add(
                                "/http/*",
                                HttpRoute.to(HttpHandler.of(request -> HttpResponse.text(200, request.toString()))))
                        .build(),
                null,
                OriginPolicy.sameOrigin(),
                LIMITS,
                DeflateOptions.SHARED,
                SlowConsumerPolicy.CLOSE,
                TrustedProxies.NONE,
                ServerMetrics.NONE,
                Integer.MAX_VALUE,
                MAX_BODY_BYTES,
                null);
    }

    static DeflateResources deflate() {
        return new DeflateResources(DeflateOptions.DEFAULT_LEVEL, new DedicatedCount(4));
    }

    /** What a server has for a loop whose clock stands still. */
    static ServerLoop loop(int number, EventLoop executor, Runnable dropped) {
        return new ServerLoop(number, new LoopState(executor, () -> 0, deflate()), dropped);
    }

    /** A session that is open, over a channel whose loop is this one; it echoes. */
    static ServerSession open(
            ServerCore core, ServerLoop loop, SteppedLoop executor, MemoryChannel channel, ByteBufAllocator allocator) {
        LoopRoute place = LoopRoute.of(
                core, loop, Route.to(WebSocketHandler.onMessage(Session::send)).limits(Limits.DEFAULTS), allocator);
        ServerSession session = new ServerSession(place, request(), null, "", Map.of());
        channel.config().setAllocator(allocator);
        executor.register(channel);
        WebSocketConnection connection = new WebSocketConnection(channel, place.terms(), null, session);
        executor.on(() -> {
            channel.pipeline().addLast(connection);
            session.open(connection);
        });
        return session;
    }

    private static UpgradeRequest request() {
        HandshakeRequest asked = new HandshakeRequest(
                "GET",
                "/",
                "HTTP/1.1",
                HttpFields.of(
                        "Host",
                        "server",
                        "Upgrade",
                        "websocket",
                        "Connection",
                        "Upgrade",
                        "Sec-WebSocket-Version",
                        "13",
                        "Sec-WebSocket-Key",
                        "dGhlIHNhbXBsZSBub25jZQ=="));
        return new UpgradeRequest(
                HttpRequest.builder("GET", "/").fields(asked.fields()).build(), null);
    }
}
