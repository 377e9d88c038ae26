package dev.duplex.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.PreparedMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How often the operating system is asked to write: each entry of {@code writes} is one call of the transport. */
class WritesPerReadTest {
    private static final int MESSAGES = 64;

    private final End end = new End();

    @AfterEach
    void close() {
        end.close();
    }

    @Test
    void theAnswersToAllMessagesOfAReadLeaveInOneWrite() {
        String[] messages =
                Collections.nCopies(MESSAGES, "twenty bytes of text").toArray(new String[0]);
        end.recorder.onMessage = text -> end.connection.sendText(text, null);
        for (int read = 1; read <= 3; read++) {
            end.read(end.fromPeer(messages));
            end.runTasks();
            assertThat(end.channel.writes).hasSize(read);
        }
        assertThat(end.received()).hasSize(3 * MESSAGES).containsOnly("text twenty bytes of text");
    }

    @Test
    void pongsLeaveWithTheAnswersOfTheirRead() {
        end.recorder.onMessage = text -> end.connection.sendText(text, null);
        end.read(Unpooled.wrappedBuffer(end.fromPeer("a"), end.pingFromPeer("p"), end.fromPeer("b")));
        end.runTasks();
        assertThat(end.channel.writes).hasSize(1);
        assertThat(end.received()).containsExactly("text a", "pong p", "text b");
    }

    @Test
    void whatIsPublishedInOneTurnLeavesInOneWrite() {
        byte[] utf8 = "sixteen at a time".getBytes(StandardCharsets.UTF_8);
        ByteBuf payload = Unpooled.wrappedBuffer(utf8);
        for (int i = 0; i < 16; i++) {
            try (PreparedMessage prepared = new PreparedMessage(true, payload, end.deflate, end.allocator)) {
                end.connection.sendPrepared(prepared, true, utf8, null);
            }
        }
        assertThat(end.channel.writes).isEmpty();
        end.runTasks();
        assertThat(end.channel.writes).hasSize(1);
        assertThat(end.received()).hasSize(16).containsOnly("text sixteen at a time");
    }

    @Test
    void nothingIsWrittenWhereNothingIsSent() {
        end.read(end.fromPeer("a", "b"));
        end.runTasks();
        assertThat(end.channel.writes).isEmpty();
    }
}
