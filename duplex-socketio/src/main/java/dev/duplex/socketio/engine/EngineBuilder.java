package dev.duplex.socketio.engine;

import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.HttpHandler;
import dev.duplex.server.HttpRequest;
import dev.duplex.server.OriginPolicy;
import dev.duplex.server.SetCookie;
import dev.duplex.socketio.internal.SessionIds;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings of an Engine.IO server, with the names and the defaults of Node's. Not thread-safe.
 *
 * @param <B> the builder itself
 */
public abstract class EngineBuilder<B extends EngineBuilder<B>> {
    String path;
    boolean trailingSlash = true;
    Duration pingInterval = Duration.ofSeconds(25);
    Duration pingTimeout = Duration.ofSeconds(20);
    Duration upgradeTimeout = Duration.ofSeconds(10);
    int maxHttpBufferSize = 1_000_000;
    int maxBufferedBytes = 8 * 1024 * 1024;
    int maxClients = 100_000;
    Set<TransportName> transports = EnumSet.allOf(TransportName.class);
    boolean allowUpgrades = true;
    boolean allowEIO3;
    int httpCompressionThreshold = 1024;
    DeflateOptions perMessageDeflate = DeflateOptions.DISABLED;

    @Nullable
    Cors cors;

    @Nullable
    OriginPolicy origins;

    @Nullable
    Function<String, SetCookie> cookie;

    Function<HttpRequest, CompletionStage<Admission>> allowRequest =
            request -> CompletableFuture.completedFuture(Admission.allow());
    Function<HttpRequest, String> generateId;
    BiConsumer<HttpFields.Builder, HttpRequest> initialHeaders = (fields, request) -> {};
    BiConsumer<HttpFields.Builder, HttpRequest> headers = (fields, request) -> {};
    Consumer<ConnectionError> connectionErrors = error -> {};

    @Nullable
    String initialPacket;

    @Nullable
    Executor executor;

    boolean blocking;

    /** @param path the path where nothing else is said */
    protected EngineBuilder(String path) {
        this.path = path;
        SessionIds ids = new SessionIds();
        this.generateId = request -> ids.next();
    }

    /** This builder, as what it is. */
    protected abstract B self();

    /** The path, without a slash at its end. */
    protected final String path() {
        return path;
    }

    /** A handler that pages of other origins may use as {@link #cors} says. */
    protected final HttpHandler shared(HttpHandler handler) {
        return cors == null ? handler : cors.around(handler);
    }

    /** A server with these settings. */
    protected final EngineServer engine(EngineHandler handler) {
        return new EngineServer(this, handler);
    }

    /** The path, such as {@code /socket.io}; requests to it and below are the server's. */
    public B path(String prefix) {
        if (!prefix.startsWith("/") || prefix.indexOf('{') >= 0 || prefix.indexOf('*') >= 0) {
            throw new IllegalArgumentException(
                    "path must begin with a slash and have no parameters, such as /socket.io, but was " + prefix);
        }
        path = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
        return self();
    }

    /** Whether the path ends with a slash, as clients ask for it; true unless said. */
    public B addTrailingSlash(boolean added) {
        trailingSlash = added;
        return self();
    }

    /** Time between pings, 25 s unless said; at least a millisecond. */
    public B pingInterval(Duration interval) {
        pingInterval = positive("pingInterval", interval);
        return self();
    }

    /** Time within which a client answers a ping, 20 s unless said; at least a millisecond. */
    public B pingTimeout(Duration timeout) {
        pingTimeout = positive("pingTimeout", timeout);
        return self();
    }

    /** Time within which an upgrade is finished, 10 s unless said; at least a millisecond. */
    public B upgradeTimeout(Duration timeout) {
        upgradeTimeout = positive("upgradeTimeout", timeout);
        return self();
    }

    /**
     * Largest message over WebSocket, and largest body of a request, in bytes; 1,000,000 unless said. Beyond, polling
     * gets 413, and a WebSocket is closed with 1009.
     */
    public B maxHttpBufferSize(int bytes) {
        maxHttpBufferSize = atLeastOne("maxHttpBufferSize", bytes);
        return self();
    }

    /** How many bytes may wait for one client before it is given up as too slow; 8 MiB unless said. */
    public B maxBufferedBytes(int bytes) {
        maxBufferedBytes = atLeastOne("maxBufferedBytes", bytes);
        return self();
    }

    /** Most sessions at a time, 100,000 unless said; those beyond get 503. */
    public B maxClients(int most) {
        maxClients = atLeastOne("maxClients", most);
        return self();
    }

    /** The transports that clients may use; all unless said. */
    public B transports(TransportName first, TransportName... more) {
        transports = EnumSet.of(first, more);
        return self();
    }

    /** Whether clients are told that they may go on from polling with WebSocket; true unless said. */
    public B allowUpgrades(boolean allowed) {
        allowUpgrades = allowed;
        return self();
    }

    /** Whether clients of Engine.IO 3 may connect, which those of Socket.IO 1 and 2 are; false unless said. */
    public B allowEIO3(boolean allowed) {
        allowEIO3 = allowed;
        return self();
    }

    /**
     * From how many bytes on responses of polling are compressed, if the client can; 1,024 unless said, and never for
     * {@link Integer#MAX_VALUE}.
     */
    public B httpCompression(int thresholdBytes) {
        httpCompressionThreshold = thresholdBytes;
        return self();
    }

    /** Compression of WebSocket messages (RFC 7692); none unless said. */
    public B perMessageDeflate(DeflateOptions options) {
        perMessageDeflate = Objects.requireNonNull(options, "options");
        return self();
    }

    /**
     * From which pages of other origins browsers may use polling; none unless said. Where nothing else is said by
     * {@link #origins}, a WebSocket may be opened from the same ones, and from the server's own origin.
     */
    public B cors(Cors options) {
        cors = Objects.requireNonNull(options, "options");
        return self();
    }

    /** From which pages browsers may open a WebSocket. */
    public B origins(OriginPolicy policy) {
        origins = Objects.requireNonNull(policy, "policy");
        return self();
    }

    /**
     * Sets a cookie with the session id along with the handshake of polling, for load balancers that send a client to
     * the same server again; none unless said. It is for the whole site, and hidden from scripts.
     */
    public B cookie(String name) {
        return cookie(id -> SetCookie.builder(name, id)
                .path("/")
                .httpOnly()
                .sameSite(SetCookie.SameSite.LAX)
                .build());
    }

    /** Sets the cookie that is made of the session id along with the handshake of polling. */
    public B cookie(Function<String, SetCookie> made) {
        cookie = Objects.requireNonNull(made, "made");
        return self();
    }

    /** Decides on each request for a new session, now or later; all get one unless said. Must not block. */
    public B allowRequest(Function<HttpRequest, CompletionStage<Admission>> decision) {
        allowRequest = Objects.requireNonNull(decision, "decision");
        return self();
    }

    /**
     * Makes the session ids: 1 to 128 letters, digits, {@code _} and {@code -}, never the same twice, and not to be
     * guessed. 120 random bits in 20 characters unless said.
     */
    public B generateId(Function<HttpRequest, String> generator) {
        generateId = Objects.requireNonNull(generator, "generator");
        return self();
    }

    /** Adds fields to the first response of each session, before {@link #onHeaders}. Must not block. */
    public B onInitialHeaders(BiConsumer<HttpFields.Builder, HttpRequest> listener) {
        initialHeaders = Objects.requireNonNull(listener, "listener");
        return self();
    }

    /** Adds fields to each response that is not an error. Must not block. */
    public B onHeaders(BiConsumer<HttpFields.Builder, HttpRequest> listener) {
        headers = Objects.requireNonNull(listener, "listener");
        return self();
    }

    /** Told of each request that is refused. Must not block. */
    public B onConnectionError(Consumer<ConnectionError> listener) {
        connectionErrors = Objects.requireNonNull(listener, "listener");
        return self();
    }

    /** A text message that every client gets along with the handshake. */
    public B initialPacket(String text) {
        initialPacket = Objects.requireNonNull(text, "text");
        return self();
    }

    /** Runs handlers on an executor: for each session in order, one call at a time. */
    public B executor(Executor runner) {
        executor = Objects.requireNonNull(runner, "runner");
        return self();
    }

    /** Lets handlers block: runs them on virtual threads where the JVM has them (21 and later), else on a thread pool. */
    public B blocking() {
        blocking = true;
        return self();
    }

    private static Duration positive(String name, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(name + " must be at least a millisecond but was " + value);
        }
        return value;
    }

    private static int atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1 but was " + value);
        }
        return value;
    }
}
