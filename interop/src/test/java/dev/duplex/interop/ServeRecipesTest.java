package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.duplex.cli.EndedCommand;
import dev.duplex.cli.RunningCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recipes of docs/serve.md, each run with the files of {@code examples/serve} that it shows. */
@Tag("peer")
class ServeRecipesTest {
    private static final Path EXAMPLES =
            Path.of("../examples/serve").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private static String example(String name) {
        return EXAMPLES.resolve(name).toString();
    }

    private static RunningCommand serve(String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "serve";
        all[1] = "--port";
        all[2] = "0";
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return RunningCommand.start(all);
    }

    @Test
    void aShellCounter() {
        try (RunningCommand serve = serve("--", example("counter.sh"), "2");
                WireClient client = WireClient.open(serve.port(), "/")) {
            assertThat(client.rest()).containsExactly("text 1", "text 2", "close 1000");
        }
    }

    @Test
    void aPythonChatInSharedMode() {
        try (RunningCommand serve = serve("--mode", "shared", "--frame", "ndjson", "--", example("chat.py"));
                WireClient ada = WireClient.open(serve.port(), "/")) {
            assertThat(ada.next()).isEqualTo("text You are guest1. /name NAME changes that.");
            assertThat(ada.next()).isEqualTo("text guest1 has come");
            try (WireClient bob = WireClient.open(serve.port(), "/")) {
                assertThat(bob.next()).isEqualTo("text You are guest2. /name NAME changes that.");
                assertThat(ada.next()).isEqualTo("text guest2 has come");
                ada.text("/name Ada");
                assertThat(ada.next()).isEqualTo("text guest1 is now Ada");
                ada.text("hello");
                assertThat(ada.next()).isEqualTo("text Ada: hello");
                assertThat(List.of(bob.next(), bob.next(), bob.next()))
                        .containsExactly("text guest2 has come", "text guest1 is now Ada", "text Ada: hello");
            }
            assertThat(ada.next()).isEqualTo("text guest2 has left");
        }
    }

    @Test
    void aGrowingFile() throws IOException {
        Path log = Files.writeString(folder.resolve("app.log"), "one\ntwo\nthree\n");
        try (RunningCommand serve = serve("--route", "/log=tail -n 2 -f " + log);
                WireClient client = WireClient.open(serve.port(), "/log")) {
            assertThat(List.of(client.next(), client.next())).containsExactly("text two", "text three");
            Files.writeString(log, "four\n", StandardOpenOption.APPEND);
            assertThat(client.next()).isEqualTo("text four");
        }
    }

    @Test
    void aNodeScript() {
        try (RunningCommand serve = serve("--", Peers.node().toString(), example("shout.js"));
                WireClient client = WireClient.open(serve.port(), "/")) {
            client.text("hello");
            assertThat(client.next()).isEqualTo("text HELLO");
        }
    }

    @Test
    void whoMayConnect() throws IOException {
        Path tokens = Files.writeString(folder.resolve("tokens"), "correct-horse-battery-staple alice\n");
        try (RunningCommand serve = serve("--auth", "bearer:" + tokens, "--shell", "--", "echo hello $REMOTE_USER")) {
            try (WireClient client =
                    WireClient.open(serve.port(), "/", "Authorization: Bearer correct-horse-battery-staple")) {
                assertThat(client.rest()).containsExactly("text hello alice", "close 1000");
            }
            try (WireClient client = new WireClient(serve.port())) {
                WireClient.Response refused = client.upgrade("/");
                assertThat(refused.status()).isEqualTo(401);
                assertThat(refused.field("WWW-Authenticate")).startsWith("Bearer");
            }
        }
    }

    @Test
    void behindNginx() throws Exception {
        int port = Daemon.freePort();
        try (RunningCommand serve = serve(
                "--trust-proxy", "127.0.0.1", "--shell", "--route", "/live=echo $REMOTE_ADDR $PATH_INFO $HTTPS")) {
            String configuration = Files.readString(EXAMPLES.resolve("nginx.conf"))
                    .replace("127.0.0.1:8000", "127.0.0.1:" + port)
                    .replace("127.0.0.1:8080", "127.0.0.1:" + serve.port());
            Path file = Files.writeString(folder.resolve("nginx.conf"), configuration);
            Process nginx = new ProcessBuilder(
                            Peers.nginx().toString(),
                            "-p",
                            folder.toString(),
                            "-c",
                            file.toString(),
                            "-g",
                            "daemon off; pid " + folder.resolve("pid") + "; error_log stderr;")
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("nginx.log").toFile())
                    .start();
            try {
                Daemon.await("nginx listens", () -> !nginx.isAlive() || Daemon.accepts(port));
                assertThat(nginx.isAlive())
                        .as("%s", Files.readString(folder.resolve("nginx.log")))
                        .isTrue();
                String own = "Origin: http://127.0.0.1:" + port;
                try (WireClient client = WireClient.open(port, "/live/x", own, "X-Forwarded-For: 192.0.2.7")) {
                    // This client is at a trusted address itself, so that it counts as one more proxy.
                    assertThat(client.rest()).containsExactly("text 192.0.2.7 /x", "close 1000");
                }
                try (WireClient client = new WireClient(port)) {
                    assertThat(client.upgrade("/live/x", "Origin: http://evil.example")
                                    .status())
                            .isEqualTo(403);
                }
            } finally {
                nginx.destroy();
                nginx.waitFor();
            }
        }
    }

    @Test
    void aSystemdUnit() throws IOException {
        Path program = Path.of("/usr/bin/systemd-analyze");
        assumeTrue(Files.isExecutable(program), "systemd-analyze is not there to check the unit");
        Path file = Files.writeString(
                folder.resolve("duplex-serve.service"),
                // It wants the program of the unit to exist.
                Files.readString(EXAMPLES.resolve("duplex-serve.service"))
                        .replace("/usr/local/bin/duplex", "/bin/true"));
        Peers.Ended ended = Peers.run(folder, program.toString(), "verify", file.toString());
        assertThat(ended.output()).doesNotContain("duplex-serve.service");
        assertThat(ended.exitCode()).isZero();
    }

    @Test
    void controlByJson() {
        try (RunningCommand serve = serve("--frame", "ndjson", "--", example("control.py"));
                WireClient client = WireClient.open(serve.port(), "/")) {
            client.text("hello");
            assertThat(client.next()).isEqualTo("text 5 characters");
            client.binary(new byte[] {1, 2, 3});
            assertThat(client.next()).isEqualTo("binary 030201");
            client.text("bye");
            assertThat(client.rest()).containsExactly("close 4000 as you wish");
        }
    }

    @Test
    void filesScriptsAndTheConsole() {
        try (RunningCommand serve = serve(
                "--static", example("web"), "--cgi", example("cgi"), "--console=/try", "--", example("counter.sh"))) {
            assertThat(WireClient.get(serve.port(), "/").body()).contains("new WebSocket(");
            assertThat(WireClient.get(serve.port(), "/hello.sh/there").body())
                    .isEqualTo("Hello, 127.0.0.1. You asked for /there.\n");
            assertThat(WireClient.get(serve.port(), "/try").body()).contains("\"endpoints\":[\"/\"]");
            assertThat(WireClient.get(serve.port(), "/none").status()).isEqualTo(404);
            try (WireClient client = WireClient.open(serve.port(), "/")) {
                assertThat(client.next()).isEqualTo("text 1");
            }
        }
    }

    @Test
    void theSourcesOfScriptsAreNotShown() {
        assertThat(EndedCommand.run(
                                "serve", List.of("--static", EXAMPLES.toString(), "--cgi", example("cgi"), "--", "cat"))
                        .output())
                .contains("--cgi is within the directory of --static");
    }

    @Test
    void aUnixSocket() {
        Path socket = folder.resolve("serve.sock");
        String client = """
                import asyncio, sys, websockets
                async def main():
                    async with websockets.unix_connect(sys.argv[1], "ws://localhost/") as ws:
                        await ws.send("hello")
                        print(await ws.recv())
                asyncio.run(main())
                """;
        RunningCommand serve = RunningCommand.start("serve", "--unix", socket.toString(), "--", "cat");
        try (serve) {
            assertThat(Peers.run(folder, Peers.python().toString(), "-c", client, socket.toString())
                            .output())
                    .isEqualTo("hello\n");
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void everyFileThatThePagesShowIsOneOfThese() throws IOException {
        Pattern block = Pattern.compile("<!-- (examples/serve/[^ ]+) -->\\n+```[a-z]*\\n(.*?)```", Pattern.DOTALL);
        for (String page : List.of("serve.md", "serve.zh-CN.md")) {
            String text = Files.readString(EXAMPLES.resolve("../../docs/" + page), StandardCharsets.UTF_8);
            assertThat(block.matcher(text).results().count()).as(page).isGreaterThanOrEqualTo(5);
            block.matcher(text).results().forEach(shown -> {
                try {
                    assertThat(shown.group(2))
                            .as("%s in %s", shown.group(1), page)
                            .isEqualTo(
                                    Files.readString(EXAMPLES.resolve("../..").resolve(shown.group(1))));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
        }
    }
}
