package dev.duplex.cli;

import dev.duplex.cli.websocketd.WebsocketdServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code duplex websocketd}: all its words are websocketd's own, and read as that reads them. */
@Command(
        name = "websocketd",
        description = "What websocketd is, with its own flags: duplex serve, to be put in its place.",
        customSynopsis = "duplex websocketd [flags] COMMAND [ARG...]")
final class WebsocketdCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(hidden = true)
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() {
        return new WebsocketdServer(
                        System.getenv(),
                        spec.commandLine().getOut(),
                        spec.commandLine().getErr(),
                        ConsolePage::new)
                .run(words);
    }
}
