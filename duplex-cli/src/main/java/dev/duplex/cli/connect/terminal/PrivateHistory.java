package dev.duplex.cli.connect.terminal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jline.reader.History;
import org.jline.reader.impl.history.DefaultHistory;

/**
 * What was typed before, in a file for its owner alone. What looks like a secret is remembered while the program runs,
 * and never written.
 */
final class PrivateHistory extends DefaultHistory {
    /** Entries in memory and in the file. */
    static final int SIZE = 1000;

    /** Longer ones are not written: a pasted document is no line to come back to. */
    private static final int MAX_LENGTH = 16 * 1024;

    private static final Pattern SECRET = Pattern.compile(
            "\\b(bearer|authori[sz]ation|passw(or)?d|passphrase|secret|token|cookie|credentials?|api[-_]?key|jwt)"
                    + "|\\beyJ[A-Za-z0-9_-]{8,}",
            Pattern.CASE_INSENSITIVE);

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    @Override
    public boolean isPersistable(History.Entry entry) {
        return entry.line().length() <= MAX_LENGTH
                && !SECRET.matcher(entry.line()).find()
                && super.isPersistable(entry);
    }

    /** Where it is kept, by the XDG Base Directory Specification; empty if this user has no home. */
    static Optional<Path> file(Map<String, String> environment) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        if (!state.isEmpty() && Path.of(state).isAbsolute()) {
            return Optional.of(Path.of(state, "duplex", "history"));
        }
        String home = environment.getOrDefault("HOME", System.getProperty("user.home", ""));
        return home.isEmpty() || home.equals("?")
                ? Optional.empty()
                : Optional.of(Path.of(home, ".local", "state", "duplex", "history"));
    }

    /** Makes the file, or takes it from others if it is there. */
    static void prepare(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (folder != null && !Files.exists(folder)) {
            if (posix) {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } else {
                Files.createDirectories(folder);
            }
        }
        if (!posix) {
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
        } else if (Files.exists(file)) {
            Files.setPosixFilePermissions(file, OWNER_ONLY);
        } else {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        }
    }
}
