package dev.duplex.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimerWheelTest {
    private static final long TICK = 100;

    private static final class Alarm extends TimerWheel.Timer {
        final List<Long> rang = new ArrayList<>();
        private final LongUnaryOperator next;

        Alarm() {
            this(now -> TimerWheel.NEVER);
        }

        Alarm(LongUnaryOperator next) {
            this.next = next;
        }

        @Override
        protected long expired(long now) {
            rang.add(now);
            return next.applyAsLong(now);
        }
    }

    private final TimerWheel wheel = new TimerWheel(TICK, 0);

    private void advanceTo(long from, long to) {
        for (long now = from; now <= to; now += TICK) {
            wheel.advance(now);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 99, 100, 101, 12_799, 12_800, 12_801, 1_000_000})
    void expiresWithinOneTickAfterTheDeadlineAndNotBefore(long deadline) {
        Alarm alarm = new Alarm();
        wheel.schedule(alarm, deadline);
        advanceTo(0, deadline + 1000);
        assertThat(alarm.rang).hasSize(1);
        assertThat(alarm.rang.get(0)).isBetween(deadline, deadline + TICK);
        assertThat(wheel.size()).isZero();
    }

    @Test
    void worksOnAClockBelowZero() {
        TimerWheel negative = new TimerWheel(TICK, -1_000_050);
        Alarm alarm = new Alarm();
        negative.schedule(alarm, -1_000_000);
        negative.advance(-1_000_001);
        assertThat(alarm.rang).isEmpty();
        negative.advance(-999_900);
        assertThat(alarm.rang).containsExactly(-999_900L);
    }

    @Test
    void aDeadlineThatHasPassedExpiresAtTheNextTick() {
        advanceTo(0, 1000);
        Alarm alarm = new Alarm();
        wheel.schedule(alarm, 3);
        wheel.advance(1100);
        assertThat(alarm.rang).containsExactly(1100L);
    }

    @Test
    void expiresEverythingThatBecameDueDuringALongPause() {
        List<Alarm> alarms = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Alarm alarm = new Alarm();
            alarms.add(alarm);
            wheel.schedule(alarm, i * 77L);
        }
        wheel.advance(10_000_000);
        assertThat(alarms).allSatisfy(alarm -> assertThat(alarm.rang).containsExactly(10_000_000L));
        assertThat(wheel.size()).isZero();
    }

    @Test
    void aCancelledTimerStaysSilent() {
        Alarm alarm = new Alarm();
        wheel.schedule(alarm, 500);
        wheel.cancel(alarm);
        wheel.cancel(alarm);
        advanceTo(0, 1000);
        assertThat(alarm.rang).isEmpty();
        assertThat(wheel.size()).isZero();
    }

    @Test
    void aMovedTimerExpiresOnce() {
        Alarm alarm = new Alarm();
        wheel.schedule(alarm, 500);
        wheel.schedule(alarm, 900);
        assertThat(wheel.size()).isEqualTo(1);
        advanceTo(0, 899);
        assertThat(alarm.rang).isEmpty();
        advanceTo(900, 2000);
        assertThat(alarm.rang).hasSize(1);
    }

    @Test
    void schedulingForNeverCancels() {
        Alarm alarm = new Alarm();
        wheel.schedule(alarm, 500);
        wheel.schedule(alarm, TimerWheel.NEVER);
        assertThat(wheel.size()).isZero();
    }

    @Test
    void setsATimerAgainForWhatItReturns() {
        Alarm alarm = new Alarm(now -> now + 1000);
        wheel.schedule(alarm, 1000);
        advanceTo(0, 5000);
        assertThat(alarm.rang).hasSizeBetween(4, 5);
        assertThat(wheel.size()).isEqualTo(1);
    }

    @Test
    void aTimerMayCancelAnotherThatIsDueAtTheSameTime() {
        List<Alarm> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int other = 1 - i;
            both.add(new Alarm(now -> {
                wheel.cancel(both.get(other));
                return TimerWheel.NEVER;
            }));
        }
        both.forEach(alarm -> wheel.schedule(alarm, 500));
        advanceTo(0, 1000);
        assertThat(both.get(0).rang.size() + both.get(1).rang.size()).isEqualTo(1);
        assertThat(wheel.size()).isZero();
    }

    @Test
    void aTimerMaySetAnotherThatIsDueAtTheSameTime() {
        List<Alarm> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int other = 1 - i;
            both.add(new Alarm(now -> {
                if (both.get(other).rang.isEmpty()) {
                    wheel.schedule(both.get(other), 900);
                }
                return TimerWheel.NEVER;
            }));
        }
        both.forEach(alarm -> wheel.schedule(alarm, 500));
        advanceTo(0, 899);
        assertThat(both.get(0).rang.size() + both.get(1).rang.size()).isEqualTo(1);
        advanceTo(900, 1100);
        assertThat(both).allSatisfy(alarm -> assertThat(alarm.rang).hasSize(1));
    }

    @Test
    void ifOneThrowsTheOthersStillExpire() {
        Alarm broken = new Alarm(now -> {
            throw new IllegalStateException("broken");
        });
        Alarm before = new Alarm();
        Alarm after = new Alarm();
        wheel.schedule(before, 500);
        wheel.schedule(broken, 500);
        wheel.schedule(after, 500);
        assertThatThrownBy(() -> advanceTo(0, 1000)).hasMessage("broken");
        advanceTo(700, 1000);
        assertThat(before.rang).hasSize(1);
        assertThat(after.rang).hasSize(1);
        assertThat(broken.rang).hasSize(1);
        assertThat(wheel.size()).isZero();
    }

    /** Every step sets (to now plus a delay), cancels or lets time pass; a list of deadlines does the same naively. */
    @Property
    void agreesWithAListOfDeadlines(@ForAll @Size(max = 80) List<@IntRange(max = 29_999) Integer> steps) {
        TimerWheel tested = new TimerWheel(TICK, 0);
        List<Alarm> alarms = new ArrayList<>();
        List<Long> deadlines = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            alarms.add(new Alarm());
            deadlines.add(TimerWheel.NEVER);
        }
        long now = 0;
        for (int step : steps) {
            int which = step % 5;
            long amount = step / 15 * 10L;
            switch (step / 5 % 3) {
                case 0 -> {
                    tested.schedule(alarms.get(which), now + amount);
                    deadlines.set(which, now + amount);
                }
                case 1 -> {
                    tested.cancel(alarms.get(which));
                    deadlines.set(which, TimerWheel.NEVER);
                }
                default -> {
                    now += amount;
                    tested.advance(now);
                }
            }
            int set = 0;
            for (int i = 0; i < 5; i++) {
                List<Long> rang = alarms.get(i).rang;
                if (!rang.isEmpty()) {
                    assertThat(rang).as("timer %d", i).containsExactly(now);
                    assertThat(deadlines.get(i)).isLessThanOrEqualTo(now);
                    deadlines.set(i, TimerWheel.NEVER);
                    rang.clear();
                } else if (deadlines.get(i) != TimerWheel.NEVER) {
                    assertThat(deadlines.get(i)).as("timer %d", i).isGreaterThanOrEqualTo(now - amountOf(step));
                    set++;
                }
            }
            assertThat(tested.size()).isEqualTo(set);
        }
    }

    /** How late it may be: the tick after the deadline's, seen from the last advance. */
    private static long amountOf(int step) {
        return step / 5 % 3 == 2 ? TICK : Long.MAX_VALUE / 2;
    }
}
