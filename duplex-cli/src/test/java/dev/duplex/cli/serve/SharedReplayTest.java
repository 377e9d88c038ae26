package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RawClient;
import dev.duplex.cli.serve.BridgeOptions.Slow;
import dev.duplex.transport.SlowConsumerPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What newcomers get of what was said before they came: more here than sockets and a session have room for. */
@Timeout(120)
class SharedReplayTest {
    private static final int MESSAGES = 100;
    private static final int LENGTH = 200_000;

    /** More than a pipe holds and one read takes, so that it is read when all of it is written. */
    private static final int REST = 200_000;

    private static final int QUEUE = 256 * 1024;

    @TempDir
    private Path directory;

    /** Says all of it, and the beginning of a line, which is behind it; and then what comes. */
    private Served served(Slow slow, int queue) {
        Path written = directory.resolve("written");
        String script = "seq -f %0" + LENGTH + ".0f " + MESSAGES + "; head -c " + REST
                + " /dev/zero | tr '\\0' y; touch " + written + "; read -r line; echo; echo \"$line\"; exec cat";
        Served served = Served.setup()
                .shared(new SharedOptions(false, SharedOptions.Restart.never, MESSAGES), script)
                .bridge(new BridgeOptions(FrameOptions.LINES, queue, slow, false, true, () -> {}))
                .slow(SlowConsumerPolicy.CLOSE, slow == Slow.CLOSE ? QUEUE : QUEUE + 2 * LENGTH)
                .start();
        Served.await("all is written", () -> Files.exists(written));
        return served;
    }

    private static void readAll(RawClient client) {
        for (int i = 1; i <= MESSAGES; i++) {
            assertThat(Integer.parseInt(client.text())).isEqualTo(i);
        }
    }

    @ParameterizedTest
    @EnumSource(Slow.class)
    void isAllOfItAsFastAsTheyRead(Slow slow) {
        try (Served served = served(slow, QUEUE);
                RawClient client = served.connect()) {
            readAll(client);
            client.sendText("live");
            assertThat(client.text()).hasSize(REST).startsWith("yyy");
            assertThat(client.text()).isEqualTo("live");
        }
    }

    @Test
    void comesBeforeWhatIsSaidMeanwhile() {
        try (Served served = served(Slow.CLOSE, QUEUE);
                RawClient client = served.connect();
                RawClient talks = served.connect()) {
            readAll(talks);
            talks.sendText("live");
            assertThat(talks.text()).hasSize(REST);
            assertThat(talks.text()).isEqualTo("live");
            readAll(client);
            assertThat(client.text()).hasSize(REST);
            assertThat(client.text()).isEqualTo("live");
        }
    }

    @Test
    void isTheEndForWhomMoreThanMayWaitIsSaidMeanwhile() {
        try (Served served = served(Slow.CLOSE, REST / 2);
                RawClient client = served.connect();
                RawClient talks = served.connect()) {
            readAll(talks);
            talks.sendText("live");
            assertThat(talks.text()).hasSize(REST);
            int next = 1;
            RawClient.Frame frame = client.frame();
            for (; frame.opcode() == 1; frame = client.frame()) {
                assertThat(Integer.parseInt(frame.text())).isEqualTo(next++);
            }
            assertThat(next).isLessThan(MESSAGES);
            assertThat(frame.opcode()).isEqualTo(8);
            assertThat(frame.hex()).startsWith("03f5"); // 1013
        }
    }
}
