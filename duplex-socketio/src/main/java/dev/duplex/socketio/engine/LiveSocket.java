package dev.duplex.socketio.engine;

import dev.duplex.server.HttpRequest;
import dev.duplex.server.HttpResponse;
import dev.duplex.server.Message;
import dev.duplex.server.Session;
import dev.duplex.socketio.internal.Serial;
import dev.duplex.socketio.internal.Timers;
import dev.duplex.socketio.internal.engine.EngineCodec;
import dev.duplex.socketio.internal.engine.EngineSession;
import dev.duplex.socketio.internal.engine.Packet;
import dev.duplex.socketio.internal.engine.SessionEvents;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.CloseKind;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session with its threads. What happens to the session is one queue, {@link #changes}; what the handler is told is
 * another one, {@link #told}, so that a handler that takes its time keeps nobody from sending.
 */
final class LiveSocket implements EngineSocket, SessionEvents {
    private static final Logger LOG = LoggerFactory.getLogger(EngineServer.class);

    /** So many events may wait for the handler before no more is read from the client, and reading goes on at this. */
    private static final int MOST_TOLD = 256;

    private static final int FEW_TOLD = 64;

    private static final Set<CloseKind> FAILURES =
            Set.of(CloseKind.VIOLATION, CloseKind.LIMIT, CloseKind.BUFFER_FULL, CloseKind.FAILED);

    private final EngineServer server;
    private final String id;
    private final HttpRequest request;
    private final EngineCodec codec;
    private final @Nullable Executor executor;
    private final Serial changes;
    private final Serial told;
    private volatile @Nullable ConcurrentMap<String, Object> attributes;

    /** Changed in {@link #changes} alone. */
    @SuppressWarnings("NullAway.Init") // made by the first change
    private volatile EngineSession session;

    private @Nullable WebSocketLink link;
    private @Nullable WebSocketLink candidate;

    /** The WebSocket is not read, until the handler has caught up; changed in {@link #changes} alone. */
    private volatile boolean paused;

    /** A POST is answered once the handler has been told what it has brought. */
    private volatile boolean postWaits;

    private long armedFor = EngineSession.NEVER;
    private @Nullable Future<?> alarm;

    private volatile ReadyState state = ReadyState.OPEN;
    private volatile TransportName transport = TransportName.POLLING;

    LiveSocket(EngineServer server, String id, HttpRequest request) {
        this.server = server;
        this.id = id;
        this.request = request;
        this.codec = EngineCodec.of(EngineQuery.revision(request));
        this.executor = server.executor();
        this.changes = new Serial(this::failedInside);
        this.told = new Serial(this::failedInHandler);
    }

    private void failedInside(Throwable error) {
        LOG.error("A session from {} has failed inside the server", request.remoteAddress(), error);
        closed(CloseReason.TRANSPORT_ERROR, "");
    }

    private void failedInHandler(Throwable error) {
        LOG.warn("The handler of a session from {} has failed; the session is closed", request.remoteAddress(), error);
        close(true);
    }

    // ---------------------------------------------------------------------------------------------------------- queues

    /** What the network brings, on an event loop: the handler is told on the same thread. */
    private void arrived(Runnable change) {
        changed(change);
        if (executor == null) {
            told.run();
        } else {
            tellLater(executor);
        }
    }

    /** What a thread of the application or the clock brings: handlers do not run on these. */
    private void asked(Runnable change) {
        changed(change);
        tellLater(executor == null ? server.timers().events() : executor);
    }

    private void tellLater(Executor runner) {
        if (!told.isEmpty()) {
            told.runOn(runner);
        }
    }

    private void changed(Runnable change) {
        changes.run(() -> {
            change.run();
            state = session.state();
            transport = session.transport();
            arm();
        });
    }

    private void arm() {
        long deadline = session.deadline();
        if (deadline >= armedFor) {
            // An alarm that comes too early looks again.
            return;
        }
        Future<?> earlier = alarm;
        if (earlier != null) {
            earlier.cancel(false);
        }
        armedFor = deadline;
        alarm = server.timers()
                .schedule(
                        () -> asked(() -> {
                            armedFor = EngineSession.NEVER;
                            session.timeout(Timers.now());
                        }),
                        deadline - Timers.now());
    }

    private interface Call {
        void run() throws Exception;
    }

    private void tellHandler(Call call) {
        told.add(() -> {
            try {
                call.run();
            } catch (Throwable error) {
                failedInHandler(error);
            }
            readOn();
        });
    }

    /** Reading stops while the handler is behind, so that what waits for it stays bounded. */
    private void holdBack() {
        WebSocketLink open = link;
        if (!paused && open != null && told.size() > MOST_TOLD) {
            open.pause();
            paused = true;
            // The handler may have been told everything before that could be seen.
            resume();
        }
    }

    /** After each call of the handler, whoever makes it. */
    private void readOn() {
        if (paused && told.size() <= FEW_TOLD) {
            changes.run(this::resume);
        }
    }

    private void resume() {
        WebSocketLink open = link;
        if (paused && open != null && told.size() <= FEW_TOLD) {
            paused = false;
            open.resume();
        }
    }

    // ----------------------------------------------------------------------------------------------------- the client

    private EngineSession opened(@Nullable WebSocketLink on) {
        String first = server.settings().initialPacket;
        EngineSession made = new EngineSession(
                id,
                codec,
                server.sessionSettings(),
                this,
                on,
                first == null ? null : Packet.message(first, true),
                Timers.now());
        session = made;
        return made;
    }

    /** Begins with the first GET of polling. */
    CompletionStage<HttpResponse> open() {
        ParkedPoll poll = new ParkedPoll(request, id, server.answers());
        arrived(() -> {
            opened(null).poll(poll, Timers.now());
            tellHandler(() -> server.handler().onConnection(this));
        });
        return poll.response();
    }

    /** Begins with a WebSocket. */
    void open(Session webSocket) {
        WebSocketLink opened = new WebSocketLink(webSocket, codec);
        webSocket.attributes().put(WebSocketEndpoint.LINK, new Linked(this, opened));
        arrived(() -> {
            link = opened;
            opened(opened);
            tellHandler(() -> server.handler().onConnection(this));
        });
    }

    /** A WebSocket and what it belongs to. */
    record Linked(LiveSocket socket, WebSocketLink link) {
        void received(Message message) {
            if (message.isText()) {
                String text = message.text();
                socket.arrived(() -> {
                    socket.session.text(link, text, Timers.now());
                    socket.holdBack();
                });
            } else {
                byte[] bytes = message.bytes();
                socket.arrived(() -> {
                    socket.session.binary(link, bytes, Timers.now());
                    socket.holdBack();
                });
            }
        }

        void drained() {
            socket.arrived(socket::drained);
        }

        void closed(CloseEvent event) {
            socket.arrived(() -> socket.session.linkClosed(link, FAILURES.contains(event.kind()), event.cause()));
        }
    }

    /** A WebSocket that may take over. */
    void upgrade(Session webSocket) {
        WebSocketLink opened = new WebSocketLink(webSocket, codec);
        webSocket.attributes().put(WebSocketEndpoint.LINK, new Linked(this, opened));
        arrived(() -> {
            candidate = session.isUpgrading() ? candidate : opened;
            session.upgrade(opened, Timers.now());
        });
    }

    ParkedPoll poll(HttpRequest get) {
        ParkedPoll poll = new ParkedPoll(get, id, server.answers());
        arrived(() -> session.poll(poll, Timers.now()));
        return poll;
    }

    void aborted(ParkedPoll poll) {
        arrived(() -> session.pollAborted(poll));
    }

    CompletionStage<HttpResponse> post(HttpRequest post, byte[] body, boolean binary) {
        CompletableFuture<HttpResponse> response = new CompletableFuture<>();
        arrived(() -> {
            boolean taken = false;
            if (postWaits) {
                session.postOverlaps();
            } else {
                taken = session.post(body, binary, Timers.now());
            }
            HttpResponse answer = taken
                    ? server.answers().ok(post)
                    : PollingAnswers.error(EngineError.BAD_REQUEST, EngineError.BAD_REQUEST.message());
            if (taken && told.size() > MOST_TOLD) {
                // The client may post no more before this has been answered.
                postWaits = true;
                tellHandler(() -> {
                    postWaits = false;
                    response.complete(answer);
                });
            } else {
                response.complete(answer);
            }
        });
        return response;
    }

    // -------------------------------------------------------------------------------------------------- what it tells

    @Override
    public void message(Packet message) {
        if (message.isBinary()) {
            tellHandler(() -> server.handler().onMessage(this, message.binary()));
        } else {
            tellHandler(() -> server.handler().onMessage(this, message.text()));
        }
    }

    @Override
    public void upgraded() {
        link = candidate;
        candidate = null;
        tellHandler(() -> server.handler().onUpgrade(this));
    }

    @Override
    public void drained() {
        tellHandler(() -> server.handler().onDrain(this));
    }

    @Override
    public void closed(CloseReason reason, String description) {
        if (server.remove(this)) {
            state = ReadyState.CLOSED;
            Future<?> pending = alarm;
            if (pending != null) {
                pending.cancel(false);
            }
            tellHandler(() -> server.handler().onClose(this, reason, description));
        }
    }

    // ---------------------------------------------------------------------------------------------------- EngineSocket

    @Override
    public String id() {
        return id;
    }

    @Override
    public int protocol() {
        return codec.revision();
    }

    @Override
    public TransportName transport() {
        return transport;
    }

    @Override
    public ReadyState readyState() {
        return state;
    }

    @Override
    public HttpRequest request() {
        return request;
    }

    @Override
    public ConcurrentMap<String, Object> attributes() {
        ConcurrentMap<String, Object> map = attributes;
        if (map == null) {
            synchronized (this) {
                map = attributes;
                if (map == null) {
                    map = new ConcurrentHashMap<>();
                    attributes = map;
                }
            }
        }
        return map;
    }

    @Override
    public void send(List<EngineMessage> messages) {
        if (state == ReadyState.OPEN) {
            asked(() -> sendNow(messages));
        }
    }

    @Override
    public void sendVolatile(List<EngineMessage> messages) {
        if (state == ReadyState.OPEN) {
            asked(() -> {
                if (session.writable()) {
                    sendNow(messages);
                }
            });
        }
    }

    private void sendNow(List<EngineMessage> messages) {
        if (messages.size() == 1) {
            session.send(messages.get(0).packet());
        } else {
            session.send(messages.stream().map(EngineMessage::packet).toList());
        }
    }

    @Override
    public void execute(Runnable action) {
        if (told.isCurrent()) {
            action.run();
        } else {
            tellHandler(action::run);
            tellLater(executor == null ? server.timers().events() : executor);
        }
    }

    @Override
    public boolean writable() {
        EngineSession open = session;
        return state == ReadyState.OPEN && open != null && open.writable();
    }

    @Override
    public void close(boolean discard) {
        if (state != ReadyState.CLOSED) {
            asked(() -> session.close(discard, Timers.now()));
        }
    }

    /** The transport and the state: the id is a secret. */
    @Override
    public String toString() {
        return "socket " + transport + " " + state + " " + request.remoteAddress();
    }
}
