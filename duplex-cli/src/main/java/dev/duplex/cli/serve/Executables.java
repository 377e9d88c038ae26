package dev.duplex.cli.serve;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Looks before a start at what can be known, so that a failure is told with its reason. */
final class Executables {
    /** As execvp(3) has it where there is no PATH. */
    private static final String DEFAULT_PATH = "/bin:/usr/bin";

    private static final int MAX_SHEBANG = 256;

    private Executables() {}

    /** @throws ProgramException if the program would not start */
    static void check(Program program) throws ProgramException {
        Optional<Path> directory = program.directory();
        if (directory.isPresent() && !Files.isDirectory(directory.get())) {
            throw new ProgramException("cannot start " + program.name() + ": " + directory.get() + " is no directory");
        }
        Path file = find(program);
        Optional<String> interpreter = interpreter(file);
        if (interpreter.isPresent() && !Files.isExecutable(Path.of(interpreter.get()))) {
            throw new ProgramException("cannot start " + program.name() + ": its first line names the interpreter "
                    + interpreter.get() + ", which " + missing(Path.of(interpreter.get())));
        }
    }

    private static Path find(Program program) throws ProgramException {
        String name = program.name();
        if (name.indexOf('/') >= 0) {
            Path file = program.directory().map(dir -> dir.resolve(name)).orElse(Path.of(name));
            if (!isProgram(file)) {
                throw new ProgramException("cannot start " + name + ": it " + missing(file));
            }
            return file;
        }
        String path = program.environment().getOrDefault("PATH", DEFAULT_PATH);
        Path base = program.directory().orElse(Path.of(""));
        return Arrays.stream(path.split(":", -1))
                .map(place -> base.resolve(place).resolve(name))
                .filter(Executables::isProgram)
                .findFirst()
                .orElseThrow(
                        () -> new ProgramException("cannot start " + name + ": there is no such program in the PATH "
                                + path + (Files.exists(base.resolve(name)) ? "; did you mean ./" + name + "?" : "")));
    }

    private static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }

    private static String missing(Path file) {
        return !Files.exists(file)
                ? "does not exist"
                : Files.isDirectory(file) ? "is a directory" : "is not executable (chmod +x)";
    }

    /** What a script names in its first line. */
    private static Optional<String> interpreter(Path file) {
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(MAX_SHEBANG);
        } catch (IOException e) {
            return Optional.empty(); // one that may be executed and not read
        }
        if (head.length < 2 || head[0] != '#' || head[1] != '!') {
            return Optional.empty();
        }
        String line = new String(head, 2, head.length - 2, StandardCharsets.UTF_8);
        return line.lines()
                .findFirst()
                .map(String::strip)
                .map(words -> words.split("[ \t]", 2)[0])
                .filter(word -> word.startsWith("/"));
    }
}
