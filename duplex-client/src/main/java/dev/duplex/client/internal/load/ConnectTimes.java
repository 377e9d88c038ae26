package dev.duplex.client.internal.load;

/**
 * How long each part of establishing a connection took, in nanoseconds. What has to be waited for before it begins is in
 * {@code total} alone, as are earlier attempts where a redirect was followed.
 *
 * @param lookup to know the addresses of the host, or of the proxy
 * @param tcp to connect to one of them
 * @param tls for the TLS handshake, with the tunnel through a proxy before it; 0 without TLS
 * @param upgrade for the opening handshake of WebSocket
 * @param total from the call on
 */
public record ConnectTimes(long lookup, long tcp, long tls, long upgrade, long total) {}
