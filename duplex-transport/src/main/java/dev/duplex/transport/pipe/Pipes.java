package dev.duplex.transport.pipe;

import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.util.Optional;

/**
 * Starts programs whose standard streams are pipes that nobody blocks on. On Linux one event loop serves them all; on
 * other systems each pipe has a thread while something happens on it.
 */
public interface Pipes extends AutoCloseable {

    /**
     * A program that runs.
     *
     * @param process for its number and its end; its own streams are not to be touched
     * @param in what it reads
     * @param out what it writes
     * @param err what it writes on stderr, if that was asked for
     */
    record Piped(Process process, PipeWriter in, PipeReader out, Optional<PipeReader> err) {}

    /** The best that works here. */
    static Pipes open(String threadName) {
        return Epoll.isAvailable() ? new EpollPipes(threadName) : new ThreadPipes(threadName);
    }

    /** With a thread for each pipe, as it is where there is no epoll. */
    static Pipes withThreads(String threadName) {
        return new ThreadPipes(threadName);
    }

    /**
     * Starts a program. Blocks for some milliseconds.
     *
     * @param program its input and output will be redirected, its stderr only if asked for
     * @param err whether its stderr is to be a pipe, too; otherwise it goes where the builder says
     * @throws IOException if it cannot be started
     */
    Piped start(ProcessBuilder program, boolean err) throws IOException;

    /** Ends the threads. Pipes still open are closed. */
    @Override
    void close();
}
