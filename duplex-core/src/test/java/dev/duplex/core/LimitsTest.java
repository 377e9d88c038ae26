package dev.duplex.core;

import static dev.duplex.core.Limits.DEFAULTS;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LimitsTest {
    @Test
    void theDefaultsSuitAServerOpenToStrangers() {
        assertThat(DEFAULTS.maxMessageBytes()).isEqualTo(1_048_576);
        assertThat(DEFAULTS.minFragmentCharge()).isEqualTo(64);
        assertThat(DEFAULTS.maxFragments()).isEqualTo(4096);
        assertThat(DEFAULTS.maxHandshakeBytes()).isEqualTo(16_384);
        assertThat(DEFAULTS.maxHandshakeFields()).isEqualTo(100);
        assertThat(DEFAULTS.maxHandshakeLineBytes()).isEqualTo(8192);
        assertThat(DEFAULTS.handshakeTimeout()).isEqualTo(ofSeconds(5));
        assertThat(DEFAULTS.keepaliveInterval()).isEqualTo(ofSeconds(25));
        assertThat(DEFAULTS.pongTimeout()).isEqualTo(ofSeconds(20));
        assertThat(DEFAULTS.idleTimeout()).isEqualTo(ZERO);
        assertThat(DEFAULTS.maxBufferedBytes()).isEqualTo(1_048_576);
        assertThat(DEFAULTS.closeTimeout()).isEqualTo(ofSeconds(5));
    }

    @Test
    void eachCopyChangesWhatItSaysAndNothingElse() {
        assertThat(DEFAULTS.withMaxMessageBytes(1))
                .isEqualTo(limits(1, 64, 4096, 16_384, 100, 8192, 5, 25, 20, 0, 1_048_576, 5));
        assertThat(DEFAULTS.withMaxFragments(1))
                .isEqualTo(limits(1_048_576, 64, 1, 16_384, 100, 8192, 5, 25, 20, 0, 1_048_576, 5));
        assertThat(DEFAULTS.withHandshake(256, 8, 128, ofSeconds(1)))
                .isEqualTo(limits(1_048_576, 64, 4096, 256, 8, 128, 1, 25, 20, 0, 1_048_576, 5));
        assertThat(DEFAULTS.withHandshakeTimeout(ofSeconds(1)))
                .isEqualTo(limits(1_048_576, 64, 4096, 16_384, 100, 8192, 1, 25, 20, 0, 1_048_576, 5));
        assertThat(DEFAULTS.withKeepalive(ZERO, ofSeconds(1)))
                .isEqualTo(limits(1_048_576, 64, 4096, 16_384, 100, 8192, 5, 0, 1, 0, 1_048_576, 5));
        assertThat(DEFAULTS.withIdleTimeout(ofSeconds(1)))
                .isEqualTo(limits(1_048_576, 64, 4096, 16_384, 100, 8192, 5, 25, 20, 1, 1_048_576, 5));
        assertThat(DEFAULTS.withMaxBufferedBytes(1))
                .isEqualTo(limits(1_048_576, 64, 4096, 16_384, 100, 8192, 5, 25, 20, 0, 1, 5));
        assertThat(DEFAULTS.withSendTimeout(ofSeconds(1)).sendTimeout()).isEqualTo(ofSeconds(1));
        assertThat(DEFAULTS.withSendTimeout(ofSeconds(1)).withSendTimeout(ofSeconds(60)))
                .isEqualTo(DEFAULTS);
        assertThat(DEFAULTS.withCloseTimeout(ofSeconds(1)))
                .isEqualTo(limits(1_048_576, 64, 4096, 16_384, 100, 8192, 5, 25, 20, 0, 1_048_576, 1));
    }

    private static Limits limits(
            long message,
            int overhead,
            int fragments,
            int handshake,
            int fields,
            int line,
            int handshakeSeconds,
            int keepalive,
            int pong,
            int idle,
            int buffered,
            int close) {
        return new Limits(
                message,
                overhead,
                fragments,
                handshake,
                fields,
                line,
                ofSeconds(handshakeSeconds),
                ofSeconds(keepalive),
                ofSeconds(pong),
                ofSeconds(idle),
                buffered,
                ofSeconds(60),
                ofSeconds(close));
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                refusal(() -> DEFAULTS.withMaxMessageBytes(0), "maxMessageBytes must be at least 1 but was 0"),
                refusal(() -> DEFAULTS.withMaxMessageBytes(-1), "maxMessageBytes must be at least 1 but was -1"),
                refusal(() -> DEFAULTS.withMaxFragments(0), "maxFragments must be at least 1 but was 0"),
                refusal(
                        () -> limits(1, -1, 1, 256, 8, 128, 1, 1, 1, 1, 1, 1),
                        "minFragmentCharge must be at least 0 but was -1"),
                refusal(
                        () -> DEFAULTS.withHandshake(255, 8, 128, ofSeconds(1)),
                        "maxHandshakeBytes must be at least 256 but was 255"),
                refusal(
                        () -> DEFAULTS.withHandshake(256, 7, 128, ofSeconds(1)),
                        "maxHandshakeFields must be at least 8 but was 7"),
                refusal(
                        () -> DEFAULTS.withHandshake(256, 8, 127, ofSeconds(1)),
                        "maxHandshakeLineBytes must be at least 128 but was 127"),
                refusal(
                        () -> DEFAULTS.withHandshakeTimeout(ZERO),
                        "handshakeTimeout must be longer than zero but was PT0S"),
                refusal(
                        () -> DEFAULTS.withKeepalive(ofMillis(-1), ofSeconds(1)),
                        "keepaliveInterval must not be negative but was PT-0.001S"),
                refusal(() -> DEFAULTS.withKeepalive(ZERO, ZERO), "pongTimeout must be longer than zero but was PT0S"),
                refusal(
                        () -> DEFAULTS.withIdleTimeout(ofSeconds(-1)),
                        "idleTimeout must not be negative but was PT-1S"),
                refusal(
                        () -> DEFAULTS.withSendTimeout(ofSeconds(-1)),
                        "sendTimeout must not be negative but was PT-1S"),
                refusal(() -> DEFAULTS.withMaxBufferedBytes(0), "maxBufferedBytes must be at least 1 but was 0"),
                refusal(
                        () -> DEFAULTS.withCloseTimeout(ofSeconds(-1)),
                        "closeTimeout must be longer than zero but was PT-1S"));
    }

    private static Arguments refusal(ThrowingCallable call, String message) {
        return Arguments.of(call, message);
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("refusals")
    void refusesWhatIsOutOfRange(ThrowingCallable call, String message) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
    }
}
