package dev.duplex.server.internal;

import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.server.HttpRoute;
import dev.duplex.server.OriginPolicy;
import dev.duplex.server.Route;
import dev.duplex.server.ServerMetrics;
import dev.duplex.server.TrustedProxies;
import dev.duplex.transport.SlowConsumerPolicy;
import io.netty.handler.ssl.SslContext;
import org.jspecify.annotations.Nullable;

/**
 * What the builder has collected.
 *
 * @param tls null for plain connections
 * @param origins who may connect from a browser where a route says nothing else
 * @param http plain HTTP by path
 * @param fallback plain HTTP for every other path that is no route
 */
public record ServerSettings(
        PathRouter<Route> routes,
        PathRouter<HttpRoute> http,
        @Nullable HttpRoute fallback,
        OriginPolicy origins,
        Limits limits,
        DeflateOptions compression,
        SlowConsumerPolicy slowConsumers,
        TrustedProxies trustedProxies,
        ServerMetrics metrics,
        int maxConnections,
        int maxHttpBodyBytes,
        @Nullable SslContext tls) {}
