package dev.duplex.interop;

import static dev.duplex.interop.Daemon.Kind.DUPLEX;
import static dev.duplex.interop.Daemon.Kind.WEBSOCKETD;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams that are closed or not read, under {@code websocketd} and {@code duplex websocketd}. */
@Tag("side-by-side")
class WebsocketdFlowTest {
    private static final int MANY = 50;

    @TempDir
    static Path folder;

    private static DaemonPair pair;

    @BeforeAll
    static void writeTheScripts() {
        DaemonPair.script(folder, "no-stdout", "echo $$; exec >&-; exec sleep 1000");
        DaemonPair.script(folder, "no-stdin", "exec <&-; echo $$; sleep 0.5; echo still here; exec sleep 1000");
        DaemonPair.script(folder, "flood", "echo $$; exec yes " + "x".repeat(1000));
        DaemonPair.script(folder, "deaf", "echo $$; exec sleep 1000");
        DaemonPair.script(folder, "cat", "exec cat");
        DaemonPair.script(folder, "long", "head -c 50000000 /dev/zero | tr '\\000' x; echo");
        pair = new DaemonPair(folder, "--dir=" + folder);
    }

    @AfterAll
    static void stop() {
        pair.close();
    }

    private static long pid(WireClient client) {
        return Long.parseLong(client.next().substring("text ".length()));
    }

    /** Messages there and back, while which everything else that can happen does happen. */
    private static void turns(WireClient echo) {
        for (int i = 0; i < MANY; i++) {
            echo.text("turn " + i);
            assertThat(echo.next()).isEqualTo("text turn " + i);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aProgramThatClosesItsOutputIsEnded(Daemon.Kind kind) {
        try (WireClient client = pair.get(kind).open("/no-stdout")) {
            long pid = pid(client);
            // A fault: the connection is cut, as it is whenever a program ends.
            assertThat(client.rest()).containsExactly(kind == DUPLEX ? "close 1000" : "cut");
            Daemon.await("its end", () -> !Daemon.isAlive(pid));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aProgramThatClosesItsInputIsStillHeard(Daemon.Kind kind) {
        try (WireClient client = pair.get(kind).open("/no-stdin")) {
            pid(client);
            for (int i = 0; i < 10; i++) {
                client.text("nobody reads this");
            }
            assertThat(client.next()).isEqualTo("text still here");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aProgramWaitsForAClientThatDoesNotRead(Daemon.Kind kind) {
        try (WireClient client = pair.get(kind).open("/flood");
                WireClient echo = pair.get(kind).open("/cat")) {
            long pid = pid(client);
            Daemon.await("it waits to write into a full pipe", () -> {
                long before = written(pid);
                turns(echo);
                return read(pid, "wchan").contains("pipe_write") && written(pid) == before;
            });
            assertThat(written(pid)).isLessThan(40_000_000L);
        }
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/" + file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long written(long pid) {
        return read(pid, "io")
                .lines()
                .filter(line -> line.startsWith("wchar: "))
                .mapToLong(line -> Long.parseLong(line.substring(7)))
                .sum();
    }

    @Test
    void oursSeesTheEndOfAProgramWhoseClientDoesNotRead() {
        Daemon daemon = pair.get(DUPLEX);
        try (WireClient client = daemon.open("/flood")) {
            long pid = pid(client);
            Daemon.await("it is full", () -> read(pid, "wchan").contains("pipe_write"));
            Daemon.kill("KILL", pid);
            daemon.awaitLog(line -> line.contains("ended: signal KILL"));
        }
    }

    @Test
    void websocketdSendsALineOfFiftyMegabytesAndOursRefusesIt() {
        try (WireClient client = pair.get(WEBSOCKETD).open("/long")) {
            assertThat(client.rest()).first().asString().contains("of 50000000 characters");
        }
        try (WireClient client = pair.get(DUPLEX).open("/long")) {
            assertThat(client.rest()).containsExactly("close 1011 unusable output");
        }
        pair.get(DUPLEX).awaitLog(line -> line.contains("a line of more than 16777216 bytes"));
    }
}
