package dev.duplex.client.internal.load;

import dev.duplex.client.internal.ClientLoops;
import dev.duplex.client.internal.Connector;
import dev.duplex.client.internal.Dialing;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One event loop, on the thread of which everything happens that its connections do. */
public final class LoadLoop {
    private final ClientLoops loops;
    private final EventLoop loop;
    private final Thread thread;
    private long lastRead = System.nanoTime();
    private final Incoming incoming = new Incoming();

    LoadLoop(ClientLoops loops, EventLoop loop) {
        this.loops = loops;
        this.loop = loop;
        this.thread = loop.submit(Thread::currentThread).syncUninterruptibly().getNow();
    }

    /** Runs something on the loop; any thread. */
    public void execute(Runnable task) {
        loop.execute(task);
    }

    /** Runs something on the loop, not before so many nanoseconds have passed; any thread. */
    public void schedule(Runnable task, long nanos) {
        loop.schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    /** The loop's thread, to ask how busy it is. */
    public Thread thread() {
        return thread;
    }

    /**
     * Begins a connection; on the loop.
     *
     * @param from the local address, or null for what the system takes
     */
    public void connect(LoadTarget target, @Nullable InetAddress from, LoadListener listener) {
        LoadSocket socket = new LoadSocket(this, listener);
        new Connector(
                        target.url(),
                        target.fields(),
                        target.settings(),
                        target.subprotocols(),
                        Dialing.alone(loops, from),
                        loop,
                        socket.events())
                .start();
    }

    /** Notes the time: once per read, however many messages are in it. */
    void read() {
        lastRead = System.nanoTime();
    }

    /** {@link System#nanoTime} of the last read of any of its connections. */
    long lastRead() {
        return lastRead;
    }

    Incoming incoming() {
        return incoming;
    }
}
