package dev.duplex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Options of {@code duplex serve} that need a process of its own, or real programs to show. */
@Timeout(180)
class ServeOptionsTest {
    private static final Map<String, String> OURS =
            Map.of("LANG", "C.UTF-8", "TZ", "Europe/Berlin", "SECRET", "of ours", "OTHER", "too", "LC_ALL", "C.UTF-8");

    @Test
    void aShellReadsTheCommandIfThatIsWanted() throws Exception {
        try (ServeProcess serve = ServeProcess.start(
                        "--shell",
                        "--route",
                        "/route=seq 3 | tail -n 1",
                        "--",
                        "echo",
                        "'a  b' $((6 * 7)) |",
                        "tr a z");
                RawClient client = serve.connect();
                RawClient route = RawClient.open(serve.uri().resolve("/route"))) {
            assertThat(client.text()).isEqualTo("z  b 42");
            assertThat(route.text()).isEqualTo("3");
        }
        try (ServeProcess serve = ServeProcess.start("--", "echo", "$((6 * 7))", "|", "cat");
                RawClient client = serve.connect()) {
            assertThat(client.text()).as("without it, words are words").isEqualTo("$((6 * 7)) | cat");
        }
    }

    /** Programs that keep what they write to a pipe until there is enough of it, as the C library and Python do. */
    @Test
    void programsWriteEachLineAtOnceIfThatIsWanted() throws Exception {
        String python = "import sys\nfor line in sys.stdin: print('got', line.strip())";
        try (ServeProcess serve = ServeProcess.start(
                        "--unbuffered", "--route", "/python=python3 -c \"" + python + "\"", "--", "tr", "a-z", "A-Z");
                RawClient tr = serve.connect();
                RawClient script = RawClient.open(serve.uri().resolve("/python"))) {
            assertThat(tr.sendText("hello").text()).isEqualTo("HELLO");
            assertThat(script.sendText("hello").text()).isEqualTo("got hello");
        }
    }

    private static Map<String, String> environment(String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--", "/usr/bin/env"));
        Map<String, String> variables = new java.util.TreeMap<>();
        try (ServeProcess serve = ServeProcess.start(List.of(), OURS, all.toArray(String[]::new));
                RawClient client = serve.connect()) {
            for (RawClient.Frame frame = client.frame(); frame.opcode() == 1; frame = client.frame()) {
                int equals = frame.text().indexOf('=');
                variables.put(frame.text().substring(0, equals), frame.text().substring(equals + 1));
            }
        }
        return variables;
    }

    @Test
    void programsGetLittleOfOurEnvironmentAndMoreIfThatIsWanted() throws Exception {
        assertThat(environment())
                .containsEntry("PATH", System.getenv("PATH"))
                .containsEntry("LANG", "C.UTF-8")
                .containsEntry("TZ", "Europe/Berlin")
                .doesNotContainKeys("SECRET", "OTHER", "LC_ALL");
        assertThat(environment(
                        "--pass-env", "SECRET,NOT_THERE", "--pass-env", "OTHER", "--env", "A=b=c", "--env", "TZ=UTC"))
                .containsEntry("PATH", System.getenv("PATH"))
                .containsEntry("SECRET", "of ours")
                .containsEntry("OTHER", "too")
                .containsEntry("A", "b=c")
                .containsEntry("TZ", "UTC")
                .doesNotContainKeys("NOT_THERE", "LC_ALL");
        assertThat(environment("--no-env", "--pass-env", "SECRET", "--env", "A=b"))
                .containsEntry("A", "b")
                .containsEntry("REQUEST_METHOD", "GET")
                .doesNotContainKeys("PATH", "LANG", "TZ", "HOME", "SECRET");
    }

    @Test
    void programsRunWhereTheyAreToldAndFindTheParametersOfTheQuery(@TempDir Path directory) throws Exception {
        try (ServeProcess serve = ServeProcess.start(
                        "--chdir", directory.toString(), "--query-env", "--shell", "--", "pwd; echo $QS_room-$QS_a_b");
                RawClient client = RawClient.open(serve.uri().resolve("/?room=blue&a-b=c%20d&bad%20name=x"))) {
            assertThat(client.text()).isEqualTo(directory.toRealPath().toString());
            assertThat(client.text()).isEqualTo("blue-c d");
        }
    }

    /** With a locale of UTF-8, as the launcher sets one where there is none. */
    @Test
    void programsFindLettersOfAllLanguages(@TempDir Path directory) throws Exception {
        Path script = Files.writeString(directory.resolve("grüße-你好"), "#!/bin/sh\necho \"$PATH_INFO $1 $A\"\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        try (ServeProcess serve = ServeProcess.start(
                        List.of(),
                        Map.of("LC_ALL", "C.UTF-8"),
                        "--env",
                        "A=é",
                        "--chdir",
                        directory.toString(),
                        "--",
                        "./grüße-你好",
                        "ç");
                RawClient client = RawClient.open(serve.uri().resolve("/%E4%BD%A0%C3%BC"))) {
            assertThat(client.text()).isEqualTo("/你ü ç é");
        }
    }

    @Test
    void tellsADescriptorThatItIsReady(@TempDir Path directory) throws Exception {
        Path ready = directory.resolve("ready");
        List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" 3>" + ready, "sh"));
        command.addAll(ServeProcess.command(List.of(), List.of("-p", "0", "--ready-fd", "3", "--", "cat")));
        Process serve = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            String first = serve.inputReader(StandardCharsets.UTF_8).readLine();
            assertThat("listening " + Files.readString(ready)).isEqualTo(first + "\n");
        } finally {
            serve.destroy();
            serve.waitFor();
        }
    }

    /** Only an administrator may make others of programs, so there are two ways this can end. */
    @Test
    void programsAreAnotherUserIfThatIsWanted() throws Exception {
        boolean administrator = Files.getOwner(Path.of("/proc/self")).getName().equals("root");
        if (!administrator) {
            Process refused = new ProcessBuilder(
                            ServeProcess.command(List.of(), List.of("-p", "0", "--user", "nobody", "--", "id")))
                    .redirectErrorStream(true)
                    .start();
            assertThat(new String(refused.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("--user, --group: ");
            assertThat(refused.waitFor()).isEqualTo(2);
            return;
        }
        String who = "echo $(id -un) $(id -gn) $(id -G | wc -w) home=$HOME; cat";
        try (ServeProcess serve = ServeProcess.start("--user", "nobody", "--shell", "--", who);
                RawClient client = serve.connect()) {
            assertThat(client.text()).isEqualTo("nobody nogroup 1 home=");
            assertThat(client.sendText("its pipes are its own").text()).isEqualTo("its pipes are its own");
        }
        try (ServeProcess serve = ServeProcess.start(
                        "--user", "nobody", "--group", "daemon", "--mode", "shared", "--shell", "--", who);
                RawClient client = serve.connect()) {
            assertThat(client.sendText("shared, too").text()).isEqualTo("shared, too");
        }
        try (ServeProcess serve = ServeProcess.start("--group", "daemon", "--shell", "--", who);
                RawClient client = serve.connect()) {
            assertThat(client.text()).startsWith("root daemon 1 ");
        }
    }

    /** A heap that could not hold it: what is too long is not collected to be thrown away. */
    @Test
    void aLineOfFiftyMegabytesIsRefusedWithoutBeingKept() throws Exception {
        try (ServeProcess serve = ServeProcess.start(
                List.of("-Xmx32m", "-XX:MaxDirectMemorySize=32m"),
                Map.of(),
                "--shell",
                "--route",
                "/long=head -c 50000000 /dev/zero | tr '\\0' x; echo",
                "--",
                "cat")) {
            for (int i = 0; i < 3; i++) {
                try (RawClient client = RawClient.open(serve.uri().resolve("/long"))) {
                    RawClient.Frame frame = client.frame();
                    assertThat(frame.opcode()).isEqualTo(8);
                    assertThat(frame.hex()).startsWith("03f3"); // 1011
                }
            }
            try (RawClient client = serve.connect()) {
                assertThat(client.sendText("still here").text()).isEqualTo("still here");
            }
        }
    }

    /** The same with one program for all, which is started again, while its clients stay. */
    @Test
    void aLineOfFiftyMegabytesOfASharedProgramIsNotKeptEither() throws Exception {
        String script = "echo up; while read -r line; do case $line in"
                + " long) head -c 50000000 /dev/zero | tr '\\0' x;; *) echo \"$line\";; esac; done";
        try (ServeProcess serve = ServeProcess.start(
                        List.of("-Xmx32m", "-XX:MaxDirectMemorySize=32m"),
                        Map.of(),
                        "--mode",
                        "shared",
                        "--replay",
                        "1",
                        "--shell",
                        "--",
                        script);
                RawClient client = serve.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.text()).isEqualTo("up");
                client.sendText("long");
            }
            assertThat(client.text()).isEqualTo("up");
            assertThat(client.sendText("still here").text()).isEqualTo("still here");
        }
    }

    @Test
    void aFrameOfThirtyMegabytesIsRefusedWithoutBeingKept() throws Exception {
        try (ServeProcess serve =
                ServeProcess.start(List.of("-Xmx32m", "-XX:MaxDirectMemorySize=16m"), Map.of(), "--", "cat")) {
            for (int i = 0; i < 3; i++) {
                try (RawClient client = serve.connect()) {
                    Thread sender = new Thread(() -> {
                        try {
                            client.send(0x82, new byte[30_000_000]);
                        } catch (java.io.UncheckedIOException refused) {
                            return; // before all of it was sent
                        }
                    });
                    sender.start();
                    RawClient.Frame frame = client.frame();
                    assertThat(frame.opcode()).isEqualTo(8);
                    assertThat(frame.hex()).startsWith("03f1"); // 1009
                }
            }
            try (RawClient client = serve.connect()) {
                assertThat(client.sendText("still here").text()).isEqualTo("still here");
            }
        }
    }

    @Test
    void thePageMayPutItsTokenWhereItCan(@TempDir Path directory) throws Exception {
        Path tokens = Files.writeString(directory.resolve("tokens"), "correct-horse-battery alice\n");
        try (ServeProcess serve = ServeProcess.start(
                        "--auth",
                        "bearer:" + tokens,
                        "--bearer-in",
                        "protocol,query",
                        "--access-log",
                        "--query-env",
                        "--shell",
                        "--",
                        "echo $REMOTE_USER; env | grep -c correct-horse");
                RawClient protocol = serve.connect("Sec-WebSocket-Protocol: bearer, correct-horse-battery");
                RawClient query = RawClient.open(serve.uri().resolve("/?access_token=correct-horse-battery"))) {
            for (RawClient client : List.of(protocol, query)) {
                assertThat(client.text()).isEqualTo("alice");
                assertThat(client.text()).as("variables with the token").isEqualTo("0");
            }
        }
    }
}
