package dev.duplex.server.internal;

import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DedicatedCount;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.deflate.DeflateResources;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.OriginPolicy;
import dev.duplex.server.Route;
import dev.duplex.server.ServerMetrics;
import dev.duplex.server.Session;
import dev.duplex.server.TrustedProxies;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.transport.SlowConsumerPolicy;
import dev.duplex.transport.Transport;
import dev.duplex.transport.internal.EventLoops;
import dev.duplex.transport.internal.LoopState;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;

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
                PathRouter.<HttpHandler>builder()
                        .add("/http/*", HttpHandler.of(request -> HttpResponse.text(200, request.toString())))
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
}
