package dev.duplex.client.internal.load;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Notes when bytes have been read: once per read, however many messages are in it. One for a loop. */
@Sharable
final class ReadClock extends ChannelInboundHandlerAdapter {
    private long now = System.nanoTime();

    /** {@link System#nanoTime} of the last read. */
    long now() {
        return now;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        now = System.nanoTime();
        ctx.fireChannelRead(message);
    }
}
