/**
 * {@link dev.duplex.client.WebSocket}, the interface of the <a href="https://websockets.spec.whatwg.org/">WHATWG
 * WebSockets Standard</a> in Java, and {@link dev.duplex.client.WebSocketOptions} for what Java needs beyond it.
 *
 * <p>Not here yet: proxies, redirects that are followed, automatic reconnect, {@code WebSocketStream}, certificate
 * pinning.
 */
package dev.duplex.client;
