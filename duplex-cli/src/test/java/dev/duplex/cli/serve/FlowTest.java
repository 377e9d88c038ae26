package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RawClient;
import dev.duplex.cli.serve.BridgeOptions.Slow;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.handshake.HttpFields;
import dev.duplex.server.WebSocketServer;
import dev.duplex.transport.SlowConsumerPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who does not read is not written to for ever: clients that do not, and programs that do not. */
@Timeout(120)
class FlowTest {
    private static final int TEXT = 0x81;
    private static final int LINE = 10_000;

    /** As many turns of the loops that serve everybody without any progress are a standstill, not a pause. */
    private static final int TURNS = 50;

    /** So that one connection's turns say something of the others'. */
    private static final UnaryOperator<WebSocketServer.Builder> ONE_LOOP = builder -> builder.eventLoops(1);

    /** What the first line says decides: an echo, or lines without end. */
    private static final String EITHER =
            "read -r word; echo $$; [ $word = flood ] && exec yes $(head -c 9999 /dev/zero | tr '\\0' x); exec cat";

    @TempDir
    private Path directory;

    /** Messages back and forth, for which each loop has to come round: whatever could happen by then has happened. */
    private static void turns(RawClient echo, int times) {
        for (int i = 0; i < times; i++) {
            assertThat(echo.sendText("turn " + i).text()).isEqualTo("turn " + i);
        }
    }

    private static RawClient echo(Served served) {
        RawClient echo = served.connect();
        echo.sendText("echo").text();
        return echo;
    }

    private static String proc(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/" + file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a process has written until now. */
    private static long written(long pid) {
        return proc(pid, "io")
                .lines()
                .filter(line -> line.startsWith("wchar: "))
                .mapToLong(line -> Long.parseLong(line.substring(7)))
                .sum();
    }

    private static long counted(Served served, String name) {
        return served.counted()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .sum();
    }

    @Test
    void stopsAProgramWhoseClientDoesNotRead() {
        BridgeOptions bridge = BridgeOptions.DEFAULT;
        int room = bridge.queueBytes() + bridge.frames().maxBytes() + 256 * 1024;
        try (Served served = Served.setup()
                        .shell(EITHER)
                        .server(ONE_LOOP)
                        .slow(SlowConsumerPolicy.CLOSE, room)
                        .start();
                RawClient client = served.connect();
                RawClient echo = echo(served)) {
            client.sendText("flood");
            long program = Long.parseLong(client.text());
            Served.await("it waits to write into a full pipe", () -> standsStill(program, echo));
            long written = written(program);
            assertThat(written)
                    .as("bytes, most of them in the kernel's socket buffers")
                    .isLessThan(40_000_000L);
            assertThat(counted(served, "duplex_send_buffer_bytes"))
                    .as("bytes that wait in our memory")
                    .isLessThanOrEqualTo(room);
            turns(echo, TURNS);
            assertThat(written(program)).isEqualTo(written);
            // And goes on when its client does.
            for (long read = 0; read < written + 100 * LINE; read += LINE) {
                assertThat(client.text()).hasSize(LINE - 1);
            }
        }
    }

    /** Whether it is within write(2) on a pipe, and has been while everything else had its turn. */
    private static boolean standsStill(long pid, RawClient echo) {
        long before = written(pid);
        if (!proc(pid, "wchan").contains("pipe_write")) {
            return false;
        }
        turns(echo, TURNS);
        return written(pid) == before && proc(pid, "wchan").contains("pipe_write");
    }

    @Test
    void readsNoMoreFromAClientThanMayWaitForItsProgram() {
        try (Served served = Served.setup()
                        .shell("read -r word; echo $$; [ $word = deaf ] && exec sleep 1000; exec cat")
                        .server(ONE_LOOP)
                        .start();
                RawClient client = served.connect();
                RawClient echo = echo(served)) {
            client.sendText("deaf").text();
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < 1000; i++) {
                        client.send(TEXT, new byte[60_000]);
                    }
                } catch (RuntimeException ended) {
                    return; // by the end of the test
                }
            });
            sender.start();
            long[] seen = {-1};
            Served.await("nothing more is read", () -> {
                long before = seen[0];
                turns(echo, TURNS);
                seen[0] = counted(served, "duplex_received_bytes_total") / 60_000;
                return before > 4 && seen[0] == before;
            });
            // A pipe's worth, what may wait, and the message that was too much.
            assertThat(seen[0]).isLessThan(20);
        }
    }

    @Test
    void closesAClientThatIsTooSlowIfThatIsWanted() {
        try (Served served = impatient(Slow.CLOSE, () -> {}, "exec yes $(head -c 9999 /dev/zero | tr '\\0' x)");
                RawClient client = served.connect()) {
            Served.await("the client is given up", () -> served.counted().contains("duplex_programs 0"));
            assertThat(client.status()).isEqualTo(101);
        }
    }

    private static Served impatient(Slow policy, Runnable dropped, String script) {
        return Served.setup()
                .shell(script)
                .server(ONE_LOOP)
                .bridge(new BridgeOptions(FrameOptions.LINES, 64 * 1024, policy, false, true, dropped))
                .slow(SlowConsumerPolicy.CLOSE, policy == Slow.CLOSE ? 64 * 1024 : 1 << 20)
                .start();
    }

    @Test
    void dropsTheOldestMessagesIfThatIsWanted() throws Exception {
        Flood flood = flood(Slow.DROP_OLD);
        assertThat(flood.got)
                .isSorted()
                .doesNotHaveDuplicates()
                .hasSizeLessThan(flood.lines)
                .endsWith(flood.lines - 2, flood.lines - 1, flood.lines);
    }

    @Test
    void dropsTheNewestMessagesIfThatIsWanted() throws Exception {
        Flood flood = flood(Slow.DROP_NEW);
        assertThat(flood.got)
                .isSorted()
                .doesNotHaveDuplicates()
                .hasSizeLessThan(flood.lines)
                .startsWith(1, 2, 3)
                .doesNotContain(flood.lines);
    }

    /** How many lines a program has written, and which of them its client got. */
    private record Flood(int lines, List<Integer> got) {}

    /** Lines for a client that begins to read once nothing takes any more of them and the last is written. */
    private Flood flood(Slow policy) throws Exception {
        Path enough = directory.resolve("enough");
        // Half a line behind them, of more than a pipe and its reader hold: once it is written all lines are read, and
        // sent, kept or dropped.
        String script = "read -r word; echo $$; [ $word = flood ] || exec cat; lines=0; until [ -e " + enough + " ]; do"
                + " seq -f %0" + LINE + ".0f $((lines + 1)) $((lines += 100)); done;"
                + " head -c 500000 /dev/zero | tr '\\0' x; echo written $lines >&2; read -r go; echo; echo end";
        AtomicInteger dropped = new AtomicInteger();
        try (Served served = impatient(policy, dropped::incrementAndGet, script);
                RawClient client = served.connect();
                RawClient echo = echo(served)) {
            client.sendText("flood").text();
            Served.await("lines are dropped and none is sent", () -> {
                int before = dropped.get();
                long sent = counted(served, "duplex_messages_sent_total");
                turns(echo, TURNS);
                return dropped.get() > before && counted(served, "duplex_messages_sent_total") == sent + TURNS;
            });
            Files.createFile(enough);
            served.awaitLog("written ");
            int lines = served.log()
                    .lines()
                    .filter(line -> line.contains("written "))
                    .mapToInt(line -> Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
            List<Integer> got = Collections.synchronizedList(new ArrayList<>());
            Thread reader = new Thread(() -> {
                for (String text = client.text(); !text.equals("end"); text = client.text()) {
                    if (text.length() == LINE) {
                        got.add(Integer.parseInt(text));
                    }
                }
            });
            reader.start();
            Served.await("none of them waits", () -> got.size() + dropped.get() == lines);
            client.sendText("go");
            reader.join();
            return new Flood(lines, got);
        }
    }

    private static Served atRate(double perSecond) {
        return Served.setup()
                .rules(new Entrance.Rules(
                        Authenticator.NONE,
                        Credentials.NONE,
                        List.of(),
                        DeflateOptions.DISABLED,
                        0,
                        Duration.ZERO,
                        perSecond,
                        false,
                        HttpFields.EMPTY,
                        HttpFields.EMPTY))
                .start();
    }

    @Test
    void readsAClientNoFasterThanItMay() {
        try (Served served = atRate(0.001);
                RawClient fast = served.connect()) {
            for (int i = 0; i < 100; i++) {
                fast.sendText("message " + i);
            }
            assertThat(fast.text()).isEqualTo("message 0");
            for (int i = 0; i < 20; i++) {
                try (RawClient other = served.connect()) {
                    assertThat(other.sendText("I have not said much").text()).isEqualTo("I have not said much");
                }
            }
            assertThat(counted(served, "duplex_messages_received_total{type=\"text\"}"))
                    .as("the others' 20, and one of a thousand seconds")
                    .isEqualTo(21);
        }
    }

    @Test
    void readsInTheEndWhatHadToWait() {
        try (Served served = atRate(400);
                RawClient client = served.connect()) {
            for (int i = 0; i < 800; i++) {
                client.sendText("message " + i);
            }
            for (int i = 0; i < 800; i++) {
                assertThat(client.text()).isEqualTo("message " + i);
            }
        }
    }
}
