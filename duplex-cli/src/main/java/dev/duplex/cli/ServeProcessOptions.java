package dev.duplex.cli;

import dev.duplex.cli.common.LengthOfTime;
import dev.duplex.cli.serve.Credentials;
import dev.duplex.cli.serve.Environment;
import dev.duplex.cli.serve.FrameOptions;
import dev.duplex.cli.serve.Identity;
import dev.duplex.cli.serve.Program;
import dev.duplex.cli.serve.ProgramSettings;
import dev.duplex.cli.serve.SharedOptions;
import dev.duplex.cli.serve.StopLadder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How {@code duplex serve} runs programs. */
final class ServeProcessOptions {
    private static final int MAX_REPLAY = 100_000;

    enum SharedOut {
        broadcast,
        tagged
    }

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "each",
            description = "each: a program for each connection. shared: one for all, started with the server."
                    + " tcp:HOST:PORT or unix:PATH: no program, but a connection to that server; default:"
                    + " ${DEFAULT-VALUE}.")
    private String mode = "each";

    @Option(
            names = "--shared-out",
            paramLabel = "broadcast|tagged",
            defaultValue = "broadcast",
            description = "In shared mode, who gets a line: everybody; or tagged, the one whose name it begins with, or"
                    + " everybody after '* ', and lines to the program begin with the name of the sender; for --frame"
                    + " lines, nul and len32; default: ${DEFAULT-VALUE}.")
    private SharedOut sharedOut = SharedOut.broadcast;

    @Option(
            names = "--restart",
            paramLabel = "never|on-failure|always",
            defaultValue = "on-failure",
            description =
                    "In shared mode, when to start a program again that has ended, after 100ms and then longer and"
                            + " longer up to 10s, from 100ms again once it has run for 10s; writing what cannot be sent is a"
                            + " failure; default: ${DEFAULT-VALUE}.")
    private String restart = "on-failure";

    @Option(
            names = "--replay",
            paramLabel = "N",
            defaultValue = "0",
            description = "In shared mode, how many of the last messages a newcomer gets, as fast as it reads them;"
                    + " default: ${DEFAULT-VALUE}.")
    private int replay;

    @Option(names = "--env", paramLabel = "NAME=VALUE", description = "A variable for programs; may be repeated.")
    private Map<String, String> environment = new LinkedHashMap<>();

    @Option(
            names = "--pass-env",
            paramLabel = "NAME",
            split = ",",
            description = "Variables of ours that programs get, too, besides PATH, LANG, TZ, HOME and LD_LIBRARY_PATH.")
    private List<String> passed = new ArrayList<>();

    @Option(names = "--no-env", description = "Pass no variable of ours, not even PATH.")
    private boolean noEnvironment;

    @Option(names = "--query-env", description = "Give programs the parameters of the query: ?name=x is QS_name.")
    private boolean query;

    @Option(names = "--chdir", paramLabel = "DIR", description = "Where programs run; default: here.")
    private @Nullable Path directory;

    @Option(names = "--shell", description = "Let /bin/sh run the command: with pipes, variables and wildcards.")
    private boolean shell;

    @Option(
            names = "--unbuffered",
            description = "Make programs write each line at once, which many do for a terminal only: by stdbuf and"
                    + " PYTHONUNBUFFERED. What has buffers of its own must be told by its own means.")
    private boolean unbuffered;

    @Option(
            names = "--stderr",
            paramLabel = "log|merge|tag|null",
            defaultValue = "log",
            description = "What programs write on stderr: into our log; to the client like stdout; to the client,"
                    + " both as {\"stream\":\"stderr\",\"data\":…}, not in shared mode; or nowhere; default:"
                    + " ${DEFAULT-VALUE}.")
    private String stderr = "log";

    @Option(
            names = "--stop",
            paramLabel = "STEPS",
            defaultValue = "eof:1s,INT:1s,TERM:2s,KILL",
            description =
                    "How a program is ended when its client has left, with all that it has started: eof is the end"
                            + " of its input; default: ${DEFAULT-VALUE}.")
    private String stop = "";

    @Option(
            names = "--max-procs",
            paramLabel = "N",
            defaultValue = "256",
            description = "Most programs at a time, with those of --auth cmd; beyond them 503; default:"
                    + " ${DEFAULT-VALUE}.")
    private int maxProcesses;

    @Option(
            names = "--keep-warm",
            paramLabel = "N",
            defaultValue = "0",
            description = "How many programs run before their clients come, for those that start slowly. They find"
                    + " no request in their environment; --frame ndjson tells of it; default: ${DEFAULT-VALUE}.")
    private int warm;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "The user that programs run as, by name or number, with its groups; for the administrator.")
    private @Nullable String user;

    @Option(names = "--group", paramLabel = "NAME", description = "Their group, by name or number.")
    private @Nullable String group;

    @Option(
            names = "--timeout-idle",
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            defaultValue = "0",
            description = "Time without a message after which a connection is closed with 1001; default: never.")
    private Duration idle = Duration.ZERO;

    @Option(
            names = "--timeout-total",
            paramLabel = "TIME",
            converter = LengthOfTime.class,
            defaultValue = "0",
            description = "Time after which a connection is closed with 1001; default: never.")
    private Duration total = Duration.ZERO;

    /** As typed. */
    String mode() {
        return mode;
    }

    boolean isShared() {
        return mode.equals("shared");
    }

    SharedOptions shared(FrameOptions frames) {
        ServerOptions.within("--replay", replay, 0, MAX_REPLAY);
        boolean tagged = sharedOut == SharedOut.tagged;
        if (isShared() && tagged) {
            checkTagged(frames);
        }
        if (isShared() && errors() == Program.Errors.tag) {
            throw ServerOptions.wrong("--stderr tag is for --mode each: with one program for all, what it writes on"
                    + " stderr is for nobody in particular; --stderr merge sends it to all");
        }
        return new SharedOptions(
                tagged,
                switch (restart) {
                    case "never" -> SharedOptions.Restart.never;
                    case "on-failure" -> SharedOptions.Restart.onFailure;
                    case "always" -> SharedOptions.Restart.always;
                    default ->
                        throw ServerOptions.wrong(
                                "--restart: expected never, on-failure or always but got '" + restart + "'");
                },
                replay);
    }

    /** Names keep clients apart only where there is no doubt about which bytes are a name. */
    private static void checkTagged(FrameOptions frames) {
        if (frames.frame() == FrameOptions.Frame.ndjson) {
            throw ServerOptions.wrong("--shared-out tagged is not for --frame ndjson, whose lines name the client"
                    + " themselves, in conn: leave it out");
        }
        if (frames.frame() == FrameOptions.Frame.chunk) {
            throw ServerOptions.wrong("--shared-out tagged needs messages with a beginning, where the name stands:"
                    + " expected --frame lines, nul or len32 but got chunk");
        }
        if (frames.splitLong()) {
            throw ServerOptions.wrong("--shared-out tagged and --long-line split exclude each other: only the first"
                    + " part of a line would have a name");
        }
    }

    ProgramSettings programs() {
        return new ProgramSettings(Optional.ofNullable(directory), errors(), shell, unbuffered);
    }

    private Program.Errors errors() {
        return switch (stderr) {
            case "log" -> Program.Errors.log;
            case "merge" -> Program.Errors.merge;
            case "tag" -> Program.Errors.tag;
            case "null" -> Program.Errors.none;
            default -> throw ServerOptions.wrong("--stderr: expected log, merge, tag or null but got '" + stderr + "'");
        };
    }

    Environment environment(String software, Map<String, String> ours, Credentials credentials) {
        Map<String, String> inherited = Environment.inherit(ours, noEnvironment, passed);
        if (user != null && !passed.contains("HOME")) {
            inherited.remove("HOME"); // ours is not theirs
        }
        return new Environment(software, inherited, environment, query, credentials);
    }

    Identity identity() {
        try {
            return Identity.of(Optional.ofNullable(user), Optional.ofNullable(group));
        } catch (IllegalArgumentException e) {
            throw ServerOptions.wrong("--user, --group: " + e.getMessage());
        }
    }

    StopLadder ladder() {
        try {
            return StopLadder.parse(stop);
        } catch (RuntimeException e) {
            throw ServerOptions.wrong("--stop: " + e.getMessage());
        }
    }

    int maxProcesses() {
        ServerOptions.within("--max-procs", maxProcesses, 1, Integer.MAX_VALUE);
        return maxProcesses;
    }

    /** How many programs of a route run before their clients come. */
    int warm() {
        ServerOptions.within("--keep-warm", warm, 0, maxProcesses);
        if (warm > 0 && !mode.equals("each")) {
            throw ServerOptions.wrong(
                    "--keep-warm is for --mode each: no client waits for a program with --mode " + mode);
        }
        return warm;
    }

    Duration idle() {
        return idle;
    }

    Duration total() {
        return total;
    }
}
