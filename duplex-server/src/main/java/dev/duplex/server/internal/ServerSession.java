package dev.duplex.server.internal;

import dev.duplex.core.CloseCode;
import dev.duplex.core.PreparedMessage;
import dev.duplex.core.Violation;
import dev.duplex.server.Message;
import dev.duplex.server.OutgoingMessage;
import dev.duplex.server.ServerMetrics;
import dev.duplex.server.Session;
import dev.duplex.server.UpgradeRequest;
import dev.duplex.server.WebSocketHandler;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.ReadyState;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.internal.ConnectionListener;
import dev.duplex.transport.internal.WebSocketConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A session: hands what the connection receives to the handler, and what the application sends to the connection. */
final class ServerSession implements Session, ConnectionListener {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketServer.class);

    private final ServerCore server;
    private final ServerLoop loop;
    private final WebSocketHandler handler;
    private final UpgradeRequest request;
    private final @Nullable String subprotocol;
    private final String extensions;
    private final long number;
    private final @Nullable SerialExecutor serial;

    @SuppressWarnings("NullAway.Init") // set before the session is open, see attach
    private WebSocketConnection connection;

    private volatile @Nullable ConcurrentMap<String, Object> attributes;

    /** Memberships, the one in {@link Topics#everyone} first; changed on the loop only. */
    private final List<Topic.Membership> memberships = new ArrayList<>(1);

    private boolean ended;

    ServerSession(
            ServerCore server,
            ServerLoop loop,
            WebSocketHandler handler,
            @Nullable Executor executor,
            UpgradeRequest request,
            @Nullable String subprotocol,
            String extensions,
            Map<String, Object> attributes) {
        this.server = server;
        this.loop = loop;
        this.handler = handler;
        this.request = request;
        this.subprotocol = subprotocol;
        this.extensions = extensions;
        this.number = server.nextSessionNumber();
        this.serial = executor == null ? null : new SerialExecutor(executor, this::pause, this::resume);
        if (!attributes.isEmpty()) {
            this.attributes = new ConcurrentHashMap<>(attributes);
        }
    }

    /** Joins session and connection, and opens; on the loop. */
    void open(WebSocketConnection attached) {
        connection = attached;
        loop.noteThread();
        join(new Topic.Membership(server.topics().everyone(), this));
        metrics().connectionOpened();
        call(() -> handler.onOpen(this));
    }

    private ServerMetrics metrics() {
        return server.metrics();
    }

    // ------------------------------------------------------------------------------------------- calling the handler

    private interface Call {
        void run() throws Exception;
    }

    /** Calls the handler, on the loop or, behind whatever waits there, on the route's executor. */
    private void call(Call call) {
        if (serial == null) {
            loop.enter(this);
            run(call);
            loop.leave();
        } else {
            serial.execute(() -> run(call));
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
            handler.onError(this, error);
        } catch (Throwable again) {
            LOG.warn("onError of {} has failed too", request.path(), again);
        }
        connection.close(CloseCode.INTERNAL_ERROR, "");
    }

    @Override
    public void onMessage(boolean text, ByteBuf payload, int index, int length) {
        onChunk(text, payload, index, length, true);
    }

    @Override
    public void onChunk(boolean text, ByteBuf payload, int index, int length, boolean last) {
        metrics().messageReceived(text, length);
        if (serial != null) {
            MessageView copy = copy(text, payload, index, length, last);
            serial.execute(() -> show(copy));
            return;
        }
        MessageView view = loop.view.show(text, payload, index, length, last);
        loop.enter(this);
        show(view);
        loop.leave();
    }

    private void show(MessageView view) {
        try {
            handler.onMessage(this, view);
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
        call(() -> handler.onPing(this, view));
    }

    @Override
    public void onPong(ByteBuf payload, int index, int length) {
        MessageView view = copy(false, payload, index, length, true);
        call(() -> handler.onPong(this, view));
    }

    @Override
    public void onRoundTrip(long nanos) {
        metrics().pingRoundTrip(nanos);
    }

    @Override
    public void onDrain() {
        call(() -> handler.onDrain(this));
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
        ended = true;
        for (Topic.Membership membership : memberships) {
            leave(membership);
        }
        memberships.clear();
        metrics().connectionClosed(event.code());
        call(() -> handler.onClose(this, event));
        server.sessionClosed();
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
        return counted(connection.sendText(text, null), text.length());
    }

    @Override
    public SendResult send(String text, Object conflationKey) {
        Objects.requireNonNull(conflationKey, "conflationKey");
        return counted(connection.sendText(text, conflationKey), text.length());
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
        return counted(
                connection.sendBytes(message.isText(), Unpooled.wrappedBuffer(bytes), 0, bytes.length, null),
                bytes.length);
    }

    private SendResult counted(SendResult result, int bytes) {
        if (result.isAccepted()) {
            metrics().messageSent(bytes);
        }
        return result;
    }

    /** Sends what was published on a topic; on the loop. */
    void deliver(PreparedMessage prepared, Publication publication) {
        byte[] payload = publication.payload();
        counted(connection.sendPrepared(prepared, publication.text(), payload, publication.key()), payload.length);
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
        private boolean closed;

        Parts(boolean text) {
            this.text = text;
        }

        @Override
        public SendResult write(ByteBuffer part) {
            if (closed) {
                throw new IllegalStateException("the message has been closed; begin another one");
            }
            int length = part.remaining();
            return counted(connection.sendPart(text, part, false), length);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                connection.sendPart(text, ByteBuffer.allocate(0), true);
            }
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
        connection.close(code, reason);
    }

    @Override
    public void terminate() {
        connection.terminate("terminated by us");
    }

    @Override
    public long bufferedAmount() {
        return connection.bufferedAmount();
    }

    @Override
    public void pause() {
        onLoop(connection::pause);
    }

    @Override
    public void resume() {
        onLoop(connection::resume);
    }

    private void onLoop(Runnable action) {
        if (loop.inEventLoop()) {
            action.run();
        } else {
            loop.state().loop().execute(action);
        }
    }

    @Override
    public WebSocketServer server() {
        return server.facade();
    }

    // ---------------------------------------------------------------------------------------------------------- topics

    @Override
    public void subscribe(String topic) {
        Objects.requireNonNull(topic, "topic");
        onLoop(() -> {
            if (!ended && membership(topic) == null) {
                join(new Topic.Membership(server.topics().join(topic), this));
            }
        });
    }

    @Override
    public void unsubscribe(String topic) {
        Objects.requireNonNull(topic, "topic");
        onLoop(() -> {
            Topic.Membership membership = membership(topic);
            if (membership != null) {
                synchronized (memberships) {
                    memberships.remove(membership);
                }
                leave(membership);
            }
        });
    }

    private Topic.@Nullable Membership membership(String topic) {
        for (int i = 1; i < memberships.size(); i++) {
            if (memberships.get(i).topic.name().equals(topic)) {
                return memberships.get(i);
            }
        }
        return null;
    }

    private void join(Topic.Membership membership) {
        synchronized (memberships) {
            memberships.add(membership);
        }
        membership.topic.group(loop.number()).add(membership);
    }

    private void leave(Topic.Membership membership) {
        membership.topic.group(loop.number()).remove(membership);
        if (membership.topic != server.topics().everyone()) {
            server.topics().leave(membership.topic);
        }
    }

    @Override
    public Set<String> topics() {
        Set<String> names = new TreeSet<>();
        synchronized (memberships) {
            for (int i = 1; i < memberships.size(); i++) {
                names.add(memberships.get(i).topic.name());
            }
        }
        return names;
    }

    @Override
    public void publish(String topic, String text) {
        server.topics().publish(topic, true, text.getBytes(StandardCharsets.UTF_8), this);
    }

    @Override
    public void publish(String topic, byte[] binary) {
        server.topics().publish(topic, false, binary.clone(), this);
    }

    @Override
    public String toString() {
        return "session " + id() + " " + request.path() + " " + request.remoteAddress();
    }
}
