package dev.duplex.server.internal;

import dev.duplex.core.PreparedMessage;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.Route;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.internal.LoopState;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.SingleThreadEventLoop;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the server has once per event loop. */
final class ServerLoop {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketServer.class);

    /** Most that waits for this loop to deliver it, in bytes. */
    static final long MAX_PUBLISHED_BYTES = 64L * 1024 * 1024;

    private static final int PUBLICATION_OVERHEAD_BYTES = 64;

    /** So much of what other threads ask for is done before the loop looks at its connections again. */
    private static final int MOST_AT_A_TIME = 256;

    private static final int MOST_TEXTS = 64;

    private final int number;
    private final LoopState state;

    /** The one view through which this loop shows messages to handlers. */
    final MessageView view = new MessageView();

    /** For the watchdog: the request whose handler runs now, and a number that grows with every call. */
    private final AtomicReference<@Nullable HttpRequest> running = new AtomicReference<>();

    private final AtomicLong calls = new AtomicLong();
    private volatile @Nullable Thread thread;

    // What other threads have published, and who has joined and left by their calls. Publications wait only while this
    // loop is held up, and then within a bound.
    private final Queue<Runnable> fromOthers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong publishedBytes = new AtomicLong();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicBoolean overflowed = new AtomicBoolean();

    /** What is published on the loop while it delivers; used on the loop, as is whether it does. */
    private final Queue<Publication> published = new ArrayDeque<>(0);

    private boolean delivering;

    private final Runnable dropped;

    /** By identity; used on the loop. */
    private final Map<Route, LoopRoute> routes = new IdentityHashMap<>();

    private final Map<String, String> texts = new HashMap<>();

    /** @param dropped told of each publication that the members on this loop do not get */
    ServerLoop(int number, LoopState state, Runnable dropped) {
        this.number = number;
        this.state = state;
        this.dropped = dropped;
    }

    int number() {
        return number;
    }

    LoopState state() {
        return state;
    }

    /** The route's place on this loop, made if it has none yet; on the loop. */
    LoopRoute route(Route route, Function<Route, LoopRoute> maker) {
        return routes.computeIfAbsent(route, maker);
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
            // Whoever sees the request sees its number too, and does not take it for the call before.
            running.setRelease(request);
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
        return running.getAcquire();
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

    /** A text that many sessions have, once for all of them; on the loop. */
    String shared(String text) {
        String known = texts.get(text);
        if (known == null && texts.size() < MOST_TEXTS) {
            texts.put(text, text);
        }
        return known == null ? text : known;
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
     * what was published before. While a handler holds the loop, at most {@link #MAX_PUBLISHED_BYTES} wait for it; what is
     * published beyond is dropped for the members on this loop.
     */
    void publish(Publication publication) {
        if (inEventLoop()) {
            runFromOthers(waiting.get());
            deliver(publication);
            return;
        }
        int charge = charge(publication);
        if (publishedBytes.addAndGet(charge) > MAX_PUBLISHED_BYTES) {
            publishedBytes.addAndGet(-charge);
            overflow();
            return;
        }
        inOrder(() -> {
            publishedBytes.addAndGet(-charge);
            deliver(publication);
        });
    }

    /** Runs it on this loop behind what was published before: at once if called on it, otherwise in one of its next turns. */
    void inOrder(Runnable action) {
        if (inEventLoop()) {
            runFromOthers(waiting.get());
            action.run();
            return;
        }
        waiting.incrementAndGet();
        fromOthers.add(action);
        if (scheduled.compareAndSet(false, true)) {
            execute(this::runFromOthers);
        }
    }

    private static int charge(Publication publication) {
        return publication.payload().length + PUBLICATION_OVERHEAD_BYTES;
    }

    private void overflow() {
        if (overflowed.compareAndSet(false, true)) {
            LOG.warn(
                    "More than {} bytes are published and wait for an event loop that a handler holds; dropping what is"
                            + " published beyond. Use Route.blocking() or Route.executor(...) for a handler that blocks.",
                    MAX_PUBLISHED_BYTES);
        }
        dropped.run();
    }

    private void runFromOthers() {
        scheduled.set(false);
        runFromOthers(Math.min(waiting.get(), MOST_AT_A_TIME));
        if (waiting.get() > 0 && scheduled.compareAndSet(false, true)) {
            afterReading(this::runFromOthers);
        } else {
            overflowed.set(false);
        }
    }

    private void runFromOthers(int most) {
        for (int left = most; left > 0; left--) {
            Runnable next = fromOthers.poll();
            if (next == null) {
                return;
            }
            waiting.decrementAndGet();
            next.run();
        }
    }

    /** Threads that outrun the loop must not keep it from its connections: Netty would run task after task for a second. */
    private void afterReading(Runnable action) {
        if (state.loop() instanceof SingleThreadEventLoop loop) {
            loop.executeAfterEventLoopIteration(() -> execute(action));
        } else {
            execute(action);
        }
    }

    /** One after the other: what a member publishes while it is delivered to, when it is drained, reaches all behind that. */
    private void deliver(Publication publication) {
        if (delivering) {
            published.add(publication);
            return;
        }
        delivering = true;
        try {
            deliverToMembers(publication);
            for (Publication next = published.poll(); next != null; next = published.poll()) {
                deliverToMembers(next);
            }
        } finally {
            delivering = false;
        }
    }

    private void deliverToMembers(Publication publication) {
        Topic.Group group = publication.topic().group(number);
        if (!group.isEmpty()) {
            group.deliver(publication, this);
        }
    }
}
