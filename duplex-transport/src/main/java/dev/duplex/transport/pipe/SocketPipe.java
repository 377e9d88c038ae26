package dev.duplex.transport.pipe;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Both directions of a connection. */
final class SocketPipe implements PipeReader, PipeWriter {
    private final AtomicLong waiting = new AtomicLong();

    private volatile @Nullable Channel channel;
    private volatile PipeReader.@Nullable Listener reader;
    private volatile PipeWriter.@Nullable Listener writer;
    private volatile boolean ending;

    /** On the event loop. */
    private boolean ended;

    ChannelHandler handler() {
        return new Handler();
    }

    void connected(Channel open) {
        channel = open;
    }

    private Channel channel() {
        return Objects.requireNonNull(channel);
    }

    private final class Handler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            try {
                byte[] array = new byte[bytes.readableBytes()];
                bytes.readBytes(array);
                PipeReader.Listener to = reader;
                if (to != null && !ended && array.length > 0) {
                    to.bytes(array, array.length);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                tellEnd();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            tellEnd();
            PipeWriter.Listener to = writer;
            if (to != null) {
                to.broken();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
            context.close();
        }

        private void tellEnd() {
            PipeReader.Listener to = reader;
            if (!ended && to != null) {
                ended = true;
                to.end();
            }
        }
    }

    // reading

    @Override
    public void start(PipeReader.Listener listener) {
        reader = listener;
        channel().config().setAutoRead(true);
        if (!channel().isActive()) {
            channel().eventLoop().execute(() -> channel().pipeline().fireChannelInactive());
        }
    }

    @Override
    public void pause() {
        channel().config().setAutoRead(false);
    }

    @Override
    public void resume() {
        channel().config().setAutoRead(true);
    }

    /** A connection tells its own end. */
    @Override
    public void finish() {}

    // ------------------------------------------------------------------------------------------------------- writing

    @Override
    public void start(PipeWriter.Listener listener) {
        writer = listener;
    }

    @Override
    public long write(byte[] bytes) {
        if (ending || !channel().isActive()) {
            return 0;
        }
        long charge = bytes.length + (long) OVERHEAD_BYTES;
        long now = waiting.addAndGet(charge);
        channel().writeAndFlush(Unpooled.wrappedBuffer(bytes)).addListener(done -> {
            if (waiting.addAndGet(-charge) == 0) {
                PipeWriter.Listener to = writer;
                if (to != null) {
                    to.drained();
                }
            }
        });
        return now;
    }

    @Override
    public long waiting() {
        return waiting.get();
    }

    @Override
    public void end() {
        ending = true;
        // Behind what was written before, which has gone this way too.
        channel()
                .eventLoop()
                .execute(() -> channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> {
                    if (channel() instanceof DuplexChannel duplex) {
                        duplex.shutdownOutput();
                    }
                }));
    }

    /** Closes the connection: both directions. */
    @Override
    public void close() {
        ending = true;
        channel().close();
    }
}
