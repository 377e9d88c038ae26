package dev.duplex.interop;

import static dev.duplex.interop.Daemon.Kind.DUPLEX;
import static dev.duplex.interop.Daemon.Kind.WEBSOCKETD;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How programs live and end under {@code websocketd} and under {@code duplex websocketd}. */
@Tag("side-by-side")
class WebsocketdLifecycleTest {
    /** Notes each signal that it gets, and goes on; its own number first. */
    private static final String DEAF = """
            import os, signal, sys
            def note(number, frame):
                print(signal.Signals(number).name, file=notes, flush=True)
            notes = open(%s, "w")
            signal.signal(signal.SIGINT, note)
            signal.signal(signal.SIGTERM, note)
            print(os.getpid(), flush=True)
            while True:
                signal.pause()
            """;

    @TempDir
    Path folder;

    private DaemonPair pair;

    @BeforeEach
    void start() {
        pair = new DaemonPair(folder, "--dir=" + folder, "--loglevel=debug");
    }

    @AfterEach
    void stop() {
        pair.close();
    }

    private String deaf(String name) {
        return DaemonPair.python(
                folder, name, DEAF.formatted(Page.quoted(notes(name).toString())));
    }

    private Path notes(String name) {
        return folder.resolve(name + ".notes");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long pid(WireClient client) {
        String line = client.next();
        assertThat(line).matches("text [0-9]+");
        return Long.parseLong(line.substring(5));
    }

    private static void awaitEnd(long pid) {
        Daemon.await("the end of process " + pid, () -> !Daemon.isAlive(pid));
    }

    /** One whole ladder up to KILL has passed, for somebody else. What should have happened before has had its time. */
    private void passLadder(Daemon daemon, String deaf) {
        try (WireClient other = daemon.open(deaf)) {
            long pid = pid(other);
            other.close();
            awaitEnd(pid);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whenTheClientLeavesTheProgramGetsSignalsOneAfterTheOther(Daemon.Kind kind) {
        String path = deaf("deaf.py");
        try (DaemonPair patient = new DaemonPair(folder, "--dir=" + folder, "--closems=1000")) {
            WireClient client = patient.get(kind).open(path);
            long pid = pid(client);
            client.close();
            awaitEnd(pid);
        }
        assertThat(read(notes("deaf.py"))).isEqualTo("SIGINT\nSIGTERM\n");
    }

    @ParameterizedTest
    @EnumSource
    void aProgramThatEndsWithItsInputGetsNoSignal(Daemon.Kind kind) {
        String path = DaemonPair.script(folder, "polite", "echo $$; cat > polite.notes; echo ended >> polite.notes");
        try (DaemonPair patient = new DaemonPair(folder, "--dir=" + folder, "--closems=30000")) {
            WireClient client = patient.get(kind).open(path);
            long pid = pid(client);
            client.text("a line");
            client.close();
            awaitEnd(pid);
        }
        assertThat(read(notes("polite"))).isEqualTo("a line\nended\n");
    }

    @Test
    void websocketdCutsWithoutACloseWhateverTheExitStatus() {
        for (int status : List.of(0, 3)) {
            String path = DaemonPair.script(folder, "exit" + status, "echo bye; exit " + status);
            try (WireClient client = pair.get(WEBSOCKETD).open(path)) {
                assertThat(client.rest()).containsExactly("text bye", "cut");
            }
        }
        String path = DaemonPair.script(folder, "killed", "echo bye; kill -SEGV $$");
        try (WireClient client = pair.get(WEBSOCKETD).open(path)) {
            assertThat(client.rest()).containsExactly("text bye", "cut");
        }
    }

    @Test
    void oursClosesWithTheExitStatus() {
        String[][] ends = {
            {"exit 0", "close 1000"}, {"exit 3", "close 1011 exit 3"}, {"kill -SEGV $$", "close 1011 signal SEGV"}
        };
        for (String[] end : ends) {
            String path = DaemonPair.script(folder, "ends" + end[0].replaceAll("[^0-9A-Z]", ""), "echo bye; " + end[0]);
            try (WireClient client = pair.get(DUPLEX).open(path)) {
                assertThat(client.rest()).containsExactly("text bye", end[1]);
            }
        }
    }

    @Test
    void oursSays500WhereTheProgramDoesNotStart() {
        String path = DaemonPair.script(folder, "broken", "echo never");
        writeFirstLine("broken", "#!/no/such/interpreter");
        try (WireClient client = new WireClient(pair.get(DUPLEX).port())) {
            assertThat(client.upgrade(path).status()).isEqualTo(500);
        }
        pair.get(DUPLEX).awaitLog(line -> line.contains("names the interpreter /no/such/interpreter"));
    }

    @Test
    void websocketdSays101BeforeItKnowsWhetherTheProgramStarts() {
        String path = DaemonPair.script(folder, "broken", "echo never");
        writeFirstLine("broken", "#!/no/such/interpreter");
        try (WireClient client = new WireClient(pair.get(WEBSOCKETD).port())) {
            assertThat(client.upgrade(path).status()).isEqualTo(101);
            assertThat(client.rest()).containsExactly("cut");
        }
    }

    private void writeFirstLine(String name, String line) {
        try {
            Files.writeString(folder.resolve(name), line + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void websocketdLeavesGrandchildrenAlone() {
        String path = DaemonPair.script(folder, "parent", "sleep 1000 >/dev/null 2>&1 & echo $!; cat > /dev/null");
        WireClient client = pair.get(WEBSOCKETD).open(path);
        long grandchild = pid(client);
        client.close();
        passLadder(pair.get(WEBSOCKETD), deaf("deaf.py"));
        assertThat(Daemon.isAlive(grandchild)).isTrue();
        Daemon.kill("KILL", grandchild);
    }

    @Test
    void oursEndsGrandchildrenToo() {
        String path = DaemonPair.script(folder, "parent", "sleep 1000 >/dev/null 2>&1 & echo $!; cat > /dev/null");
        WireClient client = pair.get(DUPLEX).open(path);
        long grandchild = pid(client);
        client.close();
        awaitEnd(grandchild);
    }

    @Test
    void oursTakesItsProgramsAlongWhenItIsStopped() {
        String path = deaf("deaf.py");
        Daemon daemon = pair.get(DUPLEX);
        try (WireClient client = daemon.open(path)) {
            long pid = pid(client);
            daemon.signal("TERM");
            assertThat(client.rest()).containsExactly("close 1001 the server goes away");
            client.close(1001, "");
            assertThat(daemon.exitCode()).isEqualTo(143);
            awaitEnd(pid);
        }
    }

    @Test
    void oursEndsAProgramThatHasNotReadWhatItWasSent() {
        String path = DaemonPair.script(folder, "unread", "echo $$; exec sleep 1000");
        WireClient client = pair.get(DUPLEX).open(path);
        long pid = pid(client);
        client.text("x".repeat(200_000));
        client.close();
        awaitEnd(pid);
    }

    @Test
    void oursReadsAndWritesAtTheSameTime() {
        String path = DaemonPair.script(folder, "echo", "exec cat");
        try (DaemonPair binary = new DaemonPair(folder, "--dir=" + folder, "--binary", "--closems=1000");
                WireClient client = binary.get(DUPLEX).open(path)) {
            client.binary(new byte[300_000]);
            int back = 0;
            while (back < 300_000) {
                back += client.read().payload().length;
            }
            assertThat(back).isEqualTo(300_000);
        }
    }

    @Test
    void oursReadsErrorsOfAnyLength() {
        String path = DaemonPair.script(
                folder,
                "errors",
                "head -c 5000 /dev/zero | tr '\\000' e >&2; echo >&2; head -c 100000 /dev/zero >&2; echo done");
        try (WireClient client = pair.get(DUPLEX).open(path)) {
            assertThat(client.rest()).containsExactly("text done", "close 1000");
        }
        pair.get(DUPLEX).awaitLog(line -> line.endsWith("| " + "e".repeat(4096)));
    }

    @Test
    void websocketdLeavesItsProgramsBehindWhenItIsStopped() {
        String path = deaf("deaf.py");
        Daemon daemon = pair.get(WEBSOCKETD);
        try (WireClient client = daemon.open(path)) {
            long pid = pid(client);
            daemon.signal("TERM");
            assertThat(daemon.exitCode()).isEqualTo(143);
            assertThat(client.rest()).containsExactly("cut");
            assertThat(Daemon.isAlive(pid)).isTrue();
            Daemon.kill("KILL", pid);
        }
    }

    @Test
    void websocketdNeverEndsAProgramThatHasNotReadWhatItWasSent() {
        String path = DaemonPair.script(folder, "unread", "echo $$; exec sleep 1000");
        Daemon daemon = pair.get(WEBSOCKETD);
        WireClient client = daemon.open(path);
        long pid = pid(client);
        client.text("x".repeat(200_000));
        client.close();
        passLadder(daemon, deaf("deaf.py"));
        assertThat(Daemon.isAlive(pid)).isTrue();
        Daemon.kill("KILL", pid);
    }

    @Test
    void websocketdStopsWhenBothSidesWantToWrite() {
        String path = DaemonPair.script(folder, "echo", "exec cat");
        try (DaemonPair binary = new DaemonPair(folder, "--dir=" + folder, "--binary", "--closems=1000")) {
            Daemon daemon = binary.get(WEBSOCKETD);
            try (WireClient client = daemon.open(path)) {
                client.binary(new byte[300_000]);
                // Both pipes are full, 64 KiB each: it waits for cat to read, and cat waits for it.
                String deaf = deaf("deaf.py");
                try (WireClient other = daemon.open(deaf)) {
                    other.next();
                }
                Daemon.await(
                        "the other one's ladder", () -> read(notes("deaf.py")).endsWith("SIGTERM\n"));
                assertThat(client.hasSomething()).isFalse();
            }
        }
    }

    @Test
    void websocketdStopsReadingAfterALongLineOfErrors() {
        String path = DaemonPair.script(
                folder,
                "errors",
                "echo $$; head -c 5000 /dev/zero | tr '\\000' e >&2; echo >&2; head -c 100000 /dev/zero >&2; echo done");
        Daemon daemon = pair.get(WEBSOCKETD);
        try (WireClient client = daemon.open(path)) {
            long pid = pid(client);
            daemon.awaitLog(line -> line.contains("bufio: buffer full"));
            passLadder(daemon, deaf("deaf.py"));
            assertThat(Daemon.isAlive(pid)).isTrue();
            Daemon.kill("KILL", pid);
            assertThat(client.rest()).containsExactly("cut");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAProgramWritesAsErrorsIsInTheLog(Daemon.Kind kind) {
        String path = DaemonPair.script(folder, "complains", "echo 'something is wrong' >&2; echo ok");
        Daemon daemon = pair.get(kind);
        try (WireClient client = daemon.open(path)) {
            assertThat(client.rest()).startsWith("text ok");
        }
        assertThat(daemon.awaitLog(line -> line.contains("something is wrong")))
                .contains("| ERROR  | stderr     |")
                .endsWith("| something is wrong");
    }

    @ParameterizedTest
    @EnumSource
    void theClientsCloseIsAnsweredWithItsCode(Daemon.Kind kind) {
        String path = DaemonPair.script(folder, "cat", "exec cat");
        try (WireClient client = pair.get(kind).open(path)) {
            client.close(4001, "enough");
            assertThat(client.rest().get(0)).startsWith("close 4001");
        }
    }

    @Test
    void websocketdEndsTheConnectionAfterTheProgramWasStoppedAndOursAtOnce() {
        String path = deaf("deaf.py");
        try (WireClient client = pair.get(WEBSOCKETD).open(path)) {
            long pid = pid(client);
            client.close(1000, "");
            assertThat(client.rest()).containsExactly("close 1000");
            assertThat(client.hasEnded()).isTrue();
            assertThat(read(notes("deaf.py"))).startsWith("SIGINT\n");
            awaitEnd(pid);
        }
        try (DaemonPair patient = new DaemonPair(folder, "--dir=" + folder, "--closems=1000000");
                WireClient client = patient.get(DUPLEX).open(path)) {
            long pid = pid(client);
            client.close(1000, "");
            assertThat(client.rest()).containsExactly("close 1000");
            assertThat(client.hasEnded()).isTrue();
            assertThat(read(notes("deaf.py"))).isEmpty();
            assertThat(Daemon.isAlive(pid)).isTrue();
            Daemon.kill("KILL", pid);
        }
    }
}
