package dev.duplex.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChatHistoryTest {
    @Test
    void forgetsTheOldestFirst() {
        ChatHistory history = new ChatHistory(2);
        history.add("a");
        history.add("b");
        history.add("c");
        assertThat(history.messages()).containsExactly("b", "c");
    }

    @Test
    void canBeOff() {
        ChatHistory history = new ChatHistory(0);
        history.add("a");
        assertThat(history.messages()).isEmpty();
    }

    @Test
    void isBoundedInSizeToo() {
        ChatHistory history = new ChatHistory(1000);
        String big = "x".repeat(ChatHistory.MAX_CHARACTERS / 4);
        for (int i = 0; i < 10; i++) {
            history.add(big);
        }
        assertThat(history.messages()).hasSize(4);
    }
}
