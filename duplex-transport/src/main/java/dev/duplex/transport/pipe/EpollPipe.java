package dev.duplex.transport.pipe;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One end of a pipe, registered with an event loop. Edge-triggered: a pipe whose other end is closed would otherwise be
 * reported again and again while nobody wants to read it.
 */
abstract class EpollPipe implements EpollIoHandle {
    private final IoEventLoop loop;
    private final FileDescriptor fd;

    /** On the loop. */
    private @Nullable IoRegistration registration;

    /** On the loop. */
    private boolean closed;

    EpollPipe(IoEventLoop loop, FileDescriptor fd) {
        this.loop = loop;
        this.fd = fd;
    }

    static void closeQuietly(FileDescriptor fd) {
        try {
            fd.close();
        } catch (IOException e) {
            return; // it is closed in any case
        }
    }

    /** Tells of what is of interest from here on; {@link #ready} is called when that is so. On any thread. */
    final void register(EpollIoOps interest) {
        onLoop(() -> {
            if (closed || registration != null) {
                return;
            }
            Future<IoRegistration> done = loop.register(this);
            done.addListener(result -> {
                IoRegistration now = done.getNow();
                if (now == null || closed) {
                    closeNow();
                    return;
                }
                registration = now;
                now.submit(interest.with(EpollIoOps.EPOLLET));
            });
        });
    }

    @Override
    public final void handle(IoRegistration source, IoEvent event) {
        if (!closed) {
            ready();
        }
    }

    /** Something can be read or written, or the other end is closed. On the loop. */
    abstract void ready();

    /** On the loop, at once if called there. */
    final void onLoop(Runnable action) {
        if (loop.inEventLoop()) {
            action.run();
        } else {
            later(action);
        }
    }

    /** On the loop, not at once. */
    final void later(Runnable action) {
        try {
            loop.execute(action);
        } catch (RejectedExecutionException stopped) {
            closeQuietly(fd);
        }
    }

    final boolean isClosed() {
        return closed;
    }

    /** On the loop. */
    final void closeNow() {
        if (!closed) {
            closed = true;
            IoRegistration now = registration;
            if (now != null) {
                now.cancel();
            }
            closeQuietly(fd);
        }
    }

    @Override
    public final FileDescriptor fd() {
        return fd;
    }

    /** The loop ends. */
    @Override
    public final void close() {
        closeNow();
    }
}
