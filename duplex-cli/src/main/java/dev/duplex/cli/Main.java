package dev.duplex.cli;

import dev.duplex.cli.common.ClientOptions;
import dev.duplex.cli.common.CommandFailure;
import dev.duplex.cli.common.ExitCode;
import dev.duplex.cli.common.Presets;
import dev.duplex.cli.common.Spelling;
import dev.duplex.cli.common.Streams;
import dev.duplex.cli.common.Version;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code duplex} command: picks the verb and leaves.
 *
 * <p>How it ends is an {@link ExitCode}.
 */
@Command(
        name = "duplex",
        description = "WebSocket at the command line.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {

    /** Every verb there is, in the order in which the help names them. */
    private static final List<Class<?>> VERBS = List.of(
            ServeCommand.class,
            WebsocketdCommand.class,
            EchoCommand.class,
            ChatCommand.class,
            ConnectCommand.class,
            PingCommand.class,
            RecordCommand.class,
            ReplayCommand.class,
            CheckCommand.class,
            BenchCommand.class,
            CompletionCommand.class,
            VersionCommand.class,
            HelpCommand.class,
            RehearseCommand.class);

    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) throws IOException {
        // Scripts ask for the version; answering before picocli is loaded halves the time that takes.
        if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
            for (String line : Version.lines()) {
                System.out.println(line);
            }
            return;
        }
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return commandLine(Streams.SYSTEM);
    }

    static CommandLine commandLine(Streams streams) {
        return commandLine(streams, System.getenv());
    }

    static CommandLine commandLine(Streams streams, Map<String, String> environment) {
        VerbFactory factory = new VerbFactory(streams);
        CommandLine commandLine = new CommandLine(new Main(), factory);
        Presets presets = new Presets(environment, factory);
        for (Class<?> verb : VERBS) {
            commandLine.addSubcommand(verb);
        }
        commandLine.getSubcommands().values().stream()
                .filter(Main::hasOptionsOfItsOwn)
                .forEach(presets::addTo);
        // What stands behind the program to serve is the program's own.
        Objects.requireNonNull(commandLine.getSubcommands().get("serve")).setStopAtPositional(true);
        // Its words are for it to read, two dashes among them.
        CommandLine websocketd =
                Objects.requireNonNull(commandLine.getSubcommands().get("websocketd"));
        websocketd.setUnmatchedOptionsArePositionalParams(true);
        websocketd.setStopAtPositional(true);
        websocketd.setEndOfOptionsDelimiter("\0");
        tellExitCodes(commandLine);
        // A message may begin with @, and a secret's file is read as a whole.
        commandLine.setExpandAtFiles(false);
        commandLine.registerConverter(Long.class, Main::wholeNumber);
        commandLine.registerConverter(long.class, Main::wholeNumber);
        commandLine.setParameterExceptionHandler((e, args) -> explain(e, presets));
        commandLine.setExecutionExceptionHandler(Main::fail);
        return commandLine;
    }

    private static boolean hasOptionsOfItsOwn(CommandLine verb) {
        return verb.getCommandSpec().options().stream().anyMatch(option -> !option.usageHelp());
    }

    /** In the help of the command itself and of the verbs with a client, which can end in each of these ways. */
    private static void tellExitCodes(CommandLine commandLine) {
        Stream.concat(
                        Stream.of(commandLine),
                        commandLine.getSubcommands().values().stream()
                                .filter(verb -> verb.getCommandSpec().mixins().values().stream()
                                        .anyMatch(mixin -> mixin.userObject() instanceof ClientOptions)))
                .forEach(verb -> verb.getCommandSpec()
                        .usageMessage()
                        .exitCodeListHeading("%nExit codes:%n")
                        .exitCodeList(ExitCode.list()));
    }

    /** Gives the streams to the verbs that want them. */
    private record VerbFactory(Streams streams) implements IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            if (type == ConnectCommand.class) {
                return type.cast(new ConnectCommand(streams));
            }
            if (type == ReplayCommand.class) {
                return type.cast(new ReplayCommand(streams));
            }
            return CommandLine.defaultFactory().create(type);
        }
    }

    /** {@code duplex} alone is a question for the verbs, not a mistake of which one has to be told. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** What a command cannot do is said in a sentence; anything else is a bug, and its stack trace helps. */
    private static int fail(Exception e, CommandLine command, ParseResult parsed) throws Exception {
        if (!(e instanceof CommandFailure failure)) {
            throw e;
        }
        PrintWriter err = command.getErr();
        err.println("duplex: " + failure.getMessage());
        if (failure.exitCode() == ExitCode.USAGE) {
            err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        }
        err.flush();
        return failure.exitCode().code();
    }

    /** Says what was wrong, the nearest thing that exists, and where to read on; never the whole help. */
    private static int explain(ParameterException e, Presets presets) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        String source = presets.sourceOf(e.getArgSpec())
                .map(from -> " (from " + from + ")")
                .orElse("");
        err.println("duplex: " + e.getMessage() + source);
        if (e instanceof UnmatchedArgumentException unmatched) {
            List<String> meant = meant(unmatched, command.getCommandSpec());
            if (!meant.isEmpty()) {
                err.println("Did you mean " + String.join(" or ", meant) + "?");
            }
        }
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** The options or verbs that are this but for a slip; where there are none, those that look like it. */
    private static List<String> meant(UnmatchedArgumentException unmatched, CommandSpec spec) {
        String typed = unmatched.getUnmatched().get(0).replaceFirst("=.*", "");
        Set<String> words = unmatched.isUnknownOption()
                ? spec.optionsMap().keySet()
                : spec.subcommands().keySet();
        List<String> nearest = words.stream()
                .filter(word -> word.length() > 2 && Spelling.isOneSlipAway(word, typed))
                .toList();
        return nearest.isEmpty() ? unmatched.getSuggestions() : nearest;
    }

    private static long wholeNumber(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("expected a whole number but got '" + text + "'");
        }
    }
}
