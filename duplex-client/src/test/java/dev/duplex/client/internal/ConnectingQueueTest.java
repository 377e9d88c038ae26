package dev.duplex.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectingQueueTest {
    private final ConnectingQueue queue = new ConnectingQueue();
    private final List<String> begun = new ArrayList<>();

    @Test
    void oneAttemptPerAddressAtATimeInTheOrderOfArrival() {
        queue.enter("a:1", () -> begun.add("first"));
        queue.enter("a:1", () -> begun.add("second"));
        queue.enter("a:1", () -> begun.add("third"));
        assertThat(begun).containsExactly("first");
        queue.leave("a:1");
        assertThat(begun).containsExactly("first", "second");
        queue.leave("a:1");
        assertThat(begun).containsExactly("first", "second", "third");
    }

    @Test
    void otherAddressesDoNotWait() {
        queue.enter("a:1", () -> begun.add("a:1"));
        queue.enter("a:2", () -> begun.add("a:2"));
        assertThat(begun).containsExactly("a:1", "a:2");
    }

    @Test
    void anAddressThatAllHaveLeftIsFree() {
        queue.enter("a:1", () -> {});
        queue.leave("a:1");
        queue.enter("a:1", () -> begun.add("later"));
        assertThat(begun).containsExactly("later");
    }
}
