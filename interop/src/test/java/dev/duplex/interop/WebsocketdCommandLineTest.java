package dev.duplex.interop;

import static dev.duplex.interop.Daemon.Kind.DUPLEX;
import static dev.duplex.interop.Daemon.Kind.WEBSOCKETD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.EndedCommand;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Flags, exit codes and the log of {@code websocketd} and {@code duplex websocketd}. */
@Tag("side-by-side")
class WebsocketdCommandLineTest {
    @TempDir
    static Path folder;

    /**
     * Arguments that begin no server.
     *
     * @param says a part of what is written
     */
    private record Row(List<String> arguments, int exitCode, String says) {}

    static List<Row> rows() {
        return List.of(
                new Row(List.of(), 1, "Command line arguments are missing."),
                new Row(List.of("--port=8080"), 1, "Please specify COMMAND or provide --dir, --staticdir or --cgidir"),
                new Row(
                        List.of("no-such-command"),
                        1,
                        "Unable to locate specified COMMAND 'no-such-command' in OS path."),
                new Row(List.of("--dir=/no/such"), 1, "Could not find your script dir '/no/such'."),
                new Row(
                        List.of("--dir=/etc/passwd"),
                        1,
                        "Did you mean to specify COMMAND instead of --dir '/etc/passwd'?"),
                new Row(
                        List.of("--dir=/tmp", "cat"),
                        1,
                        "Ambiguous. Provided COMMAND and --dir argument. Please only specify just one."),
                new Row(
                        List.of("--staticdir=/no/such", "cat"),
                        1,
                        "Your static dir '/no/such' is not pointing to an accessible directory."),
                new Row(
                        List.of("--cgidir=/no/such", "cat"),
                        1,
                        "Your CGI dir '/no/such' is not pointing to an accessible directory."),
                new Row(
                        List.of("--loglevel=loud", "cat"),
                        1,
                        "Incorrect loglevel flag 'loud'. Use --help to see allowed values."),
                new Row(
                        List.of("--ssl", "cat"),
                        1,
                        "Please specify both --sslcert and --sslkey when requesting --ssl."),
                new Row(
                        List.of("--sslkey=k", "cat"),
                        1,
                        "You should not be using --ssl* flags when there is no --ssl option."),
                new Row(List.of("--bogus", "cat"), 2, "flag provided but not defined: -bogus"),
                new Row(List.of("-bogus=1", "cat"), 2, "flag provided but not defined: -bogus"),
                new Row(List.of("--port=many", "cat"), 2, "invalid value \"many\" for flag -port: parse error"),
                new Row(List.of("--port"), 2, "flag needs an argument: -port"),
                new Row(
                        List.of("--binary=perhaps", "cat"),
                        2,
                        "invalid boolean value \"perhaps\" for -binary: parse error"),
                new Row(List.of("---port=1", "cat"), 2, "bad flag syntax: ---port=1"),
                new Row(List.of("--help"), 0, "--maxforks=N"),
                new Row(List.of("--version"), 0, "websocketd "),
                new Row(List.of("--license"), 0, "websocketd "));
    }

    /** Ours in this JVM, as a start of it takes longer than all the rest. */
    private static Peers.Ended run(Daemon.Kind kind, List<String> arguments) {
        if (kind == DUPLEX) {
            EndedCommand ended = EndedCommand.run("websocketd", arguments);
            return new Peers.Ended(ended.exitCode(), ended.output());
        }
        return Peers.run(
                folder, Daemon.command(kind, arguments.toArray(String[]::new)).toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void bothSayTheSame(Row row) {
        for (Daemon.Kind kind : Daemon.Kind.values()) {
            Peers.Ended ended = run(kind, row.arguments());
            assertThat(ended.output()).as("%s", kind).contains(row.says());
            assertThat(ended.exitCode()).as("%s", kind).isEqualTo(row.exitCode());
        }
    }

    @Test
    void consoleAndFilesAreNotPossibleTogetherInWebsocketd() {
        Peers.Ended ended = run(WEBSOCKETD, List.of("--devconsole", "--staticdir=/tmp", "cat"));
        assertThat(ended.output())
                .endsWith("| FATAL  | server     |  | Invalid parameters: --devconsole cannot be used with --staticdir."
                        + " Pick one.\n");
        assertThat(ended.exitCode()).isEqualTo(4);
    }

    @Test
    void aPortThatIsTakenEndsIt() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (Daemon.Kind kind : Daemon.Kind.values()) {
                Peers.Ended ended = run(kind, List.of("--port=" + taken.getLocalPort(), "--address=127.0.0.1", "cat"));
                assertThat(ended.exitCode()).as("%s", kind).isEqualTo(3);
                assertThat(ended.output()).as("%s", kind).contains("| FATAL  | server     |  | Can't start server: ");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void flagsHaveOneDashOrTwoAndEndWithTheCommand(Daemon.Kind kind) throws Exception {
        Path file = Files.writeString(folder.resolve("--devconsole"), "of the file\n");
        try (DaemonPair pair =
                new DaemonPair(folder, "-binary=false", "--maxforks", "7", "cat", "--", "--devconsole")) {
            try (WireClient client = pair.get(kind).open("/")) {
                assertThat(client.rest()).startsWith("text of the file");
            }
        }
        Files.delete(file);
    }

    // ----------------------------------------------------------------------------------------------------------- the
    // log

    private static final Pattern TIME = Pattern.compile(
            "^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4} ");

    /** A line of the log, with what differs from run to run masked. */
    private static String masked(String line, Daemon daemon) {
        return TIME.matcher(line)
                .replaceFirst("TIME ")
                .replace(":" + daemon.port(), ":PORT")
                .replaceAll("\\bid:'[^']*'", "id:'ID'")
                .replaceAll("pid:'[0-9]+'", "pid:'PID'")
                .replaceAll("Process [0-9]+ ", "Process PID ")
                .replaceAll("->127.0.0.1:[0-9]+", "->PEER");
    }

    private static List<String> masked(Daemon daemon) {
        List<String> lines = new ArrayList<>();
        daemon.log().stream()
                // websocketd sometimes comes across the end of its own pipes.
                .filter(line -> !line.endsWith("file already closed"))
                .forEach(line -> lines.add(masked(line, daemon)));
        return lines;
    }

    @ParameterizedTest
    @EnumSource
    void theLogTellsOfStartConnectAndDisconnect(Daemon.Kind kind) {
        try (DaemonPair pair = new DaemonPair(folder, "cat")) {
            Daemon daemon = pair.get(kind);
            try (WireClient client = daemon.open("/a%20b?c", "Origin: http://127.0.0.1:" + daemon.port())) {
                client.text("x");
                assertThat(client.next()).isEqualTo("text x");
            }
            daemon.awaitLog(line -> line.endsWith("| DISCONNECT"));
            daemon.get("/plain");
            daemon.awaitLog(line -> line.endsWith("| NOT FOUND"));
            String session =
                    "url:'http://127.0.0.1:PORT/a%20b?c' id:'ID' remote:'127.0.0.1' command:'/usr/bin/cat' origin:'http://127.0.0.1:PORT'";
            assertThat(masked(daemon))
                    .containsExactly(
                            "TIME | INFO   | server     |  | Serving using application   : /usr/bin/cat ",
                            "TIME | INFO   | server     |  | Starting WebSocket server   : ws://127.0.0.1:PORT/",
                            "TIME | ACCESS | session    | " + session + " | CONNECT",
                            "TIME | ACCESS | session    | " + session + " pid:'PID' | DISCONNECT",
                            "TIME | ACCESS | http       | url:'http://127.0.0.1:PORT/plain' | NOT FOUND");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHigherLevelIsQuieter(Daemon.Kind kind) {
        try (DaemonPair pair = new DaemonPair(folder, "--loglevel=error", "sh", "-c", "echo oops >&2; echo out")) {
            Daemon daemon = pair.get(kind);
            try (WireClient client = daemon.open("/")) {
                assertThat(client.rest()).startsWith("text out");
            }
            daemon.awaitLog(line -> line.endsWith("| oops"));
            assertThat(masked(daemon))
                    .containsExactly(
                            "TIME | ERROR  | stderr     | url:'http://127.0.0.1:PORT/' id:'ID' remote:'127.0.0.1'"
                                    + " command:'/usr/bin/sh' origin:'file:' pid:'PID' | oops");
        }
    }

    @ParameterizedTest
    @EnumSource
    void traceTellsOfTheEndAndDebugOfTheEnvironment(Daemon.Kind kind) {
        try (DaemonPair pair = new DaemonPair(folder, "--loglevel=trace", "cat")) {
            Daemon daemon = pair.get(kind);
            daemon.open("/").close();
            daemon.awaitLog(line -> line.endsWith("| DISCONNECT"));
            assertThat(masked(daemon))
                    .anyMatch(
                            line -> line.startsWith("TIME | TRACE  | websocket  | url:'http://127.0.0.1:PORT/' id:'ID'")
                                    && line.endsWith(" pid:'PID' | Terminated websocket connection"))
                    .noneMatch(line -> line.contains("| DEBUG  |"));
        }
        try (DaemonPair pair = new DaemonPair(folder, "--loglevel=debug", "cat")) {
            Daemon daemon = pair.get(kind);
            daemon.open("/a%20b?c", "X-Own: y").close();
            daemon.awaitLog(line -> line.endsWith("| DISCONNECT"));
            String client = "TIME | DEBUG  | env        | url:'http://127.0.0.1:PORT/a%20b?c' id:'ID'"
                    + " remote:'127.0.0.1' command:'/usr/bin/cat'";
            List<String> lines = masked(daemon);
            for (String said : List.of(
                    "Parent envvar: PATH=" + System.getenv("PATH"),
                    "Std. variable: PATH_INFO=/a b",
                    "Std. variable: QUERY_STRING=c",
                    "Header variable HTTP_X_OWN=y")) {
                assertThat(lines)
                        .as("%s", kind)
                        .anyMatch(line -> line.startsWith(client) && line.endsWith("| " + said));
            }
        }
    }
}
