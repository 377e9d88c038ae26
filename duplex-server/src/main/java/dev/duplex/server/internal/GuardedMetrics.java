package dev.duplex.server.internal;

import dev.duplex.core.Violation;
import dev.duplex.server.ServerMetrics;
import dev.duplex.server.WebSocketServer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps an implementation that throws, which it must not, from doing harm to connections. Says so once. */
final class GuardedMetrics implements ServerMetrics {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketServer.class);

    private final ServerMetrics metrics;
    private final AtomicBoolean told = new AtomicBoolean();

    private GuardedMetrics(ServerMetrics metrics) {
        this.metrics = metrics;
    }

    static ServerMetrics of(ServerMetrics metrics) {
        return metrics == NONE ? NONE : new GuardedMetrics(metrics);
    }

    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error error) {
            failed(error);
        }
    }

    private void failed(Throwable error) {
        if (told.compareAndSet(false, true)) {
            LOG.warn("A method of ServerMetrics has thrown, which it must not; further ones are not logged", error);
        }
    }

    @Override
    public void connectionOpened() {
        guarded(metrics::connectionOpened);
    }

    @Override
    public void connectionClosed(int code) {
        guarded(() -> metrics.connectionClosed(code));
    }

    @Override
    public void handshakeRefused(int status) {
        guarded(() -> metrics.handshakeRefused(status));
    }

    // The next two are called for every message: without an object.

    @Override
    public void messageReceived(boolean text, long bytes) {
        try {
            metrics.messageReceived(text, bytes);
        } catch (RuntimeException | Error error) {
            failed(error);
        }
    }

    @Override
    public void messageSent(long bytes) {
        try {
            metrics.messageSent(bytes);
        } catch (RuntimeException | Error error) {
            failed(error);
        }
    }

    @Override
    public void pingRoundTrip(long nanos) {
        guarded(() -> metrics.pingRoundTrip(nanos));
    }

    @Override
    public void sendDropped() {
        guarded(metrics::sendDropped);
    }

    @Override
    public void violation(Violation violation) {
        guarded(() -> metrics.violation(violation));
    }

    @Override
    public void bytesBuffered(LongSupplier gauge) {
        guarded(() -> metrics.bytesBuffered(gauge));
    }
}
