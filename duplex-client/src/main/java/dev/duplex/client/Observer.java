package dev.duplex.client;

import dev.duplex.client.internal.Connector;
import dev.duplex.client.internal.wire.WireTap;
import dev.duplex.core.handshake.HandshakeRequest;
import dev.duplex.core.handshake.HandshakeResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the observer in the options, if there is one, whatever it throws; and keeps the last round-trip time. */
final class Observer implements Connector.Observer {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocket.class);

    private final WebSocket socket;
    private final @Nullable WebSocketObserver told;
    private volatile @Nullable Duration roundTripTime;

    Observer(WebSocket socket, @Nullable WebSocketObserver told) {
        this.socket = socket;
        this.told = told;
    }

    Optional<Duration> roundTripTime() {
        return Optional.ofNullable(roundTripTime);
    }

    @Override
    public void onRequest(HandshakeRequest request) {
        tell(observer -> observer.onRequest(socket, request));
    }

    @Override
    public void onResponse(HandshakeResponse response) {
        tell(observer -> observer.onResponse(socket, response));
    }

    @Override
    public @Nullable WireTap tap() {
        return told instanceof WireTap tap ? tap : null;
    }

    void onPing(ByteBuffer payload) {
        tell(observer -> observer.onPing(socket, payload.asReadOnlyBuffer()));
    }

    void onPong(ByteBuffer payload) {
        tell(observer -> observer.onPong(socket, payload.asReadOnlyBuffer()));
    }

    void onRoundTrip(long nanos) {
        Duration time = Duration.ofNanos(nanos);
        roundTripTime = time;
        tell(observer -> observer.onRoundTrip(socket, time));
    }

    private void tell(Consumer<WebSocketObserver> what) {
        if (told == null) {
            return;
        }
        try {
            what.accept(told);
        } catch (RuntimeException e) {
            LOG.warn("The observer of {} has failed", socket, e);
        }
    }
}
