package dev.duplex.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class AgendaTest {
    @Test
    void hasNothingToDoBeforeItsTime() {
        Agenda agenda = new Agenda(0);
        List<Long> done = new ArrayList<>();
        agenda.add(100, done::add);
        assertThat(agenda.next()).isEqualTo(100);
        assertThat(agenda.run(99, 10)).isZero();
        assertThat(done).isEmpty();
        assertThat(agenda.run(100, 10)).isEqualTo(1);
        assertThat(done).containsExactly(100L);
        assertThat(agenda.next()).isEqualTo(Agenda.NEVER);
    }

    @Test
    void leavesTheRestForTheNextTurn() {
        Agenda agenda = new Agenda(0);
        List<Long> done = new ArrayList<>();
        for (long time = 5; time > 0; time--) {
            agenda.add(time, done::add);
        }
        assertThat(agenda.run(10, 2)).isEqualTo(2);
        assertThat(done).containsExactly(1L, 2L);
        assertThat(agenda.size()).isEqualTo(3);
    }

    @Test
    void takesNewEntriesWhileItRuns() {
        Agenda agenda = new Agenda(0);
        List<Long> done = new ArrayList<>();
        Agenda.Entry[] again = new Agenda.Entry[1];
        again[0] = time -> {
            done.add(time);
            agenda.add(time + 10, again[0]);
        };
        agenda.add(0, again[0]);
        agenda.run(35, 100);
        assertThat(done).containsExactly(0L, 10L, 20L, 30L);
        assertThat(agenda.next()).isEqualTo(40);
    }

    @Test
    void doesNotMindAClockThatWraps() {
        Agenda agenda = new Agenda(Long.MAX_VALUE - 5);
        List<Long> done = new ArrayList<>();
        agenda.add(Long.MIN_VALUE + 3, done::add); // nine later
        agenda.add(Long.MAX_VALUE - 1, done::add);
        agenda.run(Long.MAX_VALUE, 10);
        assertThat(done).containsExactly(Long.MAX_VALUE - 1);
        agenda.run(Long.MIN_VALUE + 3, 10);
        assertThat(done).hasSize(2);
    }

    @Property
    void goesInTheOrderOfTime(@ForAll List<@LongRange(min = 0, max = 1000) Long> times) {
        Agenda agenda = new Agenda(0);
        List<Long> done = new ArrayList<>();
        times.forEach(time -> agenda.add(time, done::add));
        agenda.run(1000, Integer.MAX_VALUE);
        assertThat(done).containsExactlyElementsOf(times.stream().sorted().toList());
    }
}
