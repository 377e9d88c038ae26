package dev.duplex.cli;

import dev.duplex.cli.common.Version;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code duplex version}, for who does not think of {@code --version}. */
@Command(name = "version", description = "Tells the version of this command and of its Java.")
final class VersionCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        for (String line : Version.lines()) {
            spec.commandLine().getOut().println(line);
        }
        return 0;
    }
}
