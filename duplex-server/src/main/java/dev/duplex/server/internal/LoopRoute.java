package dev.duplex.server.internal;

import dev.duplex.core.Endpoint;
import dev.duplex.core.Limits;
import dev.duplex.core.Role;
import dev.duplex.server.Route;
import dev.duplex.transport.internal.ConnectionTerms;
import io.netty.buffer.ByteBufAllocator;

/**
 * What a route has once per event loop, for all of its sessions there.
 *
 * @param terms those of their connections
 */
record LoopRoute(ServerCore server, ServerLoop loop, Route route, ConnectionTerms terms) {

    static LoopRoute of(ServerCore server, ServerLoop loop, Route route, ByteBufAllocator allocator) {
        ServerSettings settings = server.settings();
        Limits limits = route.limits().orElse(settings.limits());
        Endpoint endpoint = new Endpoint(Role.SERVER, limits, route.delivery(), allocator, null);
        ConnectionTerms terms = new ConnectionTerms(
                loop.state(), endpoint, route.slowConsumers().orElse(settings.slowConsumers()));
        return new LoopRoute(server, loop, route, terms);
    }
}
