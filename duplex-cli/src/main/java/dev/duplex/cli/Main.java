package dev.duplex.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code duplex} command: picks the verb and leaves.
 *
 * <p>Exit codes: 0 for done, 1 for a failure while running, 2 for a command line that was not understood, 3 for an address
 * that cannot be listened on.
 */
@Command(
        name = "duplex",
        description = "WebSocket at the command line.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {

    /** Every verb there is, in the order in which the help names them. */
    private static final List<Class<?>> VERBS = List.of(EchoCommand.class, ChatCommand.class, HelpCommand.class);

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
        CommandLine commandLine = new CommandLine(new Main());
        for (Class<?> verb : VERBS) {
            commandLine.addSubcommand(verb);
        }
        commandLine.setParameterExceptionHandler(Main::explain);
        commandLine.setExecutionExceptionHandler(Main::fail);
        return commandLine;
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
        if (failure.exitCode() == CommandFailure.USAGE) {
            err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        }
        err.flush();
        return failure.exitCode();
    }

    /** Says what was wrong, the nearest thing that exists, and where to read on; never the whole help. */
    private static int explain(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("duplex: " + e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }
}
