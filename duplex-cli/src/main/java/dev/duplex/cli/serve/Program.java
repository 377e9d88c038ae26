package dev.duplex.cli.serve;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to start.
 *
 * @param starter what becomes the program, with its own arguments; empty for nothing
 * @param command the program and its arguments
 * @param environment all that it gets, nothing is inherited
 * @param directory where it runs; empty for where we do
 * @param errors what becomes of what it writes on stderr
 */
public record Program(
        List<String> starter,
        List<String> command,
        Map<String, String> environment,
        Optional<Path> directory,
        Errors errors) {
    public Program {
        starter = List.copyOf(starter);
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    public Program(List<String> command, Map<String, String> environment, Optional<Path> directory, Errors errors) {
        this(List.of(), command, environment, directory, errors);
    }

    /** The same, started by another program that becomes it, such as {@code stdbuf -oL}. */
    Program startedBy(List<String> words) {
        return new Program(words, command, environment, directory, errors);
    }

    /** All words. */
    List<String> words() {
        List<String> words = new ArrayList<>(starter);
        words.addAll(command);
        return words;
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
