package dev.duplex.server.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files below a directory. A symbolic link is followed as long as it ends below the same directory. */
public final class DirectorySource implements FileSource {
    private final Path root;

    /**
     * A source of the files below a directory.
     *
     * @throws IllegalArgumentException if it is not a directory
     * @throws UncheckedIOException if it cannot be read
     */
    public DirectorySource(Path root) {
        if (!Files.isDirectory(root)) {
            throw new IllegalArgumentException("expected a directory for static files but got " + root);
        }
        try {
            this.root = root.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot resolve the directory of static files, " + root, e);
        }
    }

    @Override
    public @Nullable Entry find(List<String> names) {
        try {
            Path path = root;
            for (String name : names) {
                path = path.resolve(name);
            }
            Path real = path.toRealPath();
            return isServed(real) ? DiskFile.at(real) : null;
        } catch (IOException | InvalidPathException e) {
            // No such file, a name too long, no permission: whoever asks learns nothing about which.
            return null;
        }
    }

    // The last word: whatever the names were, and whatever links they led through, this is where the file is.
    private boolean isServed(Path real) {
        if (!real.startsWith(root)) {
            return false;
        }
        for (Path name : root.relativize(real)) {
            if (name.toString().startsWith(".")) {
                return false;
            }
        }
        return true;
    }
}
