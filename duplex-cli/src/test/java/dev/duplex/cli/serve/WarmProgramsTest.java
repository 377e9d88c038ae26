package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RawClient;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that run before their clients come. */
@Timeout(60)
class WarmProgramsTest {
    private static Served.Setup warm(int number, String script) {
        return Served.setup().endpoint(all -> all.each(List.of("sh", "-c", script), number));
    }

    @Test
    void runBeforeTheirClientsAndAreReplacedWhenTheyAreTaken() {
        try (Served served = warm(2, "echo $$ $REMOTE_ADDR; cat").start()) {
            Served.await("two wait", () -> served.launcher().running() == 2);
            Set<String> seen = new HashSet<>();
            try (RawClient one = served.connect();
                    RawClient two = served.connect();
                    RawClient three = served.connect()) {
                for (RawClient client : List.of(one, two, three)) {
                    String[] words = client.text().split(" ");
                    assertThat(words).as("its number, and nothing of a request").hasSize(1);
                    seen.add(words[0]);
                    assertThat(client.sendText("hello").text()).isEqualTo("hello");
                }
                assertThat(seen).as("each client has its own").hasSize(3);
                Served.await("two wait again", () -> served.launcher().running() == 5);
            }
            Served.await("those of clients have ended", () -> served.launcher().running() == 2);
        }
    }

    @Test
    void endWithTheServer(@TempDir Path directory) throws Exception {
        Path pids = directory.resolve("pids");
        try (Served served = warm(2, "echo $$ >>" + pids + "; trap '' INT TERM; sleep 1000; sleep 1000")
                .start()) {
            Served.await("two wait", () -> lines(pids).size() == 2);
            assertThat(served.log()).isEmpty();
        }
        for (String pid : lines(pids)) {
            Served.awaitGone(Long.parseLong(pid));
        }
        assertThat(lines(pids)).as("none was started while the server ended").hasSize(2);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void areStartedAgainIfTheyEndBeforeAClientComes() {
        try (Served served = warm(1, "read -r line && echo \"$line\"").start()) {
            long first = onlyChildThatReads();
            ProcessHandle.of(first).orElseThrow().destroyForcibly();
            served.awaitLog("warm program ended before a client came: signal KILL");
            Served.await("another waits", () -> served.launcher().running() == 1);
            try (RawClient client = served.connect()) {
                assertThat(client.sendText("hello").text()).isEqualTo("hello");
                assertThat(Served.close(client)).isEqualTo("1000");
            }
        }
    }

    private static long onlyChildThatReads() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info()
                        .arguments()
                        .map(words -> String.join(" ", words).contains("read -r line && echo"))
                        .orElse(false))
                .mapToLong(ProcessHandle::pid)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void countAmongThoseThatThereMayBe() {
        try (Served served = warm(2, "echo $$; cat").maxProcesses(3).start()) {
            Served.await("two wait", () -> served.launcher().running() == 2);
            try (RawClient one = served.connect();
                    RawClient two = served.connect();
                    RawClient three = served.connect();
                    RawClient four = served.connect()) {
                assertThat(List.of(one.status(), two.status(), three.status(), four.status()))
                        .containsExactly(101, 101, 101, 503);
            }
        }
    }

    @Test
    void areStartedAgainWhenAClientHasLeftRoom() {
        try (Served served = warm(1, "echo $$; cat").maxProcesses(2).start()) {
            try (RawClient stays = served.connect()) {
                try (RawClient leaves = served.connect()) {
                    assertThat(List.of(stays.status(), leaves.status())).containsExactly(101, 101);
                }
                Served.await("another one waits", () -> served.counted().contains("duplex_programs_started_total 3\n"));
                try (RawClient comes = served.connect()) {
                    assertThat(comes.status()).isEqualTo(101);
                }
            }
        }
    }

    /** What leaves room is none of them here, so that nothing tells them. */
    @Test
    void areForTheClientThatFindsTheRoomForOneMore() throws Exception {
        Program cat = new Program(List.of("/bin/cat"), Map.of(), Optional.empty(), Program.Errors.log);
        try (ServeLog log = new ServeLog(new PrintWriter(Writer.nullWriter()), Clock.systemUTC());
                Launcher launcher = Launcher.open(StopLadder.parse("eof:200ms,TERM:200ms,KILL"))) {
            assertThat(launcher.reserve(2)).isTrue();
            ProgramProcess other = launcher.launchReserved(cat).get(20, TimeUnit.SECONDS);
            WarmPrograms warm = new WarmPrograms(launcher, cat, 1, 2, log);
            warm.startNow();
            assertThat(warm.take()).as("the one that waits").isPresent();
            assertThat(warm.take()).as("there is no room").isEmpty();
            other.discard();
            other.gone().get(20, TimeUnit.SECONDS);
            assertThat(warm.take().orElseThrow().get(20, TimeUnit.SECONDS).pid())
                    .as("one for the place of the other")
                    .isPositive();
        }
    }

    @Test
    void sayAtTheStartThatTheyCannotBeStarted() {
        Served.Setup wrong = Served.setup().endpoint(all -> all.each(List.of("no-such-program"), 1));
        org.assertj.core.api.Assertions.assertThatThrownBy(wrong::start)
                .hasRootCauseMessage(
                        "cannot start no-such-program: there is no such program in the PATH /usr/bin:/bin");
    }
}
