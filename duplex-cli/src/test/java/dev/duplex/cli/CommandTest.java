package dev.duplex.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.server.WebSocketServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the verbs with a server answer to a command line with which they cannot start. */
class CommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }

    private int run(List<String> args) {
        return run(args.toArray(String[]::new));
    }

    private void assertNoStackTrace() {
        assertThat(err.toString()).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--port x | --port",
                "--port 65536 | --port",
                "--port -1 | --port",
                "--max-message lots | --max-message",
                "--max-message 0 | --max-message",
                "--max-message 2g | --max-message",
                "--deflate maybe | --deflate",
                "--ping often | --ping",
                "--transport steam | io-uring",
                "--event-loops 0 | --event-loops",
                "--max-connections 0 | --max-connections",
                "--max-fragments 0 | --max-fragments",
                "--origin example.com:x:y | --origin",
                "--any-origin --origin https://a.example | --any-origin",
                "--trust-proxy 10.0.0.0/99 | --trust-proxy",
                "--tls-cert cert.pem | --tls-key",
                "--tls-key key.pem | --tls-cert",
                "--tls-client-ca ca.pem | --tls-cert",
                "--tls-self-signed --tls-client-ca ca.pem | --tls-self-signed",
                "--tls-cert no-such.pem --tls-key no-such.pem | no-such.pem",
                "--static no-such-directory | --static",
                "--host no-such-host.invalid | no-such-host.invalid",
                "--colour | --colour",
                "stray | stray"
            })
    void answersAValueThatCannotBeWithExitCodeTwoAndASentence(String options, String named) {
        for (String verb : List.of("echo", "chat")) {
            err.getBuffer().setLength(0);
            assertThat(run(Stream.concat(Stream.of(verb), Stream.of(options.split(" ")))
                            .toList()))
                    .as(verb + " " + options + "\n" + err)
                    .isEqualTo(2);
            assertThat(err.toString()).contains(named).contains("duplex " + verb + " --help");
            assertNoStackTrace();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "10001", "all"})
    void boundsTheHistory(String history) {
        assertThat(run("chat", "--history", history)).isEqualTo(2);
        assertThat(err.toString()).contains("--history").contains(history);
        assertNoStackTrace();
    }

    @ParameterizedTest
    @ValueSource(strings = {"echo", "chat"})
    void answersAPortInUseWithExitCodeThreeAndAHint(String verb) {
        try (WebSocketServer other = WebSocketServer.builder().port(0).start()) {
            assertThat(run(verb, "--port", Integer.toString(other.port()))).isEqualTo(3);
            assertThat(err.toString())
                    .contains("127.0.0.1 port " + other.port())
                    .contains("another program")
                    .contains("--port");
            assertNoStackTrace();
        }
    }

    @Test
    void answersAnAddressOfAnotherMachineWithExitCodeThree() {
        // RFC 5737 §3: never anybody's
        assertThat(run("echo", "--host", "192.0.2.1", "--port", "0")).isEqualTo(3);
        assertThat(err.toString()).contains("192.0.2.1").contains("--host");
        assertNoStackTrace();
    }

    @Test
    void listsTheVerbsWithinEightyColumns() {
        assertThat(run("help")).isZero();
        assertThat(out.toString()).contains("connect", "replay");
        assertThat(out.toString().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void leavesAFileAloneThatIsNoSocket(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("precious"), "data");
        assertThat(run("echo", "--unix", file.toString())).isEqualTo(3);
        assertThat(err.toString()).contains("precious");
        assertThat(file).hasContent("data");
        assertNoStackTrace();
    }

    @ParameterizedTest
    @ValueSource(strings = {"echo", "chat"})
    void explainsEveryOption(String verb) {
        assertThat(run(verb, "--help")).isZero();
        assertThat(out.toString())
                .contains(
                        "--host",
                        "--port",
                        "--unix",
                        "--tls-cert",
                        "--tls-key",
                        "--tls-self-signed",
                        "--tls-client-ca",
                        "--origin",
                        "--any-origin",
                        "--trust-proxy",
                        "--static",
                        "--max-message",
                        "--max-fragments",
                        "--deflate",
                        "--ping",
                        "--transport",
                        "--event-loops",
                        "--max-connections",
                        "--quiet",
                        "9998",
                        "8009")
                .doesNotContain("${");
    }

    static Stream<String> verbs() {
        return Main.commandLine().getSubcommands().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void explainsEveryVerbWithinEightyColumns(String verb) {
        assertThat(run("help", verb)).isZero();
        assertThat(out.toString()).contains("Usage: duplex").doesNotContain("${");
        assertThat(out.toString().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }
}
