package dev.duplex.client.internal.wire;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLSession;

/**
 * Gets every byte of a socket as it is on the wire, opening handshake and frames alike; in place of TLS records what is
 * in them. An observer in the options that is one too is given them. Called on the event loop; must not block.
 */
public interface WireTap {
    /**
     * A connection is established, to a server or a proxy, or by a proxy to the server, whose address is unresolved
     * then; the bytes that follow are its.
     */
    void connected(SocketAddress peer);

    /** TLS is established on that connection. */
    void secured(SSLSession session);

    /** What has been given to the network, in pieces of any size; valid during the call. */
    void sent(ByteBuffer bytes);

    /** What has come, in pieces of any size; valid during the call. */
    void received(ByteBuffer bytes);
}
