package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RawClient;
import dev.duplex.transport.pipe.Pipes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs that do not behave, and clients that do not. */
@Timeout(120)
class LifeTest {
    private static final int TEXT = 0x81;
    private static final int CLOSE = 0x88;

    @Test
    void answersTheClosingHandshakeAtOnceAndReapsTheProgramLater() {
        try (Served served = Served.shell("echo $$; trap '' INT TERM; sleep 1000; sleep 1000");
                RawClient client = served.connect()) {
            long program = Long.parseLong(client.text());
            client.send(CLOSE, new byte[] {0x03, (byte) 0xE8});
            assertThat(Served.close(client)).isEqualTo("1000");
            assertThat(served.launcher().running()).as("it is being ended").isEqualTo(1);
            Served.awaitGone(program);
            Served.await("nothing runs", () -> served.launcher().running() == 0);
        }
    }

    @Test
    void endsAProgramThatDoesNotReadWhoseClientHasVanished() {
        try (Served served = Served.shell("echo $$; exec sleep 1000")) {
            long program;
            try (RawClient client = served.connect()) {
                program = Long.parseLong(client.text());
                client.send(TEXT, new byte[200_000]);
            }
            Served.awaitGone(program);
        }
    }

    @Test
    void endsAProgramThatDoesNotReadWhoseClientHasSentMoreThanMayWait() {
        try (Served served = Served.shell("echo $$; exec sleep 1000")) {
            long program;
            try (RawClient client = served.connect()) {
                program = Long.parseLong(client.text());
                for (int i = 0; i < 20; i++) {
                    client.send(TEXT, new byte[60_000]);
                }
                client.send(CLOSE, new byte[] {0x03, (byte) 0xE8});
            }
            Served.awaitGone(program);
        }
    }

    @Test
    void sendsWhatAProgramSaysThoughItDoesNotRead() {
        try (Served served = Served.shell("read -r go; while :; do echo tick; sleep 0.01; done");
                RawClient client = served.connect()) {
            client.sendText("go");
            for (int i = 0; i < 10; i++) {
                client.send(TEXT, new byte[60_000]);
            }
            for (int i = 0; i < 20; i++) {
                assertThat(client.text()).isEqualTo("tick");
            }
        }
    }

    @Test
    void seesTheEndOfAProgramThoughItsClientDoesNotRead() {
        try (Served served = Served.shell("head -c 20000000 /dev/zero | tr '\\0' '\\n' & sleep 0.2; kill -KILL $$");
                RawClient client = served.connect()) {
            served.awaitLog("ended: signal KILL");
            assertThat(client.status()).isEqualTo(101);
        }
    }

    @Test
    void takesTheEndOfTheOutputForTheEndOfTheProgram() {
        try (Served served = Served.shell("echo $$; exec >&-; trap '' INT; sleep 1000 & wait");
                RawClient client = served.connect()) {
            long program = Long.parseLong(client.text());
            assertThat(Served.close(client)).isEqualTo("1000");
            Served.awaitGone(program);
        }
    }

    @Test
    void goesOnListeningToAProgramThatHasClosedItsInput() {
        try (Served served = Served.shell("exec <&-; echo ready; sleep 0.3; echo still here; sleep 1000");
                RawClient client = served.connect()) {
            assertThat(client.text()).isEqualTo("ready");
            for (int i = 0; i < 20; i++) {
                client.sendText("nobody reads this " + "x".repeat(20_000));
            }
            assertThat(client.text()).isEqualTo("still here");
        }
    }

    @Test
    void logsStderrOfAnyLengthAndHoldsNobodyUp() {
        String script = "head -c 300000 /dev/zero | tr '\\0' e >&2; echo >&2; echo no end >&2;"
                + " printf unfinished >&2; printf 'esc \\033[31m' >&2; echo done; cat";
        try (Served served = Served.shell(script);
                RawClient client = served.connect()) {
            assertThat(client.text()).isEqualTo("done");
            assertThat(client.sendText("and alive").text()).isEqualTo("and alive");
            client.close();
            served.awaitLog("stderr: no end");
            served.awaitLog("stderr: unfinishedesc \\u001b[31m");
            assertThat(served.log()
                            .lines()
                            .filter(line -> line.contains("eeee"))
                            .count())
                    .isEqualTo(300_000 / 4096 + 1);
        }
    }

    @Test
    void mergesOrTagsOrDropsStderrAsItIsWanted() {
        try (Served merged = Served.setup()
                        .shell("echo error >&2; sleep 0.1; echo out")
                        .errors(Program.Errors.merge)
                        .start();
                RawClient client = merged.connect()) {
            assertThat(client.text()).isEqualTo("error");
            assertThat(client.text()).isEqualTo("out");
        }
        try (Served tagged = Served.setup()
                        .shell("echo error >&2; sleep 0.1; echo out; exit 2")
                        .errors(Program.Errors.tag)
                        .bridge(new BridgeOptions(
                                FrameOptions.LINES, 1000, BridgeOptions.Slow.BLOCK, true, true, () -> {}))
                        .start();
                RawClient client = tagged.connect()) {
            assertThat(List.of(client.text(), client.text()))
                    .containsExactlyInAnyOrder(
                            "{\"stream\":\"stderr\",\"data\":\"error\"}", "{\"stream\":\"stdout\",\"data\":\"out\"}");
            assertThat(Served.close(client)).isEqualTo("1011 exit 2");
        }
        try (Served dropped = Served.setup()
                        .shell("echo error >&2; echo out")
                        .errors(Program.Errors.none)
                        .start();
                RawClient client = dropped.connect()) {
            assertThat(client.text()).isEqualTo("out");
            assertThat(Served.close(client)).isEqualTo("1000");
            assertThat(dropped.log()).doesNotContain("error");
        }
    }

    @Test
    void refusesWith503MoreProgramsThanThereMayBe() {
        try (Served served = Served.setup().maxProcesses(2).start()) {
            try (RawClient one = served.connect();
                    RawClient two = served.connect();
                    RawClient three = served.connect()) {
                assertThat(one.status()).isEqualTo(101);
                assertThat(two.status()).isEqualTo(101);
                assertThat(three.status()).isEqualTo(503);
                assertThat(three.head()).contains("Retry-After: ");
            }
            Served.await("nothing runs", () -> served.launcher().running() == 0);
            try (RawClient four = served.connect()) {
                assertThat(four.status()).as("there is room again").isEqualTo(101);
            }
        }
    }

    @Test
    void servesThreeHundredProgramsAtATimeWithoutAThreadForEachPipe() {
        List<RawClient> clients = new ArrayList<>();
        try (Served served = Served.program("cat")) {
            for (int i = 0; i < 300; i++) {
                clients.add(served.connect());
            }
            for (int round = 0; round < 3; round++) {
                for (RawClient client : clients) {
                    client.sendText("round " + round);
                }
                for (RawClient client : clients) {
                    assertThat(client.text()).isEqualTo("round " + round);
                }
            }
            assertThat(served.launcher().running()).isEqualTo(300);
            assertThat(Thread.getAllStackTraces().keySet().stream()
                            .map(Thread::getName)
                            .filter(name -> name.startsWith("duplex-")))
                    .as("threads of ours, beside one of the JDK for each process")
                    .hasSizeLessThan(40);
            clients.forEach(RawClient::close);
            Served.await("nothing runs", () -> served.launcher().running() == 0);
        } finally {
            clients.forEach(RawClient::close);
        }
    }

    static Stream<GroupStarter> starters() {
        return Stream.of(
                GroupStarter.setsid().orElseThrow(), GroupStarter.perl().orElseThrow(), new GroupStarter(List.of()));
    }

    @ParameterizedTest
    @MethodSource("starters")
    void endsGrandchildrenByWhateverTheMachineHas(GroupStarter starter) {
        for (boolean threads : new boolean[] {false, true}) {
            try (Served served = Served.setup()
                    .starter(starter)
                    .pipes(threads ? Pipes::withThreads : Pipes::open)
                    .shell("trap '' INT; (trap '' INT; sleep 1000; true) & echo $!; cat; wait")
                    .start()) {
                long grandchild;
                try (RawClient client = served.connect()) {
                    grandchild = Long.parseLong(client.text());
                    assertThat(client.sendText("hello").text()).isEqualTo("hello");
                }
                Served.awaitGone(grandchild);
                Served.await("nothing runs", () -> served.launcher().running() == 0);
            }
        }
    }

    @Test
    void worksWithThreadsWhereThereIsNoEpoll() {
        try (Served served = Served.setup()
                        .pipes(Pipes::withThreads)
                        .shell("echo error >&2; seq 20000; head -c 100000 | wc -c; exit 3")
                        .start();
                RawClient client = served.connect()) {
            for (int i = 1; i <= 20_000; i++) {
                assertThat(client.text()).isEqualTo(Integer.toString(i));
            }
            client.send(TEXT, new byte[99_999]);
            assertThat(client.text().strip()).isEqualTo("100000");
            assertThat(Served.close(client)).isEqualTo("1011 exit 3");
            served.awaitLog("stderr: error");
        }
        try (Served served = Served.setup()
                        .pipes(Pipes::withThreads)
                        .shell("sleep 1000 & echo $!; exit 4")
                        .start();
                RawClient client = served.connect()) {
            long grandchild = Long.parseLong(client.text());
            assertThat(Served.close(client)).isEqualTo("1011 exit 4");
            Served.awaitGone(grandchild);
        }
    }

    @Test
    void wardenEndsWhatRunsWhenItsServerIsGone() throws Exception {
        GroupStarter starter = GroupStarter.find();
        Process orphan = new ProcessBuilder(
                        starter.of(List.of("sh", "-c", "trap '' HUP INT; echo trapped; sleep 1000 & wait")))
                .start();
        assertThat(orphan.inputReader().readLine()).isEqualTo("trapped");
        Warden warden = Warden.start(starter);
        warden.guard(-orphan.pid());
        assertThat(warden.signal(-orphan.pid(), "INT").get(20, TimeUnit.SECONDS))
                .isTrue();
        warden.close(); // as by our end
        Served.awaitGone(orphan.pid());
        Served.awaitGone(warden.pid());
        assertThat(warden.signal(-orphan.pid(), "INT").get(20, TimeUnit.SECONDS))
                .isFalse();
    }

    @Test
    void startsInItsDirectoryWithTheEnvironmentGiven(@TempDir Path directory) throws Exception {
        Pipes pipes = Pipes.open("test");
        GroupStarter starter = GroupStarter.find();
        try (Launcher launcher =
                new Launcher(starter, Identity.OURS, pipes, Warden.start(starter), StopLadder.DEFAULT, new Stats())) {
            Path said = directory.resolve("said");
            ProgramProcess process = launcher.launch(new Program(
                            List.of("/bin/sh", "-c", "pwd >said; env >>said"),
                            Map.of("A", "b c", "PATH", "/bin:/usr/bin"),
                            Optional.of(directory),
                            Program.Errors.none))
                    .get(20, TimeUnit.SECONDS);
            assertThat(process.exit()
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS)
                            .value())
                    .isZero();
            assertThat(Files.readAllLines(said))
                    .startsWith(directory.toRealPath().toString())
                    .contains("A=b c")
                    .noneMatch(line -> line.startsWith("JAVA") || line.startsWith("HOME"));
        }
    }
}
