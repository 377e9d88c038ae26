package dev.duplex.cli.connect.terminal;

import java.nio.file.Path;

/** Files as they are typed. */
final class LocalFiles {
    private LocalFiles() {}

    /** With {@code ~/} for the home of the user, as shells have it. */
    static Path of(String typed) {
        return typed.equals("~") || typed.startsWith("~/")
                ? Path.of(System.getProperty("user.home"), typed.substring(1))
                : Path.of(typed);
    }
}
