package dev.duplex.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class LongQueueTest {
    @Property
    void isAQueue(@ForAll List<Boolean> steps) {
        LongQueue queue = new LongQueue(1);
        Queue<Long> model = new ArrayDeque<>();
        long next = 0;
        for (boolean add : steps) {
            if (add || model.isEmpty()) {
                queue.add(next);
                model.add(next++);
            } else {
                assertThat(queue.take()).isEqualTo(model.remove());
            }
            assertThat(queue.size()).isEqualTo(model.size());
        }
    }

    @Test
    void letsTheMiddleBeSeenAndChanged() {
        LongQueue queue = new LongQueue(2);
        for (long i = 0; i < 10; i++) {
            queue.add(i);
        }
        queue.take();
        queue.set(1, -1);
        assertThat(queue.get(0)).isEqualTo(1);
        assertThat(queue.get(1)).isEqualTo(-1);
        queue.clear();
        assertThat(queue.isEmpty()).isTrue();
    }
}
