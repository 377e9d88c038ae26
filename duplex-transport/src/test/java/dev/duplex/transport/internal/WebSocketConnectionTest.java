package dev.duplex.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.transport.ReadyState;
import dev.duplex.transport.SendResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebSocketConnectionTest {
    private End end = new End();

    @AfterEach
    void everythingIsReleased() {
        end.close();
        assertThat(end.bytesHeld()).isZero();
        assertThat(end.recorder.closed).hasSize(1);
    }

    @Test
    void manyFramesOfOneReadLeaveInOneWrite() {
        end.recorder.onMessage = message -> end.connection.sendText("re: " + message, null);
        end.read(end.fromPeer("a", "b", "c"));
        assertThat(end.recorder.take()).containsExactly("text a", "text b", "text c");
        assertThat(end.channel.writes).hasSize(1);
        assertThat(end.received()).containsExactly("text re: a", "text re: b", "text re: c");
    }

    @Test
    void sendsOutsideAReadAreFlushedOnceAtTheEndOfTheTurn() {
        assertThat(end.connection.sendText("a", null)).isEqualTo(SendResult.SENT);
        assertThat(end.connection.sendText("b", null)).isEqualTo(SendResult.SENT);
        assertThat(end.channel.writes).isEmpty();
        end.runTasks();
        assertThat(end.channel.writes).hasSize(1);
        assertThat(end.received()).containsExactly("text a", "text b");
    }

    @Test
    void answersThePeersCloseFrameAndClosesTcpFirst() {
        end.read(end.closeFromPeer(1001, "bye"));
        assertThat(end.received()).containsExactly("close 1001 ");
        assertThat(end.channel.isOpen()).isFalse();
        assertThat(end.recorder.closed.get(0).code()).isEqualTo(1001);
        assertThat(end.recorder.closed.get(0).reason()).isEqualTo("bye");
        assertThat(end.recorder.closed.get(0).wasClean()).isTrue();
        assertThat(end.connection.readyState()).isEqualTo(ReadyState.CLOSED);
    }
}
