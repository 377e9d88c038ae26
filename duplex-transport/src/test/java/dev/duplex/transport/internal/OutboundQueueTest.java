package dev.duplex.transport.internal;

import static dev.duplex.transport.internal.OutboundQueue.Outcome.DROPPED;
import static dev.duplex.transport.internal.OutboundQueue.Outcome.OVERFLOW;
import static dev.duplex.transport.internal.OutboundQueue.Outcome.QUEUED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.transport.SlowConsumerPolicy;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutboundQueueTest {
    /** Room for three messages of a hundred bytes and what each costs besides. */
    private static final int MAX = 3 * (100 + Outgoing.OVERHEAD_BYTES);

    private static Outgoing message(int bytes) {
        return new Outgoing.Bytes(false, new byte[bytes], null);
    }

    private static Outgoing keyed(int bytes, String key) {
        return new Outgoing.Bytes(false, new byte[bytes], key);
    }

    private static Outgoing part(int bytes) {
        return new Outgoing.Part(false, new byte[bytes], false);
    }

    private static List<Outgoing> emptied(OutboundQueue queue) {
        List<Outgoing> all = new ArrayList<>();
        for (Outgoing next = queue.poll(); next != null; next = queue.poll()) {
            all.add(next);
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheOrderWithinTheBound(SlowConsumerPolicy policy) {
        OutboundQueue queue = new OutboundQueue(policy, MAX);
        List<Outgoing> offered = List.of(message(100), message(99), message(98));
        for (Outgoing message : offered) {
            assertThat(queue.offer(message, 0)).isEqualTo(QUEUED);
        }
        assertThat(queue.bytes()).isEqualTo(297);
        assertThat(queue.takeDropped()).isZero();
        assertThat(emptied(queue)).containsExactlyElementsOf(offered);
        assertThat(queue.bytes()).isZero();
        assertThat(queue.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void countsWhatWaitsElsewhere(SlowConsumerPolicy policy) {
        OutboundQueue queue = new OutboundQueue(policy, MAX);
        assertThat(queue.offer(message(100), MAX - 164)).isEqualTo(QUEUED);
        queue.clear();
        assertThat(queue.offer(message(100), MAX - 163)).isNotEqualTo(QUEUED);
    }

    @Test
    void overflowsUnderClose() {
        OutboundQueue queue = new OutboundQueue(SlowConsumerPolicy.CLOSE, MAX);
        queue.offer(message(228), 0);
        assertThat(queue.offer(message(137), 0)).isEqualTo(OVERFLOW);
        assertThat(queue.offer(message(136), 0)).isEqualTo(QUEUED);
        assertThat(queue.bytes()).isEqualTo(364);
    }

    @Test
    void dropsTheNewest() {
        OutboundQueue queue = new OutboundQueue(SlowConsumerPolicy.DROP_NEWEST, MAX);
        Outgoing first = message(300);
        queue.offer(first, 0);
        assertThat(queue.offer(message(100), 0)).isEqualTo(DROPPED);
        assertThat(queue.takeDropped()).isZero();
        assertThat(emptied(queue)).containsExactly(first);
    }

    @Test
    void dropsAsManyOfTheOldestAsItTakesAndSaysHowMany() {
        OutboundQueue queue = new OutboundQueue(SlowConsumerPolicy.DROP_OLDEST, MAX);
        Outgoing third = message(100);
        Outgoing fourth = message(101);
        queue.offer(message(100), 0);
        queue.offer(message(100), 0);
        queue.offer(third, 0);
        assertThat(queue.offer(fourth, 0)).isEqualTo(QUEUED);
        assertThat(queue.takeDropped()).isEqualTo(2);
        assertThat(queue.takeDropped()).isZero();
        assertThat(queue.bytes()).isEqualTo(201);
        assertThat(emptied(queue)).containsExactly(third, fourth);
    }

    @Test
    void dropsNothingForAMessageThatWouldNotFitEvenThen() {
        OutboundQueue queue = new OutboundQueue(SlowConsumerPolicy.DROP_OLDEST, MAX);
        Outgoing first = message(100);
        queue.offer(first, 0);
        assertThat(queue.offer(message(MAX), 0)).isEqualTo(DROPPED);
        assertThat(queue.takeDropped()).isZero();
        assertThat(emptied(queue)).containsExactly(first);
    }

    @Test
    void neverDropsPartsAndControlFrames() {
        OutboundQueue queue = new OutboundQueue(SlowConsumerPolicy.DROP_OLDEST, MAX);
        Outgoing part = part(100);
        Outgoing ping = new Outgoing.Ping(new byte[5]);
        Outgoing close = new Outgoing.Close(1000, "");
        Outgoing last = message(100);
        queue.add(part);
        queue.add(ping);
        queue.offer(message(100), 0);
        queue.add(close);
        assertThat(queue.offer(last, 0)).isEqualTo(QUEUED);
        assertThat(emptied(queue)).containsExactly(part, ping, close, last);
        assertThat(queue.bytes()).isZero();
    }

    @Test
    void saysWhetherSomethingFits() {
        OutboundQueue queue = new OutboundQueue(SlowConsumerPolicy.CLOSE, MAX);
        assertThat(queue.hasRoomFor(part(MAX - 64), 0)).isTrue();
        assertThat(queue.hasRoomFor(part(MAX - 64), 1)).isFalse();
        queue.add(part(0));
        assertThat(queue.hasRoomFor(part(MAX - 64), 0)).isFalse();
    }

    @Test
    void conflatesMessagesOfTheSameKeyInThePlaceOfTheFirst() {
        OutboundQueue queue = new OutboundQueue(SlowConsumerPolicy.CONFLATE, MAX);
        Outgoing b = keyed(10, "b");
        Outgoing latest = keyed(20, "a");
        queue.offer(keyed(100, "a"), 0);
        queue.offer(b, 0);
        assertThat(queue.offer(latest, 0)).isEqualTo(QUEUED);
        assertThat(queue.takeDropped()).isEqualTo(1);
        assertThat(queue.bytes()).isEqualTo(30);
        assertThat(emptied(queue)).containsExactly(latest, b);
        // What has left is not there to be replaced.
        assertThat(queue.offer(keyed(1, "a"), 0)).isEqualTo(QUEUED);
        assertThat(queue.takeDropped()).isZero();
        assertThat(queue.bytes()).isEqualTo(1);
    }

    @Test
    void conflationDoesNotGrowBeyondTheBound() {
        OutboundQueue queue = new OutboundQueue(SlowConsumerPolicy.CONFLATE, MAX);
        queue.offer(keyed(1, "a"), 0);
        assertThat(queue.offer(keyed(MAX - 64, "a"), 0)).isEqualTo(QUEUED);
        assertThat(queue.offer(keyed(MAX - 63, "a"), 0)).isEqualTo(OVERFLOW);
        assertThat(queue.bytes()).isEqualTo(MAX - 64);
    }

    @Test
    void emptyMessagesMeetTheBoundToo() {
        OutboundQueue queue = new OutboundQueue(SlowConsumerPolicy.DROP_NEWEST, MAX);
        int taken = 0;
        while (taken < 1000 && queue.offer(message(0), 0) == QUEUED) {
            taken++;
        }
        assertThat(taken).isEqualTo(MAX / Outgoing.OVERHEAD_BYTES);
    }

    @Test
    void takesOverAnotherQueueBehindItsOwn() {
        OutboundQueue queue = new OutboundQueue(SlowConsumerPolicy.CONFLATE, MAX);
        OutboundQueue other = new OutboundQueue(SlowConsumerPolicy.CONFLATE, MAX);
        Outgoing a = keyed(1, "a");
        Outgoing b = keyed(2, "b");
        Outgoing laterA = keyed(3, "a");
        queue.offer(a, 0);
        other.offer(b, 0);
        other.offer(laterA, 0);
        queue.addAll(other);
        assertThat(other.isEmpty()).isTrue();
        assertThat(other.bytes()).isZero();
        assertThat(queue.bytes()).isEqualTo(6);
        assertThat(emptied(queue)).containsExactly(a, b, laterA);
    }

    @Property
    void countsWhatIsThereAndKeepsItsBound(
            @ForAll SlowConsumerPolicy policy, @ForAll @Size(max = 60) List<@IntRange(max = 399) Integer> steps) {
        OutboundQueue queue = new OutboundQueue(policy, MAX);
        for (int step : steps) {
            if (step >= 350) {
                queue.poll();
            } else {
                queue.offer(step % 2 == 0 ? message(step) : keyed(step, "k" + step % 3), 0);
            }
        }
        int bytes = queue.bytes();
        List<Outgoing> left = emptied(queue);
        assertThat(left.stream().mapToInt(Outgoing::bytes).sum()).isEqualTo(bytes);
        assertThat(left.stream().mapToLong(Outgoing::charge).sum()).isLessThanOrEqualTo(MAX);
        assertThat(queue.bytes()).isZero();
    }
}
