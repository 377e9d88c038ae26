package dev.duplex.transport.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * TLS of a server, which shakes hands once. A client of TLS 1.2 may ask for it again and again, and each time costs the
 * server much more than the client.
 */
public final class ServerSslHandler extends SslHandler {
    /** RFC 5246 §6.2.1. TLS 1.3 has no renegotiation, and what comes after its handshake comes as application data. */
    private static final byte HANDSHAKE_RECORD = 22;

    public ServerSslHandler(SSLEngine engine) {
        super(engine);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws SSLException {
        // Each call begins with a record.
        if (in.isReadable()
                && in.getByte(in.readerIndex()) == HANDSHAKE_RECORD
                && handshakeFuture().isSuccess()) {
            in.skipBytes(in.readableBytes());
            ctx.close();
            throw new SSLException("the client wants to renegotiate, which this server never does");
        }
        super.decode(ctx, in, out);
    }
}
