package dev.duplex.cli.connect.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.connect.Outgoing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of messages while there is no connection; TerminalSessionTest has the rest. */
class OutboxTest {
    private final List<Outgoing> sent = new ArrayList<>();

    @Test
    void keepsNothingWhereNoConnectionFollows() {
        Outbox outbox = new Outbox(false, 100, sent::add);
        assertThat(outbox.send(new Outgoing.Text("x"))).isEqualTo(Outbox.Fate.NOT_SENT);
        assertThat(outbox.waiting()).isZero();
        assertThat(outbox.socket()).isEmpty();
    }

    @Test
    void keepsAsManyMessagesAsFit() {
        Outbox outbox = new Outbox(true, 1000, sent::add);
        for (int i = 0; i < Outbox.MOST_WAITING; i++) {
            assertThat(outbox.send(new Outgoing.Text("x"))).isEqualTo(Outbox.Fate.WAITS);
        }
        assertThat(outbox.send(new Outgoing.Text("x"))).isEqualTo(Outbox.Fate.NOT_SENT);
        assertThat(outbox.waiting()).isEqualTo(Outbox.MOST_WAITING);
        assertThat(sent).isEmpty();
    }

    @Test
    void keepsAsManyBytesAsFit() {
        Outbox outbox = new Outbox(true, 10, sent::add);
        assertThat(outbox.send(new Outgoing.Text("你好"))).isEqualTo(Outbox.Fate.WAITS);
        assertThat(outbox.send(new Outgoing.Binary(new byte[5]))).isEqualTo(Outbox.Fate.NOT_SENT);
        assertThat(outbox.send(new Outgoing.Binary(new byte[4]))).isEqualTo(Outbox.Fate.WAITS);
    }

    @Test
    void knowsWhetherThereWasAConnection() {
        assertThat(new Outbox(true, 10, sent::add).lost()).isFalse();
    }
}
