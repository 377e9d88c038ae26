package dev.duplex.transport.pipe;

import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Writes a pipe: at once on the caller's thread, and what does not fit on an event loop when there is room. */
final class EpollPipeWriter implements PipeWriter {
    private static final int CHUNK_BYTES = 64 * 1024;

    private static final FastThreadLocal<ByteBuffer> SCRATCH = new FastThreadLocal<>() {
        @Override
        protected ByteBuffer initialValue() {
            return ByteBuffer.allocateDirect(CHUNK_BYTES);
        }
    };

    private final Pipe pipe;

    // Guarded by this.
    private final ArrayDeque<byte[]> queue = new ArrayDeque<>(4);
    private @Nullable Listener listener;
    private int written; // of the first in the queue
    private long waiting;
    private boolean registered;
    private boolean ending;
    private boolean broken;

    EpollPipeWriter(IoEventLoop loop, FileDescriptor fd) {
        this.pipe = new Pipe(loop, fd);
    }

    private final class Pipe extends EpollPipe {
        Pipe(IoEventLoop loop, FileDescriptor fd) {
            super(loop, fd);
        }

        @Override
        void ready() {
            tell(flush());
        }
    }

    @Override
    public synchronized void start(Listener to) {
        listener = to;
    }

    @Override
    public long write(byte[] bytes) {
        boolean told;
        long now;
        synchronized (this) {
            if (broken || ending) {
                return 0;
            }
            boolean first = queue.isEmpty();
            queue.add(bytes);
            waiting += bytes.length + OVERHEAD_BYTES;
            told = first && flush() == Event.BROKEN;
            now = waiting;
        }
        if (told) {
            tell(Event.BROKEN);
        }
        return now;
    }

    @Override
    public synchronized long waiting() {
        return waiting;
    }

    private enum Event {
        NONE,
        DRAINED,
        BROKEN
    }

    private synchronized Event flush() {
        if (broken || queue.isEmpty()) {
            return Event.NONE;
        }
        try {
            while (!queue.isEmpty()) {
                byte[] first = queue.getFirst();
                int piece = Math.min(first.length - written, CHUNK_BYTES);
                ByteBuffer scratch = SCRATCH.get();
                scratch.put(0, first, written, piece);
                int taken = piece == 0 ? 0 : pipe.fd().write(scratch, 0, piece);
                written += Math.max(0, taken);
                if (written == first.length) {
                    queue.removeFirst();
                    waiting -= first.length + OVERHEAD_BYTES;
                    written = 0;
                } else if (taken < piece) {
                    if (!registered) {
                        registered = true;
                        pipe.register(EpollIoOps.EPOLLOUT);
                    }
                    return Event.NONE;
                }
            }
        } catch (IOException e) {
            drop();
            return Event.BROKEN;
        }
        if (ending) {
            closeEnd();
        }
        return Event.DRAINED;
    }

    private void drop() {
        broken = true;
        queue.clear();
        waiting = 0;
        closeEnd();
    }

    private void closeEnd() {
        pipe.onLoop(pipe::closeNow);
    }

    private void tell(Event event) {
        Listener to;
        synchronized (this) {
            to = listener;
        }
        if (to != null && event == Event.DRAINED) {
            to.drained();
        } else if (to != null && event == Event.BROKEN) {
            to.broken();
        }
    }

    @Override
    public synchronized void end() {
        if (!ending) {
            ending = true;
            if (queue.isEmpty()) {
                closeEnd();
            }
        }
    }

    @Override
    public synchronized void close() {
        ending = true;
        drop();
    }
}
