package dev.duplex.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.Limits;
import dev.duplex.transport.SlowConsumerPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoopStateTest {
    private static final class Alarm extends TimerWheel.Timer {
        int rang;

        @Override
        protected long expired(long now) {
            rang++;
            if (rang == 1) {
                throw new IllegalStateException("the first time");
            }
            return TimerWheel.NEVER;
        }
    }

    @Test
    void goesOnTickingAfterATimerHasThrown() {
        try (End end = new End()) {
            Alarm broken = new Alarm();
            Alarm other = new Alarm();
            other.rang = 1;
            end.loop.expireIn(broken, 1000);
            end.loop.expireIn(other, 5000);
            end.pass(6000);
            assertThat(broken.rang).isEqualTo(1);
            assertThat(other.rang).isEqualTo(2);
        }
    }

    @Test
    void ticksOnlyWhileATimerIsSet() {
        Limits withoutTimers = Limits.DEFAULTS
                .withKeepalive(Duration.ZERO, Duration.ofSeconds(1))
                .withSendTimeout(Duration.ZERO);
        try (End end = new End(withoutTimers)) {
            Alarm alarm = new Alarm();
            alarm.rang = 1;
            end.loop.expireIn(alarm, 1000);
            assertThat(end.channel.runScheduledPendingTasks()).isNotEqualTo(-1);
            end.pass(2000);
            assertThat(alarm.rang).isEqualTo(2);
            assertThat(end.channel.runScheduledPendingTasks()).isEqualTo(-1);
        }
    }

    @Test
    void knowsTheTimeOnAClockThatBeganBelowZero() {
        try (End end = new End()) {
            end.nanos.set(-5_000_000_000L);
            LoopState loop = new LoopState(end.channel.eventLoop(), end.nanos::get, end.deflate);
            assertThat(loop.now()).isZero();
            end.nanos.addAndGet(7_000_000_000L);
            assertThat(loop.refreshedNow()).isEqualTo(7000);
        }
    }

    /** Many connections share the flush at the end of a turn; one whose owner throws must not take the others with it. */
    @Test
    void aConnectionWhoseOwnerThrowsDoesNotKeepOthersFromFlushing() {
        try (End end = new End()) {
            TestChannel other = new TestChannel();
            WebSocketConnection second =
                    Ends.server(other, end.loop, Limits.DEFAULTS, SlowConsumerPolicy.CLOSE, new Recorder());
            other.pipeline().addLast(second);
            end.recorder.onDrain = () -> {
                throw new IllegalStateException("owner");
            };
            end.connection.sendText("first", null);
            end.connection.outbox().oweDrain();
            second.sendText("second", null);
            end.runTasks();
            assertThat(end.received()).containsExactly("text first");
            assertThat(other.writes).hasSize(1);
            assertThat(end.recorder.closed).hasSize(1);
            assertThat(end.recorder.closed.get(0).cause()).isEqualTo("java.lang.IllegalStateException: owner");
            other.finishAndReleaseAll();
        }
    }
}
