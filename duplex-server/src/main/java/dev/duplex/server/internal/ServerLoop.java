package dev.duplex.server.internal;

import dev.duplex.core.PreparedMessage;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.internal.LoopState;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the server has once per event loop. */
final class ServerLoop {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketServer.class);

    private final int number;
    private final LoopState state;

    /** The one view through which this loop shows messages to handlers. */
    final MessageView view = new MessageView();

    /** For the watchdog: the request whose handler runs now, and a number that grows with every call. */
    private final AtomicReference<@Nullable HttpRequest> running = new AtomicReference<>();

    private final AtomicLong calls = new AtomicLong();
    private volatile @Nullable Thread thread;

    private final Queue<Publication> published = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    ServerLoop(int number, LoopState state) {
        this.number = number;
        this.state = state;
    }

    int number() {
        return number;
    }

    LoopState state() {
        return state;
    }

    /**
     * A handler begins; on the loop. It may do so within another one, which then goes on to be the one that is watched.
     *
     * @param request of its session, or that it answers
     * @return what is to be given to {@link #leave}
     */
    @Nullable
    HttpRequest enter(HttpRequest request) {
        HttpRequest outer = running.getPlain();
        if (outer == null) {
            noteThread();
            calls.setOpaque(calls.getPlain() + 1);
            running.setOpaque(request);
        }
        return outer;
    }

    /** It has returned. */
    void leave(@Nullable HttpRequest outer) {
        if (outer == null) {
            running.setOpaque(null);
        }
    }

    /** The request whose handler runs; any thread. */
    @Nullable
    HttpRequest running() {
        return running.getOpaque();
    }

    /** How many calls there have been; any thread. */
    long calls() {
        return calls.getOpaque();
    }

    /** The loop's thread, once it has called a handler. */
    @Nullable
    Thread thread() {
        return thread;
    }

    private void noteThread() {
        if (thread == null) {
            thread = Thread.currentThread();
        }
    }

    boolean inEventLoop() {
        return state.loop().inEventLoop();
    }

    /** Runs it on the loop, in one of its next turns; not at all if the server has stopped. */
    void execute(Runnable action) {
        try {
            state.loop().execute(action);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("Not done, since the server has stopped: {}", action);
        }
    }

    PreparedMessage prepare(Publication publication) {
        return new PreparedMessage(
                publication.text(),
                Unpooled.wrappedBuffer(publication.payload()),
                state.deflate(),
                PooledByteBufAllocator.DEFAULT);
    }

    /**
     * Delivers to the members on this loop: at once if called on it, otherwise in one of its next turns. Either way after
     * what was published before.
     */
    void publish(Publication publication) {
        if (inEventLoop()) {
            deliverPublished();
            deliver(publication);
            return;
        }
        published.add(publication);
        if (scheduled.compareAndSet(false, true)) {
            execute(this::deliverPublished);
        }
    }

    private void deliverPublished() {
        scheduled.set(false);
        for (Publication next = published.poll(); next != null; next = published.poll()) {
            deliver(next);
        }
    }

    private void deliver(Publication publication) {
        Topic.Group group = publication.topic().group(number);
        if (!group.isEmpty()) {
            group.deliver(publication, this);
        }
    }
}
