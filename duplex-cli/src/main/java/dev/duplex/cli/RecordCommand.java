package dev.duplex.cli;

import dev.duplex.cli.common.CommandFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code duplex record}: {@code duplex connect --record}, as one would say it. */
@Command(
        name = "record",
        description = "Connects as 'duplex connect' does, and writes down all that is sent and all that comes.",
        customSynopsis = "duplex record FILE [--] CONNECT-ARGUMENT...",
        sortOptions = false,
        footer = {
            "",
            "FILE has a JSON object in each line; 'duplex replay' plays it again. Such as:",
            "  duplex record chat.ndjson -- ws://localhost:8009/ hello",
            "  duplex replay --assert chat.ndjson ws://localhost:8009/"
        })
final class RecordCommand implements Callable<Integer> {
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE", description = "Where to; a recording that is there is replaced.")
    private String file = "";

    @Parameters(
            index = "1..*",
            paramLabel = "CONNECT-ARGUMENT",
            description = "URL, messages and options, as 'duplex help connect' describes them.")
    private List<String> arguments = new ArrayList<>();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and leave.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    @Spec
    void spec(CommandSpec own) {
        spec = own;
        // What follows the file is for connect, options as well.
        own.parser().stopAtPositional(true);
    }

    @Override
    public Integer call() {
        List<String> all = new ArrayList<>(List.of("--record", file));
        all.addAll(
                arguments.isEmpty() || !arguments.get(0).equals("--")
                        ? arguments
                        : arguments.subList(1, arguments.size()));
        if (all.size() == 2) {
            throw CommandFailure.usage("expected a URL after the file, and perhaps more for 'duplex connect'");
        }
        CommandLine connect = Objects.requireNonNull(
                        Objects.requireNonNull(spec).commandLine().getParent())
                .getSubcommands()
                .get("connect");
        return Objects.requireNonNull(connect).execute(all.toArray(String[]::new));
    }
}
