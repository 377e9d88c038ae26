package dev.duplex.server.internal;

import dev.duplex.core.CloseCode;
import dev.duplex.core.PreparedMessage;
import dev.duplex.core.Violation;
import dev.duplex.core.WebSocketProtocol;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.Message;
import dev.duplex.server.OutgoingMessage;
import dev.duplex.server.ServerMetrics;
import dev.duplex.server.Session;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.server.internal.raw.RawBytes;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.ReadyState;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.internal.ConnectionListener;
import dev.duplex.transport.internal.SerialTasks;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A session: hands what the connection receives to the handler, and what the application sends to the connection. */
final class ServerSession extends Topic.Member implements Session, ConnectionListener, RawBytes {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketServer.class);

    private final LoopRoute place;
    private final UpgradeRequest request;
    private final @Nullable String subprotocol;
    private final String extensions;
    private final long number;
    private final @Nullable SerialTasks serial;

    @SuppressWarnings("NullAway.Init") // set before the session is open, see attach
    private WebSocketConnection connection;

    private volatile @Nullable ConcurrentMap<String, Object> attributes;

    /** Memberships by the topics' names; guarded by the session. They take effect on the loop, in the order of calls. */
    private @Nullable Map<String, Topic.Membership> memberships;

    /** No membership begins any more; guarded by the session. */
    private boolean subscribesNoMore;

    /** Who has stopped the reading; on the loop. */
    private boolean pausedByApplication;

    private boolean pausedByExecutor;

    /** We have closed: what the handler has not been shown yet is not shown any more. */
    private volatile boolean silent;

    /** Payload bytes of the parts so far of a message received in parts; on the loop. */
    private long partBytes;

    ServerSession(
            LoopRoute place,
            UpgradeRequest request,
            @Nullable String subprotocol,
            String extensions,
            Map<String, Object> attributes) {
        this.place = place;
        this.request = request;
        this.subprotocol = subprotocol;
        this.extensions = extensions;
        this.number = core().nextSessionNumber();
        this.serial = place.route()
                .executor()
                .map(executor -> new SerialTasks(executor, new Backlog()))
                .orElse(null);
        if (!attributes.isEmpty()) {
            this.attributes = new ConcurrentHashMap<>(attributes);
        }
    }

    /** Joins session and connection, and opens; on the loop. */
    void open(WebSocketConnection attached) {
        connection = attached;
        everyone().add(this);
        metrics().connectionOpened();
        call(() -> handler().onOpen(this));
    }

    @Override
    ServerSession session() {
        return this;
    }

    /** All sessions of the loop. */
    private Topic.Group everyone() {
        return core().topics().everyone().group(loop().number());
    }

    private ServerCore core() {
        return place.server();
    }

    private ServerLoop loop() {
        return place.loop();
    }

    private WebSocketHandler handler() {
        return place.route().handler();
    }

    private ServerMetrics metrics() {
        return core().metrics();
    }

    // ------------------------------------------------------------------------------------------- calling the handler

    private interface Call {
        void run() throws Exception;
    }

    /** Calls the handler, on the loop or, behind whatever waits there, on the route's executor. */
    private void call(Call call) {
        if (serial == null) {
            HttpRequest outer = loop().enter(request.http());
            run(call);
            loop().leave(outer);
        } else {
            serial.queue(() -> run(call), 0);
        }
    }

    private void run(Call call) {
        try {
            call.run();
        } catch (Throwable error) {
            failed(error);
        }
    }

    /** Whatever a handler throws costs its own session and nothing else. */
    private void failed(Throwable error) {
        LOG.warn("The handler of {} has failed; session {} is closed with 1011", request.path(), id(), error);
        try {
            handler().onError(this, error);
        } catch (Throwable again) {
            LOG.warn("onError of {} has failed too", request.path(), again);
        }
        close(CloseCode.INTERNAL_ERROR, "");
    }

    /** What the route's executor has not done yet is bounded by not reading any more. */
    private final class Backlog implements SerialTasks.Owner {
        @Override
        public void pressureChanged() {
            onLoop(() -> {
                pausedByExecutor = serial != null && serial.isFull();
                if (pausedByExecutor) {
                    connection.pause();
                } else {
                    resumeUnlessPaused();
                }
            });
        }

        @Override
        public void refused(RejectedExecutionException why) {
            if (readyState() == ReadyState.OPEN) {
                LOG.warn(
                        "The executor of the route {} refuses work; session {} is closed with 1011",
                        request.path(),
                        id(),
                        why);
            }
            close(CloseCode.INTERNAL_ERROR, "");
        }

        @Override
        public void failed(Throwable error) {
            LOG.error("Session {} has failed inside the server", id(), error);
            terminate();
        }
    }

    @Override
    public void onMessage(boolean text, ByteBuf payload, int index, int length) {
        onChunk(text, payload, index, length, true);
    }

    @Override
    public void onChunk(boolean text, ByteBuf payload, int index, int length, boolean last) {
        partBytes += length;
        if (last) {
            metrics().messageReceived(text, partBytes);
            partBytes = 0;
        }
        if (serial != null) {
            MessageView copy = copy(text, payload, index, length, last);
            serial.queue(() -> show(copy), length);
            return;
        }
        // A handler may open another session, whose first message came together with its request.
        MessageView view = loop().view.isShown() ? new MessageView() : loop().view;
        HttpRequest outer = loop().enter(request.http());
        show(view.show(text, payload, index, length, last));
        loop().leave(outer);
    }

    private void show(MessageView view) {
        if (silent) {
            view.hide();
            return;
        }
        try {
            view.handOver();
            handler().onMessage(this, view);
        } catch (Throwable error) {
            failed(error);
        } finally {
            view.hide();
        }
    }

    private static MessageView copy(boolean text, ByteBuf payload, int index, int length, boolean last) {
        byte[] bytes = new byte[length];
        payload.getBytes(index, bytes);
        return new MessageView().show(text, Unpooled.wrappedBuffer(bytes), 0, length, last);
    }

    @Override
    public void onPing(ByteBuf payload, int index, int length) {
        MessageView view = copy(false, payload, index, length, true);
        call(() -> handler().onPing(this, view));
    }

    @Override
    public void onPong(ByteBuf payload, int index, int length) {
        MessageView view = copy(false, payload, index, length, true);
        call(() -> handler().onPong(this, view));
    }

    @Override
    public void onRoundTrip(long nanos) {
        metrics().pingRoundTrip(nanos);
    }

    @Override
    public void onDrain() {
        call(() -> handler().onDrain(this));
    }

    @Override
    public void onDropped() {
        metrics().sendDropped();
    }

    @Override
    public void onViolation(Violation violation, String reason) {
        metrics().violation(violation);
        LOG.debug("Session {} of {} failed: {} ({})", id(), request.remoteAddress(), reason, violation.section());
    }

    @Override
    public void onClosed(CloseEvent event) {
        everyone().remove(this);
        leaveAll();
        metrics().connectionClosed(event.code());
        call(() -> handler().onClose(this, event));
        core().sessionClosed();
    }

    // --------------------------------------------------------------------------------------------------------- Session

    @Override
    public String id() {
        return Long.toString(number, Character.MAX_RADIX);
    }

    @Override
    public UpgradeRequest request() {
        return request;
    }

    @Override
    public Optional<String> subprotocol() {
        return Optional.ofNullable(subprotocol);
    }

    @Override
    public String extensions() {
        return extensions;
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
    public ReadyState readyState() {
        return connection.readyState();
    }

    @Override
    public SendResult send(String text) {
        return counted(connection.sendText(text, null), text);
    }

    @Override
    public SendResult send(String text, Object conflationKey) {
        Objects.requireNonNull(conflationKey, "conflationKey");
        return counted(connection.sendText(text, conflationKey), text);
    }

    @Override
    public SendResult send(byte[] binary) {
        return counted(
                connection.sendBytes(false, Unpooled.wrappedBuffer(binary), 0, binary.length, null), binary.length);
    }

    @Override
    public SendResult send(ByteBuffer binary) {
        int length = binary.remaining();
        SendResult result = connection.sendBytes(false, Unpooled.wrappedBuffer(binary), 0, length, null);
        binary.position(binary.limit());
        return counted(result, length);
    }

    @Override
    public SendResult send(Message message) {
        if (message instanceof MessageView view) {
            int length = view.size();
            return counted(connection.sendBytes(view.isText(), view.payload(), view.index(), length, null), length);
        }
        byte[] bytes = message.bytes();
        SendResult result = message.mayCompress()
                ? connection.sendBytes(message.isText(), Unpooled.wrappedBuffer(bytes), 0, bytes.length, null)
                : connection.sendUncompressed(message.isText(), bytes);
        return counted(result, bytes.length);
    }

    private SendResult counted(SendResult result, String text) {
        // The length in UTF-8 is only worked out where somebody counts.
        return metrics() == ServerMetrics.NONE ? result : counted(result, WebSocketProtocol.payloadBytes(text));
    }

    private SendResult counted(SendResult result, long bytes) {
        if (result.isAccepted()) {
            metrics().messageSent(bytes);
        }
        return result;
    }

    /** Sends what was published on a topic; on the loop. */
    void deliver(PreparedMessage prepared, Publication publication) {
        byte[] payload = publication.payload();
        try {
            counted(connection.sendPrepared(prepared, publication.text(), payload, publication.key()), payload.length);
        } catch (RuntimeException | Error error) {
            // The others get it all the same.
            LOG.error("Session {} has failed inside the server", id(), error);
            terminate();
        }
    }

    @Override
    public OutgoingMessage beginText() {
        return new Parts(true);
    }

    @Override
    public OutgoingMessage beginBinary() {
        return new Parts(false);
    }

    private final class Parts implements OutgoingMessage {
        private final boolean text;
        private boolean begun;
        private boolean closed;
        private long bytes;

        Parts(boolean text) {
            this.text = text;
        }

        @Override
        public SendResult write(ByteBuffer part) {
            if (closed) {
                throw new IllegalStateException("the message has been closed; begin another one");
            }
            int length = part.remaining();
            SendResult result = connection.sendPart(text, part, false);
            if (result.isAccepted()) {
                begun = true;
                bytes += length;
            }
            return result;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                counted(end(), bytes);
            }
        }

        /** A message that has begun can always be ended; one that has not is as any other, and needs room. */
        private SendResult end() {
            return begun
                    ? connection.sendPart(text, ByteBuffer.allocate(0), true)
                    : connection.sendBytes(text, Unpooled.EMPTY_BUFFER, 0, 0, null);
        }
    }

    @Override
    public SendResult ping(byte[] payload) {
        return connection.ping(payload);
    }

    @Override
    public SendResult pong(byte[] payload) {
        return connection.pong(payload);
    }

    @Override
    public void close(int code, String reason) {
        CloseCode.check(code, reason); // 1005, which the connection takes for a frame without a code, is none
        connection.close(code, reason);
        silent = true;
    }

    @Override
    public void terminate() {
        silent = true;
        connection.terminate(CloseKind.TERMINATED, "terminated by us");
    }

    /** Ends it at once, the server being gone. */
    void cut() {
        connection.channel().close();
    }

    @Override
    public long bufferedAmount() {
        return connection.bufferedAmount();
    }

    @Override
    public void pause() {
        onLoop(() -> {
            pausedByApplication = true;
            connection.pause();
        });
    }

    @Override
    public void resume() {
        onLoop(() -> {
            pausedByApplication = false;
            resumeUnlessPaused();
        });
    }

    private void resumeUnlessPaused() {
        if (!pausedByApplication && !pausedByExecutor) {
            connection.resume();
        }
    }

    private void onLoop(Runnable action) {
        if (loop().inEventLoop()) {
            action.run();
        } else {
            loop().execute(action);
        }
    }

    @Override
    public void sendRaw(byte[] bytes) {
        byte[] copy = bytes.clone();
        onLoop(() -> connection.sendRaw(copy));
    }

    @Override
    public WebSocketServer server() {
        return core().facade();
    }

    // ---------------------------------------------------------------------------------------------------------- topics

    @Override
    public void subscribe(String topic) {
        Objects.requireNonNull(topic, "topic");
        Topic.Membership membership;
        synchronized (this) {
            if (subscribesNoMore || (memberships != null && memberships.containsKey(topic))) {
                return;
            }
            if (memberships == null) {
                memberships = new HashMap<>(4);
            }
            // The topic exists from here on, so that what the caller publishes next finds it.
            membership = new Topic.Membership(core().topics().join(topic), this);
            memberships.put(topic, membership);
        }
        loop().inOrder(() -> membership.topic.group(loop().number()).add(membership));
    }

    @Override
    public void unsubscribe(String topic) {
        Objects.requireNonNull(topic, "topic");
        Topic.@Nullable Membership membership;
        synchronized (this) {
            membership = memberships == null ? null : memberships.remove(topic);
        }
        if (membership != null) {
            loop().inOrder(() -> leave(membership));
        }
    }

    private void leave(Topic.Membership membership) {
        membership.topic.group(loop().number()).remove(membership);
        core().topics().leave(membership.topic);
    }

    private void leaveAll() {
        Map<String, Topic.Membership> left;
        synchronized (this) {
            subscribesNoMore = true;
            left = memberships;
            memberships = null;
        }
        if (left != null) {
            left.values().forEach(this::leave);
        }
    }

    @Override
    public synchronized Set<String> topics() {
        return memberships == null ? Set.of() : new TreeSet<>(memberships.keySet());
    }

    @Override
    public void publish(String topic, String text) {
        core().topics().publish(topic, true, text.getBytes(StandardCharsets.UTF_8), this);
    }

    @Override
    public void publish(String topic, byte[] binary) {
        core().topics().publish(topic, false, binary.clone(), this);
    }

    @Override
    public String toString() {
        return "session " + id() + " " + request.path() + " " + request.remoteAddress();
    }
}
