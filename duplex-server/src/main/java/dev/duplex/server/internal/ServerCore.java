package dev.duplex.server.internal;

import dev.duplex.server.ServerMetrics;
import dev.duplex.server.Session;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.internal.EventLoops;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What the connections of a running server share. */
public final class ServerCore {
    private final WebSocketServer facade;
    private final ServerSettings settings;
    private final ServerMetrics metrics;
    private final EventLoops eventLoops;
    private final List<ServerLoop> loops = new ArrayList<>();
    private final Topics topics;
    private final AtomicLong sessionNumbers = new AtomicLong();
    private final AtomicInteger connections = new AtomicInteger();

    /** Every TCP connection that has no session, whatever it is at. */
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet();

    // Each one for all connections.
    private final ChannelFutureListener forgotten = closed -> channels.remove(closed.channel());
    private final ChannelFutureListener closed = closed -> {
        channels.remove(closed.channel());
        connections.decrementAndGet();
    };

    private final AtomicInteger sessions = new AtomicInteger();
    private final Set<HttpConnection> plain = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;
    private volatile Runnable whenIdle = () -> {};

    public ServerCore(WebSocketServer facade, ServerSettings settings, EventLoops eventLoops) {
        this.facade = facade;
        this.settings = settings;
        this.metrics = GuardedMetrics.of(settings.metrics());
        this.eventLoops = eventLoops;
        eventLoops
                .states()
                .forEach(state -> loops.add(
                        new ServerLoop(loops.size(), state, () -> metrics().sendDropped())));
        this.topics = new Topics(loops);
    }

    public ServerSettings settings() {
        return settings;
    }

    WebSocketServer facade() {
        return facade;
    }

    ServerMetrics metrics() {
        return metrics;
    }

    /** Whether the calling thread is one of the event loops. */
    public boolean inEventLoop() {
        return loops.stream().anyMatch(ServerLoop::inEventLoop);
    }

    public EventLoops eventLoops() {
        return eventLoops;
    }

    List<ServerLoop> loops() {
        return loops;
    }

    ServerLoop loop(EventLoop loop) {
        for (ServerLoop candidate : loops) {
            if (candidate.state().loop() == loop) {
                return candidate;
            }
        }
        throw new IllegalArgumentException("not an event loop of this server: " + loop);
    }

    Topics topics() {
        return topics;
    }

    long nextSessionNumber() {
        return sessionNumbers.incrementAndGet();
    }

    // ------------------------------------------------------------------------------------------------------- counting

    /** Counts a TCP connection in, until it closes; false, not counted, if there are too many. */
    boolean connectionOpened(Channel channel) {
        // For closeConnections.
        channels.add(channel);
        boolean counted = connections.incrementAndGet() <= settings.maxConnections();
        if (!counted) {
            connections.decrementAndGet();
        }
        channel.closeFuture().addListener(counted ? closed : forgotten);
        return counted;
    }

    /** Its session is open, and closes it. */
    void upgraded(Channel channel) {
        channels.remove(channel);
    }

    void sessionOpened() {
        sessions.incrementAndGet();
    }

    void sessionClosed() {
        sessions.decrementAndGet();
        tellIfIdle();
    }

    private void tellIfIdle() {
        if (draining && sessions.get() == 0 && plain.isEmpty()) {
            whenIdle.run();
        }
    }

    void httpOpened(HttpConnection connection) {
        plain.add(connection);
    }

    void httpClosed(HttpConnection connection) {
        if (plain.remove(connection)) {
            tellIfIdle();
        }
    }

    // ------------------------------------------------------------------------------------------------------- shutdown

    boolean isDraining() {
        return draining;
    }

    /**
     * From now on no session opens; the action runs once none is left and every request in hand has been answered, at
     * once if so now. It may run more than once.
     */
    public void drain(Runnable idle) {
        whenIdle = idle;
        draining = true;
        plain.forEach(HttpConnection::shutDown);
        tellIfIdle();
    }

    /**
     * Closes what is still open, such as connections that wait for their clients to end too. An event loop that ends may do
     * so without it, and would leave descriptors and buffers behind.
     */
    public void closeConnections() {
        channels.forEach(Channel::close);
        topics.everyone().snapshot().forEach(ServerSession::cut);
    }

    /** Every open session, as of now. */
    public List<Session> sessions() {
        return List.copyOf(topics.everyone().snapshot());
    }

    /** The members of a topic, as of now. */
    public List<Session> members(String topic) {
        return List.copyOf(topics.members(topic));
    }

    /** The names of all topics that have members. */
    public Set<String> topicNames() {
        return topics.names();
    }

    /** Sends to every member of a topic. The array must not change afterwards. */
    public void publish(String topic, boolean text, byte[] payload) {
        topics.publish(topic, text, payload, null);
    }

    /** Sends to every session. The array must not change afterwards. */
    public void broadcast(boolean text, byte[] payload) {
        topics.broadcast(text, payload);
    }
}
