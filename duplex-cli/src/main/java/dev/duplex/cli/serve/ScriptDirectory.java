package dev.duplex.cli.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The programs below a directory, by the paths of requests. Nothing outside of it is ever run: not by dot segments, encoded
 * slashes or backslashes, nor by symbolic links that lead out. Neither are files whose names begin with a dot, as those
 * that version control and editors leave.
 */
public final class ScriptDirectory {
    private static final int MOST_NAMES = 50;

    private final Path root;

    /**
     * A program and the path of a request, split after it.
     *
     * @param file where it really is
     * @param name the part of the path that names it, such as {@code /chat/room.py}; SCRIPT_NAME of RFC 3875 §4.1.13
     * @param pathInfo what follows, beginning with a slash, or empty; PATH_INFO of §4.1.5
     */
    public record Script(Path file, String name, String pathInfo) {}

    /** @throws IllegalArgumentException if it is not a directory that can be read */
    public ScriptDirectory(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("expected a directory of programs but got " + directory);
        }
        try {
            this.root = directory.toRealPath();
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read the directory " + directory + ": " + e.getMessage(), e);
        }
    }

    /** Where it really is. */
    public Path root() {
        return root;
    }

    /** The paths of the programs that lie directly in it, sorted; for people, so no more than fit on a page. */
    public List<String> names() {
        try (Stream<Path> files = Files.list(root)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> find(List.of(name)).isPresent())
                    .map(name -> "/" + name)
                    .sorted()
                    .limit(MOST_NAMES)
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /**
     * The program that a path names: the first file on the way down.
     *
     * @param segments decoded; the last one is empty where the path ends with a slash
     */
    public Optional<Script> find(List<String> segments) {
        try {
            Path place = root;
            for (int i = 0; i < segments.size(); i++) {
                Path next = below(place, segments.get(i));
                if (next == null) {
                    return Optional.empty();
                }
                // The last word: whatever the name was, and whatever links it led through, this is where it is.
                place = next.toRealPath();
                if (!place.startsWith(root)) {
                    return Optional.empty();
                }
                if (!Files.isDirectory(place)) {
                    return script(place, segments, i + 1);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            // No such file, a loop of links, no permission: whoever asks learns nothing about which.
            return Optional.empty();
        }
    }

    private static @Nullable Path below(Path place, String name) {
        if (name.isEmpty() || name.startsWith(".") || name.chars().anyMatch(c -> c < 0x20 || c == '/' || c == '\\')) {
            return null;
        }
        try {
            return place.resolve(name);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static Optional<Script> script(Path file, List<String> segments, int used) {
        List<String> rest = segments.subList(used, segments.size());
        // RFC 3875 §4.1.5: PATH_INFO is decoded, and an encoded slash in it would look like one between two segments.
        if (!Files.isRegularFile(file)
                || !Files.isExecutable(file)
                || rest.stream().anyMatch(segment -> segment.indexOf('/') >= 0)) {
            return Optional.empty();
        }
        return Optional.of(new Script(
                file,
                "/" + String.join("/", segments.subList(0, used)),
                rest.isEmpty() ? "" : "/" + String.join("/", rest)));
    }
}
