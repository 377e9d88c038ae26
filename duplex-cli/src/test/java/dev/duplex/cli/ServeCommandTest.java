package dev.duplex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code duplex serve} as a process of its own, as it is started and as it is ended. */
@Timeout(180)
class ServeCommandTest {

    private static void awaitGone(long pid) {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (runs(pid)) {
            assertThat(System.nanoTime()).as("process " + pid + " still runs").isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static boolean runs(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            return state != 'Z' && state != 'X';
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130", "HUP, 129", "KILL, 137"})
    void leavesNoProgramBehindHoweverItEnds(String signal, int exitCode) throws Exception {
        try (ServeProcess serve = ServeProcess.start(
                "--stop",
                "eof:200ms,TERM:200ms,KILL",
                "--",
                "sh",
                "-c",
                "trap '' HUP INT TERM; sleep 1000 & echo $$ $!; sleep 1000; sleep 1000")) {
            try (RawClient client = serve.connect()) {
                String[] pids = client.text().split(" ");
                serve.signal(signal);
                if (!signal.equals("KILL")) {
                    RawClient.Frame close = client.frame();
                    assertThat(close.firstByte()).isEqualTo(0x88);
                    assertThat(close.hex()).startsWith("03e9");
                    client.send(0x88, new byte[] {3, (byte) 0xe9});
                }
                assertThat(serve.exitCode()).isEqualTo(exitCode);
                for (String pid : pids) {
                    awaitGone(Long.parseLong(pid));
                }
            }
        }
    }

    @Test
    void servesSeveralProgramsFilesMetricsAndHealthOnOnePort(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("index.html"), "<p>page");
        Path ready = directory.resolve("ready");
        try (ServeProcess serve = ServeProcess.start(
                "--route",
                "/env=sh -c 'echo $SCRIPT_NAME $PATH_INFO'",
                "--route",
                "/echo=cat",
                "--static",
                directory.toString(),
                "--metrics",
                "/metrics",
                "--health",
                "/health",
                "--header",
                "X-Served-By: test",
                "--subprotocol",
                "any",
                "--ready-file",
                ready.toString())) {
            URI base = serve.uri();
            assertThat(Files.readString(ready)).isEqualTo(base + "\n");
            try (RawClient env = RawClient.open(base.resolve("/env/a/b"), "Sec-WebSocket-Protocol: one, two");
                    RawClient echo = RawClient.open(base.resolve("/echo"));
                    RawClient nowhere = RawClient.open(base.resolve("/nowhere"));
                    RawClient foreign = RawClient.open(base.resolve("/echo"), "Origin: http://evil.example")) {
                assertThat(env.text()).isEqualTo("/env /a/b");
                assertThat(env.head()).contains("Sec-WebSocket-Protocol: one").contains("X-Served-By: test");
                assertThat(echo.sendText("hello").text()).isEqualTo("hello");
                assertThat(nowhere.status()).isEqualTo(404);
                assertThat(foreign.status()).isEqualTo(403);
            }
            HttpResponse<String> page = serve.get("/");
            assertThat(page.body()).isEqualTo("<p>page");
            assertThat(page.headers().firstValue("X-Served-By")).hasValue("test");
            assertThat(serve.get("/health").body()).isEqualTo("ok\n");
            assertThat(serve.get("/metrics").body())
                    .contains("duplex_connections_opened_total 2\n")
                    .contains("duplex_programs_started_total 2\n")
                    .contains("duplex_handshakes_refused_total{status=\"404\"} 1\n");
            serve.signal("TERM");
            assertThat(serve.exitCode()).isEqualTo(143);
            assertThat(ready).doesNotExist();
        }
    }

    @Test
    void tellsWhoComesByPlainHttpWhatThisIs() throws Exception {
        try (ServeProcess serve = ServeProcess.start("--", "cat")) {
            HttpResponse<String> answer = serve.get("/x");
            assertThat(answer.statusCode()).isEqualTo(426);
            assertThat(answer.body()).contains("WebSocket endpoint");
        }
    }

    @Test
    void redirectsToTlsWithPathAndQueryAndSetsTheModeOfItsSocket(@TempDir Path directory) throws Exception {
        Path socket = directory.resolve("s");
        Path key = directory.resolve("key.pem");
        Path certificate = directory.resolve("cert.pem");
        assertThat(new ProcessBuilder(
                                "openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "rsa:2048",
                                "-nodes",
                                "-days",
                                "1",
                                "-subj",
                                "/CN=localhost",
                                "-keyout",
                                key.toString(),
                                "-out",
                                certificate.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("log").toFile())
                        .start()
                        .waitFor())
                .isZero();
        try (java.net.ServerSocket free = new java.net.ServerSocket(0)) {
            int plain = free.getLocalPort();
            free.close();
            try (ServeProcess serve = ServeProcess.start(
                    "--unix",
                    socket.toString(),
                    "--unix-mode",
                    "660",
                    "--tls-cert",
                    certificate.toString(),
                    "--tls-key",
                    key.toString(),
                    "--redirect-port",
                    Integer.toString(plain),
                    "--",
                    "cat")) {
                HttpResponse<String> answer = ServeProcess.get(URI.create("http://localhost:" + plain + "/a%20b?c=d"));
                assertThat(answer.statusCode()).isEqualTo(308);
                assertThat(answer.headers().firstValue("Location"))
                        .hasValue("https://localhost:" + serve.uri().getPort() + "/a%20b?c=d");
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                        .isEqualTo("rw-rw----");
            }
            assertThat(socket).doesNotExist();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--route nonsense",
                "--route /x=a|b",
                "--route /x/*=cat",
                "--mode neither -- cat",
                "--mode tcp:localhost:1 -- cat",
                "--stop STOP -- cat",
                "--stderr x -- cat",
                "--slow x -- cat",
                "--restart x -- cat",
                "--auth x -- cat",
                "--auth basic:/nowhere -- cat",
                "--header x -- cat",
                "--unix-mode 999 --unix /tmp/x -- cat",
                "--unix-mode 660 -- cat",
                "--redirect-port 1 -- cat",
                "--max-procs 0 -- cat",
                "--replay -1 --mode shared -- cat",
                "--max-line 0 -- cat",
                "--frame x -- cat",
                "--long-line x -- cat",
                "--mode shared --shared-out tagged --frame chunk -- cat",
                "--mode shared --shared-out tagged --frame ndjson -- cat",
                "--mode shared --shared-out tagged --long-line split -- cat",
                "--mode shared --stderr tag -- cat",
                "--auth cmd:'cat -- cat",
                "--long-line split --frame ndjson -- cat",
                "--keep-warm -1 -- cat",
                "--keep-warm 257 -- cat",
                "--keep-warm 1 --mode shared -- cat",
                "--keep-warm 1 --dir .",
                "--bearer-in query -- cat",
                "--auth cmd:true --bearer-in query -- cat",
                "--auth cmd:true --bearer-in cookie -- cat",
                "--rate fast -- cat",
                "--ready-fd 0 -- cat",
                "--ready-fd 1999999 -p 0 -- cat",
                "--user no-such-user-here -- cat",
                "--group no-such-group-here -- cat",
                "--deflate min:little -- cat",
                "--colour -- cat"
            })
    void answersWhatCannotBeWithExitCodeTwoAndASentence(String arguments) {
        StringWriter err = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(new StringWriter(), true));
        commandLine.setErr(new PrintWriter(err, true));
        List<String> all = new ArrayList<>(List.of("serve"));
        if (!arguments.isEmpty()) {
            all.addAll(List.of(arguments.split(" ")));
        }
        assertThat(commandLine.execute(all.toArray(String[]::new)))
                .as(err.toString())
                .isEqualTo(2);
        assertThat(err.toString()).contains("duplex serve --help").doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"each", "shared"})
    void saysAtOnceWhichProgramCannotBeStarted(String mode) {
        StringWriter err = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setErr(new PrintWriter(err, true));
        assertThat(commandLine.execute("serve", "-p", "0", "--mode", mode, "--", "no-such-program"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("cannot start no-such-program: there is no such program in the PATH");
    }
}
