package dev.duplex.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Violation;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MicrometerMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MicrometerMetrics metrics = new MicrometerMetrics(registry, Tags.of("server", "chat"));

    @Test
    void countsConnections() {
        metrics.connectionOpened();
        metrics.connectionOpened();
        metrics.connectionOpened();
        metrics.connectionClosed(1000);
        metrics.connectionClosed(4001);

        assertThat(registry.get("duplex.connections").gauge().value()).isEqualTo(1);
        assertThat(counter("duplex.connections.opened")).isEqualTo(3);
        assertThat(counter("duplex.connections.closed", "code", "1000")).isEqualTo(1);
        assertThat(counter("duplex.connections.closed", "code", "other")).isEqualTo(1);
    }

    @Test
    void countsRefusedHandshakesByStatus() {
        metrics.handshakeRefused(403);
        metrics.handshakeRefused(403);
        metrics.handshakeRefused(7);

        assertThat(counter("duplex.handshakes.refused", "status", "403")).isEqualTo(2);
        assertThat(counter("duplex.handshakes.refused", "status", "other")).isEqualTo(1);
    }

    @Test
    void sumsTheBytesOfMessages() {
        metrics.messageReceived(true, 10);
        metrics.messageReceived(true, 20);
        metrics.messageReceived(false, 5);
        metrics.messageSent(1L << 40);

        assertThat(registry.get("duplex.messages.received")
                        .tag("type", "text")
                        .summary()
                        .totalAmount())
                .isEqualTo(30);
        assertThat(registry.get("duplex.messages.received")
                        .tag("type", "text")
                        .summary()
                        .count())
                .isEqualTo(2);
        assertThat(registry.get("duplex.messages.received")
                        .tag("type", "binary")
                        .summary()
                        .totalAmount())
                .isEqualTo(5);
        assertThat(registry.get("duplex.messages.sent").summary().totalAmount()).isEqualTo(1L << 40);
    }

    @Test
    void timesPings() {
        metrics.pingRoundTrip(2_000_000);

        assertThat(registry.get("duplex.ping.round.trip").timer().totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(2);
    }

    @Test
    void countsDroppedMessages() {
        metrics.sendDropped();

        assertThat(counter("duplex.sends.dropped")).isEqualTo(1);
    }

    @Test
    void countsEachViolationByItsRule() {
        for (Violation violation : Violation.values()) {
            metrics.violation(violation);
        }
        metrics.violation(Violation.TEXT_UTF8);

        assertThat(counter("duplex.violations", "rule", "text_utf8")).isEqualTo(2);
        assertThat(counter("duplex.violations", "rule", "reserved_bits")).isEqualTo(1);
    }

    @Test
    void asksForTheBufferedBytesWhenItIsRead() {
        AtomicLong buffered = new AtomicLong(1);
        metrics.bytesBuffered(buffered::get);
        buffered.set(42);

        assertThat(registry.get("duplex.buffered").gauge().value()).isEqualTo(42);
    }

    @Test
    void keepsThePeerFromMakingUpTags() {
        int before = registry.getMeters().size();
        for (int code = -10; code < 5000; code++) {
            metrics.connectionClosed(code);
        }

        assertThat(registry.getMeters()).hasSize(before);
    }

    @Test
    void putsTheGivenTagsOnEveryMeter() {
        metrics.handshakeRefused(400);
        metrics.bytesBuffered(() -> 0);

        assertThat(registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().getTag("server")).isEqualTo("chat"));
    }

    private double counter(String name, String... tags) {
        return registry.get(name).tags(tags).counter().count();
    }
}
