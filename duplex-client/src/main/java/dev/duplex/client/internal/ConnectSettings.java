package dev.duplex.client.internal;

import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.handshake.HttpFields;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a connection is made with, checked.
 *
 * @param fields further fields of the request, credentials among them
 * @param tls trust and identity, for {@code wss}; may block when first asked
 * @param serverName what TLS names as the server's name, or null for the URL's host
 * @param hosts addresses of host names, by the name in lower case
 * @param unixSocket where to connect instead of the URL's host and port
 */
public record ConnectSettings(
        HttpFields fields,
        @Nullable String origin,
        Supplier<SslContext> tls,
        @Nullable String serverName,
        Duration connectTimeout,
        Limits limits,
        DeflateOptions compression,
        Map<String, InetAddress> hosts,
        @Nullable Path unixSocket) {}
