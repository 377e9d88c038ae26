package dev.duplex.transport.pipe;

import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Pipes of our own making on an event loop. {@link Process#getInputStream} has no way to be read without blocking, so the
 * program gets ends of pipes that we have made, by the names that Linux has for open files.
 */
final class EpollPipes implements Pipes {
    private final MultiThreadIoEventLoopGroup loops;

    EpollPipes(String threadName) {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        this.loops = new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory(threadName, true), EpollIoHandler.newFactory());
    }

    /** Both ends of a pipe; what is not handed over is closed again. */
    private static final class Ends implements AutoCloseable {
        private final FileDescriptor reading;
        private final FileDescriptor writing;
        private boolean keepReading;
        private boolean keepWriting;

        Ends() throws IOException {
            FileDescriptor[] pipe = FileDescriptor.pipe();
            this.reading = pipe[0];
            this.writing = pipe[1];
        }

        FileDescriptor keepReading() {
            keepReading = true;
            return reading;
        }

        FileDescriptor keepWriting() {
            keepWriting = true;
            return writing;
        }

        @Override
        public void close() {
            if (!keepReading) {
                EpollPipe.closeQuietly(reading);
            }
            if (!keepWriting) {
                EpollPipe.closeQuietly(writing);
            }
        }
    }

    /** Opened by this name it is another opening of the same pipe, one that blocks, as programs expect. */
    private static File name(FileDescriptor end) {
        return new File("/proc/self/fd/" + end.intValue());
    }

    @Override
    public Piped start(ProcessBuilder program, boolean err) throws IOException {
        try (Ends in = new Ends();
                Ends out = new Ends();
                Ends error = err ? new Ends() : null) {
            program.redirectInput(name(in.reading)).redirectOutput(Redirect.to(name(out.writing)));
            if (error != null) {
                program.redirectError(Redirect.to(name(error.writing)));
            }
            Process process = program.start();
            IoEventLoop loop = loops.next();
            return new Piped(
                    process,
                    new EpollPipeWriter(loop, in.keepWriting()),
                    new EpollPipeReader(loop, out.keepReading()),
                    error == null ? Optional.empty() : Optional.of(new EpollPipeReader(loop, error.keepReading())));
        }
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
