package dev.duplex.client.internal;

import dev.duplex.core.Limits;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.handshake.HttpFields;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a connection is made with, checked.
 *
 * @param fields further fields of the request, credentials among them
 * @param tls trust and identity, for {@code wss}
 * @param pins keys of which the server must have one
 * @param serverName what TLS names as the server's name, or null for the URL's host
 * @param hosts addresses of hosts, by the name in lower case, or by name, colon and port
 * @param family the only family of addresses to use, or null for both
 * @param unixSocket where to connect instead of the URL's host and port
 * @param proxies which proxy to go through
 * @param maxRedirects how many redirects to follow, 0 for none
 */
public record ConnectSettings(
        HttpFields fields,
        @Nullable String origin,
        TlsSettings tls,
        CertificatePins pins,
        @Nullable String serverName,
        Duration connectTimeout,
        Limits limits,
        DeflateOptions compression,
        Map<String, List<InetAddress>> hosts,
        @Nullable StandardProtocolFamily family,
        @Nullable Path unixSocket,
        ProxyChoice proxies,
        int maxRedirects) {}
