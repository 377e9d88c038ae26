package dev.duplex.cli.serve;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to start.
 *
 * @param command the program and its arguments
 * @param environment all that it gets, nothing is inherited
 * @param directory where it runs; empty for where we do
 * @param errors what becomes of what it writes on stderr
 */
public record Program(List<String> command, Map<String, String> environment, Optional<Path> directory, Errors errors) {
    public Program {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** What becomes of stderr. */
    public enum Errors {
        /** Each line into our log. */
        log,
        /** The same as its stdout. */
        merge,
        /** To the client, in messages that say which stream they are of. */
        tag,
        /** Nothing. */
        none
    }

    /** The program's name as it is shown. */
    public String name() {
        return command.get(0);
    }
}
