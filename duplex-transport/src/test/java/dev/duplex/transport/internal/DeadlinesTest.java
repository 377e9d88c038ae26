package dev.duplex.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Delivery;
import dev.duplex.core.Limits;
import dev.duplex.core.Role;
import dev.duplex.transport.CloseEvent;
import dev.duplex.transport.CloseKind;
import dev.duplex.transport.ReadyState;
import dev.duplex.transport.SendResult;
import dev.duplex.transport.SlowConsumerPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeadlinesTest {
    private static final Duration NONE = Duration.ZERO;
    private static final Limits KEEPALIVE =
            Limits.DEFAULTS.withKeepalive(Duration.ofSeconds(25), Duration.ofSeconds(20));
    private static final Limits IDLE =
            Limits.DEFAULTS.withKeepalive(NONE, Duration.ofSeconds(20)).withIdleTimeout(Duration.ofSeconds(60));

    private End end = new End(KEEPALIVE);

    private void with(Limits limits) {
        end.close();
        end = new End(limits);
    }

    @AfterEach
    void everythingIsReleased() {
        end.close();
        assertThat(end.bytesHeld()).isZero();
        assertThat(end.recorder.closed).hasSize(1);
    }

    private CloseEvent closeEvent() {
        return end.recorder.closed.get(0);
    }

    /** Milliseconds until the peer receives something, at most so many. */
    private long passUntilWritten(long most) {
        long passed = 0;
        while (passed < most && end.channel.writes.isEmpty()) {
            end.pass(LoopState.TICK_MILLIS);
            passed += LoopState.TICK_MILLIS;
        }
        return passed;
    }

    private void stall() {
        end.channel.peerReads(0);
        ByteBuf payload = Unpooled.buffer(70_000).writeZero(70_000);
        end.connection.sendBytes(false, payload, 0, 70_000, null);
        payload.release();
        end.runTasks();
    }

    // ------------------------------------------------------------------------------------------------------- keepalive

    @Test
    void pingsAfterFourFifthsToAllOfTheIntervalAndNotAllConnectionsAtOnce() {
        Set<Long> times = new HashSet<>();
        for (int i = 0; i < 60; i++) {
            with(KEEPALIVE);
            long passed = passUntilWritten(30_000);
            assertThat(end.received()).containsExactly("ping ");
            assertThat(passed).isBetween(20_000L, 25_000L + 2 * LoopState.TICK_MILLIS);
            times.add(passed);
        }
        assertThat(times).hasSizeGreaterThan(10);
    }

    @Test
    void anythingReadPutsThePingOff() {
        for (int i = 0; i < 10; i++) {
            end.pass(19_000);
            end.read(end.fromPeer("still here"));
        }
        assertThat(end.received()).isEmpty();
    }

    @Test
    void noPingWhereKeepaliveIsOff() {
        with(Limits.DEFAULTS.withKeepalive(NONE, Duration.ofSeconds(1)));
        end.pass(600_000);
        assertThat(end.received()).isEmpty();
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
    }

    @Test
    void measuresTheRoundTripOfAPing() {
        passUntilWritten(30_000);
        end.received();
        end.nanos.addAndGet(1234);
        end.answer();
        assertThat(end.recorder.take()).containsExactly("round trip 1234", "pong ");
        end.read(end.pongFromPeer("unasked"));
        assertThat(end.recorder.take()).containsExactly("pong unasked");
    }

    @Test
    void cutsAPeerThatDoesNotAnswerAPing() {
        passUntilWritten(30_000);
        end.pass(20_000 - LoopState.TICK_MILLIS);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
        end.pass(3 * LoopState.TICK_MILLIS);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.CLOSED);
        assertThat(closeEvent())
                .isEqualTo(new CloseEvent(
                        1006, "", false, CloseKind.NO_PONG, "no answer to a ping within 20 s (pongTimeout)"));
    }

    @Test
    void whatTheOperatingSystemTakesForAPeerThatIsGoneIsNoSignOfLife() {
        for (int i = 0; i < 50; i++) {
            end.connection.sendText("into the void", null);
            end.pass(1000);
        }
        assertThat(closeEvent().cause()).startsWith("no answer to a ping");
    }

    @Test
    void anyBytesAnswerAPing() {
        passUntilWritten(30_000);
        end.pass(19_000);
        end.read(end.fromPeer("alive"));
        end.pass(15_000);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
    }

    @Test
    void goesOnPingingAPeerThatAnswers() {
        for (int i = 0; i < 20; i++) {
            passUntilWritten(30_000);
            assertThat(end.received()).containsExactly("ping ");
            end.answer();
        }
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
    }

    @Test
    void doesNotCutAConnectionThatItsOwnerHasPaused() {
        end.connection.pause();
        end.pass(600_000);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
        // They keep proxies in between from cutting it.
        assertThat(end.received()).hasSizeGreaterThan(20).containsOnly("ping ");
        end.connection.resume();
        end.runTasks();
        passUntilWritten(30_000);
        end.pass(21_000);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.CLOSED);
    }

    @Test
    void doesNotCutAPeerThatTakesWhatWeSendHoweverSlowly() {
        stall();
        end.connection.sendText("waits", null);
        for (int i = 0; i < 100; i++) {
            end.pass(10_000);
            end.channel.peerReads(100);
        }
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
    }

    @Test
    void cutsAPeerThatTakesNothingEvenWhileMoreIsBeingSent() {
        stall();
        long passed = 0;
        while (end.connection.readyState() == ReadyState.OPEN && passed < 600_000) {
            assertThat(end.connection.sendText("more", null)).isEqualTo(SendResult.QUEUED);
            end.pass(1000);
            passed += 1000;
        }
        assertThat(passed).isBetween(40_000L, 72_000L);
        assertThat(closeEvent().cause())
                .isEqualTo("the peer took nothing of what waits for it within 20 s (pongTimeout)");
    }

    // ----------------------------------------------------------------------------------------------------- send
    // timeout

    private static final Limits SEND_TIMEOUT = Limits.DEFAULTS
            .withKeepalive(Duration.ZERO, Duration.ofSeconds(20))
            .withSendTimeout(Duration.ofSeconds(10));

    @Test
    void cutsAPeerThatTakesNothingWhateverItSends() {
        with(SEND_TIMEOUT);
        stall();
        long passed = 0;
        while (end.connection.readyState() == ReadyState.OPEN && passed < 600_000) {
            end.read(end.fromPeer("you first"));
            end.pass(100);
            passed += 100;
        }
        assertThat(passed).isBetween(10_000L, 15_000L + 3 * LoopState.TICK_MILLIS);
        assertThat(closeEvent())
                .isEqualTo(new CloseEvent(
                        1006,
                        "",
                        false,
                        CloseKind.SEND_TIMEOUT,
                        "the peer took nothing of what waits for it for 10 s (sendTimeout)"));
    }

    @Test
    void aPeerThatTakesALittleWithinEachSendTimeoutIsKept() {
        with(SEND_TIMEOUT);
        stall();
        end.connection.sendText("waits", null);
        for (int i = 0; i < 100; i++) {
            end.pass(9000);
            end.channel.peerReads(10);
        }
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
    }

    @Test
    void theSendTimeoutBeginsAnewAfterEachStall() {
        with(SEND_TIMEOUT);
        for (int i = 0; i < 20; i++) {
            stall();
            end.pass(9000);
            end.channel.peerReadsAll();
            end.pass(6000);
        }
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
    }

    @Test
    void noPeerIsCutForTakingNothingWhileNothingWaitsForIt() {
        with(SEND_TIMEOUT);
        end.pass(600_000);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
    }

    @Test
    void aSendTimeoutOfZeroIsNone() {
        with(SEND_TIMEOUT.withSendTimeout(Duration.ZERO));
        stall();
        end.pass(600_000);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
    }

    // ------------------------------------------------------------------------------------------------------------ idle

    @Test
    void closesAnIdleConnectionWith1001() {
        with(IDLE);
        end.pass(60_000 - LoopState.TICK_MILLIS);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
        end.pass(3 * LoopState.TICK_MILLIS);
        assertThat(end.received()).containsExactly("close 1001 idle for 60 s (idleTimeout)");
        end.answer();
        assertThat(closeEvent())
                .isEqualTo(new CloseEvent(1001, "", true, CloseKind.IDLE, "idle for 60 s (idleTimeout)"));
    }

    @Test
    void messagesInEitherDirectionKeepAConnectionFromBeingIdle() {
        with(IDLE);
        for (int i = 0; i < 5; i++) {
            end.pass(50_000);
            end.read(end.fromPeer("in"));
            end.pass(50_000);
            end.connection.sendText("out", null);
        }
        end.runTasks();
        assertThat(end.received()).hasSize(5);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
    }

    @Test
    void pingsDoNotKeepAConnectionFromBeingIdle() {
        with(IDLE);
        for (int i = 0; i < 5; i++) {
            end.pass(10_000);
            end.read(end.pingFromPeer("p"));
            end.connection.ping(new byte[0]);
        }
        end.pass(10_300);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.CLOSING);
    }

    /** Row F03: what has begun and does not come is no message, from a server's peer and a client's alike. */
    @ParameterizedTest
    @EnumSource(Role.class)
    void aMessageThatIsNeverFinishedDoesNotKeepAConnectionFromBeingIdle(Role role) {
        end.close();
        end = new End(role, IDLE, SlowConsumerPolicy.CLOSE, Delivery.WHOLE);
        // The largest message, and its first byte.
        end.read(End.hex(role == Role.SERVER ? "82 ff 0000000000100000 00000000 61" : "82 7f 0000000000100000 61"));
        end.pass(60_000 - LoopState.TICK_MILLIS);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.OPEN);
        end.pass(3 * LoopState.TICK_MILLIS);
        assertThat(end.received()).containsExactly("close 1001 idle for 60 s (idleTimeout)");
        end.pass(IDLE.closeTimeout().toMillis() + 3 * LoopState.TICK_MILLIS);
        assertThat(closeEvent().kind()).isEqualTo(CloseKind.IDLE);
        assertThat(end.bytesHeld()).isZero();
    }

    /** The clock of a loop stands still while it has no timers. */
    @Test
    void aConnectionThatBeginsOnALoopLongAsleepIsNotIdle() {
        end.channel.close();
        end.runTasks();
        end.close();
        try (End other = new End(IDLE.withKeepalive(NONE, Duration.ofSeconds(1)).withIdleTimeout(NONE))) {
            other.pass(3_600_000);
            Recorder recorder = new Recorder();
            TestChannel channel = new TestChannel();
            LoopState loop = other.loop;
            Limits limits = KEEPALIVE.withIdleTimeout(Duration.ofSeconds(60));
            channel.pipeline().addLast(Ends.server(channel, loop, limits, SlowConsumerPolicy.CLOSE, recorder));
            other.pass(30_000);
            assertThat(recorder.closed).isEmpty();
            assertThat(channel.writes).hasSize(1);
            channel.finishAndReleaseAll();
        }
        end = new End(KEEPALIVE);
    }

    // --------------------------------------------------------------------------------------------------------- closing

    @Test
    void cutsAPeerThatNeverAnswersTheCloseFrame() {
        end.connection.close(1000, "done");
        end.runTasks();
        assertThat(end.received()).containsExactly("close 1000 done");
        for (int i = 0; i < 49; i++) {
            end.pass(LoopState.TICK_MILLIS);
            end.read(end.fromPeer("and on"));
        }
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.CLOSING);
        assertThat(end.recorder.take()).isEmpty();
        end.pass(3 * LoopState.TICK_MILLIS);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.CLOSED);
        assertThat(closeEvent())
                .isEqualTo(new CloseEvent(
                        1006,
                        "",
                        false,
                        CloseKind.CLOSE_TIMEOUT,
                        "the closing handshake was not finished within 5 s (closeTimeout)"));
    }

    @Test
    void closingAgainDoesNotExtendTheTime() {
        end.connection.close(1000, "");
        end.pass(4000);
        end.connection.close(1000, "");
        end.pass(1300);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.CLOSED);
    }

    @Test
    void aCloseFrameBehindMessagesWaitsWhileThePeerTakesThem() {
        stall();
        end.connection.sendText("waits", null);
        end.connection.close(1000, "");
        for (int i = 0; i < 10; i++) {
            end.pass(3000);
            end.channel.peerReads(100);
        }
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.CLOSING);
        end.pass(11_000);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.CLOSED);
        assertThat(closeEvent().wasClean()).isFalse();
    }

    @Test
    void aZeroWindowPeerIsCutAtTheCloseTimeout() {
        stall();
        end.connection.sendText("waits", null);
        end.connection.close(1000, "");
        end.pass(5300);
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.CLOSED);
        assertThat(end.bytesHeld()).isZero();
    }

    @Test
    void noKeepaliveWhileClosing() {
        with(KEEPALIVE.withCloseTimeout(Duration.ofMinutes(10)));
        end.connection.close(1000, "");
        end.runTasks();
        end.received();
        end.pass(300_000);
        assertThat(end.received()).isEmpty();
    }

    @Test
    void namesTimesBelowASecondInMilliseconds() {
        with(KEEPALIVE.withCloseTimeout(Duration.ofMillis(1500)));
        end.connection.close(1000, "");
        end.pass(2000);
        assertThat(closeEvent().cause()).contains("within 1500 ms");
    }

    @Test
    void anOwnerThatThrowsFromATimerLosesItsConnectionOnly() {
        with(IDLE.withMaxBufferedBytes(200_000));
        List<SendResult> results = List.of(end.connection.sendText("a", null));
        assertThat(results).containsExactly(SendResult.SENT);
        end.recorder.onDrain = () -> {
            throw new IllegalStateException("owner");
        };
        end.connection.outbox().oweDrain();
        end.runTasks();
        assertThat(closeEvent().cause()).isEqualTo("java.lang.IllegalStateException: owner");
        end.pass(100_000);
        assertThat(end.recorder.closed).hasSize(1);
    }
}
