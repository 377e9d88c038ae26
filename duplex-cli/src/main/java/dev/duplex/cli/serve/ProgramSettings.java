package dev.duplex.cli.serve;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How programs are run, whichever they are.
 *
 * @param directory where; empty for where we are
 * @param errors what becomes of stderr
 * @param shell whether commands are for {@code /bin/sh}
 * @param unbuffered whether they are asked to write each line at once
 */
public record ProgramSettings(Optional<Path> directory, Program.Errors errors, boolean shell, boolean unbuffered) {

    /** What makes languages write at once, as far as they have a variable for it. */
    private static final Map<String, String> UNBUFFERED = Map.of("PYTHONUNBUFFERED", "1");

    /** A command on the command line, word by word. */
    public List<String> command(List<String> words) {
        return shell ? List.of("/bin/sh", "-c", String.join(" ", words)) : List.copyOf(words);
    }

    /**
     * A command in one string.
     *
     * @throws IllegalArgumentException if it cannot be read
     */
    public List<String> command(String text) {
        return shell ? List.of("/bin/sh", "-c", text) : CommandWords.split(text);
    }

    /** The program to start for this command. */
    public Program program(List<String> command, Map<String, String> environment) {
        if (!unbuffered) {
            return new Program(command, environment, directory, errors);
        }
        Map<String, String> more = new LinkedHashMap<>(environment);
        UNBUFFERED.forEach(more::putIfAbsent);
        List<String> words = new ArrayList<>();
        // It tells the C library by a variable and a preloaded library, so that it works for what a script starts, too.
        GroupStarter.executable("stdbuf").ifPresent(stdbuf -> words.addAll(List.of(stdbuf, "-oL", "-eL")));
        return new Program(command, more, directory, errors).startedBy(words);
    }
}
