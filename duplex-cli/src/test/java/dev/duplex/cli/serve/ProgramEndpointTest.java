package dev.duplex.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.RawClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How programs live and die with their sessions. */
@Timeout(60)
class ProgramEndpointTest {
    @Test
    void talksWithAProgram() {
        try (Served served = Served.program("cat");
                RawClient client = served.connect()) {
            assertThat(client.sendText("hello").text()).isEqualTo("hello");
            assertThat(client.sendText("again").text()).isEqualTo("again");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "exit 0, 1000",
        "exit 1, 1011 exit 1",
        "exit 255, 1011 exit 255",
        "kill -SEGV $$, 1011 signal SEGV",
        "kill -KILL $$, 1011 signal KILL",
        "kill -TERM $$, 1011 signal TERM"
    })
    void tellsHowTheProgramHasEnded(String script, String closed) {
        // The end of its output may be seen long before its own end, and must not be taken for a reason to signal it.
        try (Served served = Served.setup()
                        .shell("echo last words; " + script)
                        .ladder("eof:20s,KILL")
                        .start();
                RawClient client = served.connect()) {
            assertThat(client.text()).isEqualTo("last words");
            assertThat(Served.close(client)).isEqualTo(closed);
            served.awaitLog("ended");
        }
    }

    @Test
    void refusesWith500WhatCannotBeStartedAndLogsWhy(@TempDir Path directory) throws Exception {
        Path script = Files.writeString(directory.resolve("script"), "#!/nowhere/interpreter\necho hi\n");
        Files.setPosixFilePermissions(script, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        for (List<String> tried : List.of(
                List.of("/nowhere/program", "does not exist"),
                List.of("no-such-program", "no such program in the PATH"),
                List.of(directory.toString(), "is a directory"),
                List.of(script.toString(), "/nowhere/interpreter"))) {
            try (Served served = Served.program(tried.get(0));
                    RawClient client = served.connect()) {
                assertThat(client.status()).as(tried.toString()).isEqualTo(500);
                String body = client.body();
                assertThat(body).contains("the server's log says why").doesNotContain("nowhere");
                served.awaitLog(tried.get(1));
                assertThat(served.log()).contains("cannot start " + tried.get(0));
                String name = body.replaceFirst("(?s).* at ([0-9a-f-]{36})\\.\n", "$1");
                assertThat(served.log()).contains(name);
            }
        }
    }

    @Test
    void endsTheProgramAndItsChildrenWhenTheClientLeaves() {
        try (Served served = Served.shell("sleep 1000 & echo $!; echo $$; trap '' INT TERM; sleep 1001")) {
            long grandchild;
            long child;
            try (RawClient client = served.connect()) {
                grandchild = Long.parseLong(client.text());
                child = Long.parseLong(client.text());
                assertThat(Served.runs(grandchild)).isTrue();
            }
            Served.awaitGone(grandchild);
            Served.awaitGone(child);
        }
    }

    @Test
    void leavesNothingBehindOfAProgramThatHasEndedItself() {
        try (Served served = Served.shell("sleep 1000 & echo $!");
                RawClient client = served.connect()) {
            long grandchild = Long.parseLong(client.text());
            assertThat(Served.close(client)).isEqualTo("1000");
            Served.awaitGone(grandchild);
        }
    }

    @Test
    void endsEverythingWhenTheServerStops() {
        long child;
        try (Served served = Served.shell("echo $$; trap '' INT TERM; cat >/dev/null; sleep 1000")) {
            RawClient client = served.connect();
            child = Long.parseLong(client.text());
        }
        assertThat(Served.runs(child)).isFalse();
    }
}
