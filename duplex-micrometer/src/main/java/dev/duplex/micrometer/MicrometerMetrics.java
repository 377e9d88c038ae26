package dev.duplex.micrometer;

import dev.duplex.core.Violation;
import dev.duplex.server.ServerMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Records a server's metrics in a Micrometer registry. The meters:
 *
 * <ul>
 *   <li>{@code duplex.connections}: gauge, how many are open;
 *   <li>{@code duplex.connections.opened}: counter;
 *   <li>{@code duplex.connections.closed}: counter by {@code code}, the close code, or {@code other};
 *   <li>{@code duplex.handshakes.refused}: counter by {@code status}, the HTTP status, or {@code other};
 *   <li>{@code duplex.messages.received}: summary of bytes by {@code type}, {@code text} or {@code binary};
 *   <li>{@code duplex.messages.sent}: summary of bytes;
 *   <li>{@code duplex.sends.dropped}: counter;
 *   <li>{@code duplex.ping.round.trip}: timer;
 *   <li>{@code duplex.violations}: counter by {@code rule}, the {@link Violation} in lower case;
 *   <li>{@code duplex.buffered}: gauge of bytes that wait to be sent.
 * </ul>
 *
 * <p>Every tag has few values that this class knows beforehand: a peer that makes up close codes cannot fill the
 * registry. Safe for use by several threads. One instance serves one server; give each server tags of its own.
 */
public final class MicrometerMetrics implements ServerMetrics {
    private static final int FIRST_CLOSE_CODE = 1000;
    private static final int LAST_CLOSE_CODE = 1015;

    private final MeterRegistry registry;
    private final Tags tags;
    private final LongAdder open = new LongAdder();
    private final Counter opened;
    private final Counter[] closed = new Counter[LAST_CLOSE_CODE - FIRST_CLOSE_CODE + 1];
    private final Counter closedOther;
    private final DistributionSummary textReceived;
    private final DistributionSummary binaryReceived;
    private final DistributionSummary sent;
    private final Counter dropped;
    private final Timer pingRoundTrip;
    private final Map<Violation, Counter> violations = new EnumMap<>(Violation.class);

    /** Registers the meters. */
    public MicrometerMetrics(MeterRegistry registry) {
        this(registry, Tags.empty());
    }

    /**
     * Registers the meters with further tags, such as the name of the server.
     *
     * @param registry what records
     * @param tags put on every meter
     */
    public MicrometerMetrics(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
        Gauge.builder("duplex.connections", open, LongAdder::doubleValue)
                .description("open connections")
                .baseUnit(BaseUnits.CONNECTIONS)
                .tags(tags)
                .strongReference(true)
                .register(registry);
        this.opened = counter("duplex.connections.opened", "connections opened", Tags.empty());
        for (int code = FIRST_CLOSE_CODE; code <= LAST_CLOSE_CODE; code++) {
            closed[code - FIRST_CLOSE_CODE] = closedBy(String.valueOf(code));
        }
        this.closedOther = closedBy("other");
        this.textReceived = bytes("duplex.messages.received", "messages received", Tags.of("type", "text"));
        this.binaryReceived = bytes("duplex.messages.received", "messages received", Tags.of("type", "binary"));
        this.sent = bytes("duplex.messages.sent", "messages sent", Tags.empty());
        this.dropped = counter("duplex.sends.dropped", "messages not sent to a slow peer", Tags.empty());
        this.pingRoundTrip = Timer.builder("duplex.ping.round.trip")
                .description("time from a ping to its pong")
                .tags(tags)
                .register(registry);
        for (Violation violation : Violation.values()) {
            String rule = violation.name().toLowerCase(Locale.ROOT);
            violations.put(violation, counter("duplex.violations", "rules broken by peers", Tags.of("rule", rule)));
        }
    }

    private Counter closedBy(String code) {
        return counter("duplex.connections.closed", "connections closed", Tags.of("code", code));
    }

    private Counter counter(String name, String description, Tags own) {
        return Counter.builder(name)
                .description(description)
                .tags(tags)
                .tags(own)
                .register(registry);
    }

    private DistributionSummary bytes(String name, String description, Tags own) {
        return DistributionSummary.builder(name)
                .description(description)
                .baseUnit(BaseUnits.BYTES)
                .tags(tags)
                .tags(own)
                .register(registry);
    }

    @Override
    public void connectionOpened() {
        open.increment();
        opened.increment();
    }

    @Override
    public void connectionClosed(int code) {
        open.decrement();
        boolean known = code >= FIRST_CLOSE_CODE && code <= LAST_CLOSE_CODE;
        (known ? closed[code - FIRST_CLOSE_CODE] : closedOther).increment();
    }

    /** Refusals are rare enough to look the counter up; its statuses are chosen by the server, never by the peer. */
    @Override
    public void handshakeRefused(int status) {
        String tag = status >= 300 && status <= 599 ? String.valueOf(status) : "other";
        counter("duplex.handshakes.refused", "opening handshakes refused", Tags.of("status", tag))
                .increment();
    }

    @Override
    public void messageReceived(boolean text, long bytes) {
        (text ? textReceived : binaryReceived).record(bytes);
    }

    @Override
    public void messageSent(long bytes) {
        sent.record(bytes);
    }

    @Override
    public void pingRoundTrip(long nanos) {
        pingRoundTrip.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void sendDropped() {
        dropped.increment();
    }

    @Override
    public void violation(Violation violation) {
        Counter counter = violations.get(violation);
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void bytesBuffered(LongSupplier gauge) {
        Gauge.builder("duplex.buffered", gauge, LongSupplier::getAsLong)
                .description("bytes that wait to be sent")
                .baseUnit(BaseUnits.BYTES)
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }
}
