package dev.duplex.transport.pipe;

import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads a pipe on an event loop. */
final class EpollPipeReader implements PipeReader {
    private static final int CHUNK_BYTES = 64 * 1024;

    /** So often one pipe is read before others have their turn. */
    private static final int MOST_AT_A_TIME = 16;

    private static final FastThreadLocal<Scratch> SCRATCH = new FastThreadLocal<>() {
        @Override
        protected Scratch initialValue() {
            return new Scratch();
        }
    };

    /** What each loop reads into. */
    private static final class Scratch {
        private final ByteBuffer direct = ByteBuffer.allocateDirect(CHUNK_BYTES);
        private final byte[] array = new byte[CHUNK_BYTES];
    }

    private final Pipe pipe;

    private volatile @Nullable Listener listener;
    private volatile boolean paused;
    private volatile boolean finishing;

    // On the loop.
    private boolean scheduled;
    private boolean ended;

    EpollPipeReader(IoEventLoop loop, FileDescriptor fd) {
        this.pipe = new Pipe(loop, fd);
    }

    private final class Pipe extends EpollPipe {
        Pipe(IoEventLoop loop, FileDescriptor fd) {
            super(loop, fd);
        }

        @Override
        void ready() {
            read();
        }
    }

    @Override
    public void start(Listener to) {
        listener = to;
        pipe.register(EpollIoOps.EPOLLIN);
    }

    @Override
    public void pause() {
        paused = true;
    }

    @Override
    public void resume() {
        paused = false;
        readLater();
    }

    @Override
    public void finish() {
        finishing = true;
        readLater();
    }

    private void readLater() {
        pipe.later(() -> {
            if (!scheduled) {
                read();
            }
        });
    }

    @Override
    public void close() {
        pipe.onLoop(() -> {
            ended = true;
            pipe.closeNow();
        });
    }

    private void read() {
        Listener to = listener;
        if (to == null) {
            return;
        }
        Scratch scratch = SCRATCH.get();
        for (int i = 0; i < MOST_AT_A_TIME; i++) {
            if (paused || ended) {
                return;
            }
            // Looked at first: what is written after a read has found nothing may be followed by finish before we see
            // that.
            boolean finish = finishing;
            int length;
            try {
                length = pipe.fd().read(scratch.direct, 0, CHUNK_BYTES);
            } catch (IOException e) {
                length = -1;
            }
            if (length == 0 && !finish) {
                return; // told again once there is more
            }
            if (length <= 0) {
                ended = true;
                pipe.closeNow();
                to.end();
                return;
            }
            scratch.direct.get(0, scratch.array, 0, length);
            to.bytes(scratch.array, length);
        }
        if (!scheduled) {
            scheduled = true;
            pipe.later(() -> {
                scheduled = false;
                read();
            });
        }
    }
}
