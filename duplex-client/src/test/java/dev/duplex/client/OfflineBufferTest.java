package dev.duplex.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.client.OfflineBuffer.Message;
import dev.duplex.client.OfflineBuffer.Outcome;
import dev.duplex.client.ReconnectingWebSocket.Overflow;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OfflineBufferTest {
    private static Outcome taken(Object... dropped) {
        return new Outcome(true, List.of(dropped));
    }

    private static final Outcome NOT_TAKEN = new Outcome(false, List.of());

    private static List<Object> contents(OfflineBuffer buffer) {
        List<Object> all = new ArrayList<>();
        while (!buffer.isEmpty()) {
            all.add(buffer.remove().data());
        }
        return all;
    }

    @Test
    void keepsTheOrder() {
        OfflineBuffer buffer = new OfflineBuffer(10, 100, Overflow.DROP_NEWEST);
        assertThat(buffer.offer(new Message("a", 1))).isEqualTo(taken());
        assertThat(buffer.offer(new Message("b", 1))).isEqualTo(taken());
        assertThat(contents(buffer)).containsExactly("a", "b");
    }

    @Test
    void takesNothingWithoutRoomForAMessage() {
        for (Overflow overflow : Overflow.values()) {
            OfflineBuffer none = new OfflineBuffer(0, 100, overflow);
            assertThat(none.offer(new Message("a", 0))).isEqualTo(NOT_TAKEN);
        }
    }

    @Test
    void theNewestIsNotTakenOnceItIsFull() {
        OfflineBuffer buffer = new OfflineBuffer(2, 10, Overflow.DROP_NEWEST);
        buffer.offer(new Message("a", 6));
        assertThat(buffer.offer(new Message("too long", 5))).isEqualTo(NOT_TAKEN);
        assertThat(buffer.offer(new Message("b", 4))).isEqualTo(taken());
        assertThat(buffer.offer(new Message("one too many", 0))).isEqualTo(NOT_TAKEN);
        assertThat(contents(buffer)).containsExactly("a", "b");
    }

    @Test
    void theOldestGoUntilTheNewestFits() {
        OfflineBuffer buffer = new OfflineBuffer(3, 10, Overflow.DROP_OLDEST);
        buffer.offer(new Message("a", 3));
        buffer.offer(new Message("b", 3));
        buffer.offer(new Message("c", 3));
        assertThat(buffer.offer(new Message("d", 1))).isEqualTo(taken("a"));
        assertThat(buffer.offer(new Message("e", 9))).isEqualTo(taken("b", "c"));
        assertThat(contents(buffer)).containsExactly("d", "e");
    }

    @Test
    void whatNeverFitsDropsNothingElse() {
        OfflineBuffer buffer = new OfflineBuffer(3, 10, Overflow.DROP_OLDEST);
        buffer.offer(new Message("a", 3));
        assertThat(buffer.offer(new Message("huge", 11))).isEqualTo(NOT_TAKEN);
        assertThat(contents(buffer)).containsExactly("a");
    }

    @Test
    void whatHasLeftMakesRoom() {
        OfflineBuffer buffer = new OfflineBuffer(1, 10, Overflow.DROP_NEWEST);
        for (int i = 0; i < 100; i++) {
            assertThat(buffer.offer(new Message(i, 10))).isEqualTo(taken());
            assertThat(buffer.remove().data()).isEqualTo(i);
        }
    }
}
