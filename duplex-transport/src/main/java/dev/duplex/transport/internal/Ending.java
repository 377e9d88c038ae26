package dev.duplex.transport.internal;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/** How the transport ends once our last frame is on its way. */
enum Ending {
    /** It does not end yet, or the peer ends it. */
    NONE {
        @Override
        void begin(Channel channel) {}
    },

    /** RFC 6455 §7.1.1: after both close frames the server closes TCP first, so that it keeps TIME_WAIT. */
    CLOSE {
        @Override
        void begin(Channel channel) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    },

    /**
     * RFC 6455 §7.1.7, after a violation. Closing with unread input would reset the connection and might take our close
     * frame with it, so only our direction ends here; the peer's input is discarded until it ends too, or the close
     * timeout cuts it.
     */
    SHUT_DOWN_OUTPUT {
        @Override
        void begin(Channel channel) {
            SslHandler ssl = channel.pipeline().get(SslHandler.class);
            ChannelFuture flushed = ssl != null ? ssl.closeOutbound() : channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
            if (channel instanceof DuplexChannel duplex) {
                flushed.addListener(done -> duplex.shutdownOutput());
            } else {
                flushed.addListener(ChannelFutureListener.CLOSE);
            }
        }
    };

    /** Begins it, behind whatever the channel has been given before. */
    abstract void begin(Channel channel);
}
